"""The messaging layer on a real server: nothing is lost, and one bad entry harms no other."""

import asyncio
from base64 import b64decode
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from shared.errors import Unavailable
from shared.messaging import Entry, Follower, RedisBroadcast, Settlement, connect, publish
from shared.messaging.running import run
from shared.messaging.scripts import LOOK
from tests.builders import a_configuration, a_project
from tests.messaging_bench import bench, echo, has, ignore, until


@pytest.mark.asyncio
async def test_a_bad_entry_harms_no_other(redis_url: str, tmp_path: Path) -> None:
    async with bench(redis_url, tmp_path) as at:
        await at.send(b"one", b"bad", b"two")
        await at.redis.xadd("t:in", {"wrong": "field"})
        await at.send(b"x" * 2_000_000)
        async with at.consuming(echo):
            await until(lambda: has(at.dead, 3))
            await until(lambda: has(at.output, 2))
        assert await at.output() == [b"one", b"two"]
        letters = {letter["reason"]: letter for letter in await at.dead()}
        assert set(letters) == {"malformed", "too_large"}
        assert len(b64decode(letters["too_large"]["original_base64"])) == 2_000_000
        assert {letter["stream"] for letter in await at.dead()} == {"t:in"}
        assert await at.pending() == 0


@pytest.mark.asyncio
async def test_what_was_sent_before_the_first_start_is_read(redis_url: str, tmp_path: Path) -> None:
    async with bench(redis_url, tmp_path) as at:
        await at.send(b"early")
        async with at.consuming(echo):
            await until(lambda: has(at.output, 1))


@pytest.mark.asyncio
async def test_entries_of_a_dead_consumer_are_taken_over(redis_url: str, tmp_path: Path) -> None:
    async with bench(redis_url, tmp_path) as at:
        await at.send(b"a", b"b")
        await at.redis.xgroup_create("t:in", "group", id="0")
        await at.redis.xreadgroup("group", "the-dead", {"t:in": ">"})
        assert await at.pending() == 2
        async with at.consuming(echo):
            await until(lambda: has(at.output, 2))
        assert sorted(await at.output()) == [b"a", b"b"]
        assert await at.pending() == 0
        reclaimed = at.registry.get_sample_value(
            "handraise_stream_reclaimed_total", {"stream": "t:in"}
        )
        assert reclaimed == 2


@pytest.mark.asyncio
async def test_poison_is_buried_and_its_neighbours_live(redis_url: str, tmp_path: Path) -> None:
    async with bench(redis_url, tmp_path) as at:
        await at.send(b"a", b"poison", b"b")
        async with at.consuming(echo):
            await until(lambda: has(at.output, 2))
            assert await at.dead() == []
            await until(lambda: has(at.dead, 1))
        (letter,) = await at.dead()
        assert letter["reason"] == "unprocessable"
        assert letter["attempts"] == 3
        assert b64decode(letter["original_base64"]) == b"poison"
        assert await at.output() == [b"a", b"b"]
        assert await at.pending() == 0


@pytest.mark.asyncio
async def test_waiting_for_a_database_is_not_failing(redis_url: str, tmp_path: Path) -> None:
    back = asyncio.Event()

    async def away(entries: Sequence[Entry]) -> Settlement:
        if not back.is_set():
            raise Unavailable("the database is away")
        return await echo(entries)

    async with bench(redis_url, tmp_path) as at:
        await at.send(b"a", b"b")
        await at.redis.xgroup_create("t:in", "group", id="0")
        async with at.consuming(away), at.consuming(away):
            await until(lambda: has(at.held, 2))
            await asyncio.sleep(10 * at.options.claim_idle_seconds)
            assert await at.held() == [(b"a", 1), (b"b", 1)]
            back.set()
            await until(lambda: has(at.output, 2))
        assert await at.dead() == []


@pytest.mark.asyncio
async def test_how_far_behind_is_told_while_a_handler_hangs(redis_url: str, tmp_path: Path) -> None:
    back = asyncio.Event()

    async def hanging(entries: Sequence[Entry]) -> Settlement:
        await back.wait()
        return await echo(entries)

    async with bench(redis_url, tmp_path) as at:

        async def told() -> bool:
            labels = {"stream": "t:in"}
            value = at.registry.get_sample_value
            return value("handraise_stream_pending", labels) == 1000 and (
                value("handraise_stream_lag", labels) == 500
            )

        async with at.consuming(hanging):
            await at.send(*(b"x" for _ in range(1500)))
            await until(told)
            back.set()
            await until(lambda: has(at.output, 1500))


@pytest.mark.asyncio
async def test_a_loss_is_told_also_when_the_group_has_read_on(
    redis_url: str, tmp_path: Path
) -> None:
    async with bench(redis_url, tmp_path) as at:
        lost = "handraise_stream_entries_lost"
        await at.redis.xgroup_create("t:in", "group", id="0", mkstream=True)
        await at.send(b"a", b"b")
        await at.redis.xtrim("t:in", 0)
        await at.send(b"c")
        async with at.consuming(echo):
            await until(lambda: has(at.output, 1))
            await asyncio.sleep(1.5)  # it has looked again, and sees nothing
            assert at.registry.get_sample_value(lost, {"stream": "t:in"}) == 1


@pytest.mark.asyncio
async def test_the_names_of_the_dead_are_forgotten(redis_url: str, tmp_path: Path) -> None:
    async with bench(redis_url, tmp_path) as at:
        await at.send(b"a")
        await at.redis.xgroup_create("t:in", "group", id="0")
        await at.redis.xgroup_createconsumer("t:in", "group", "gone")
        await at.redis.xreadgroup("group", "left-something", {"t:in": ">"})
        await asyncio.sleep(0.05)
        await run(at.redis, LOOK, ["t:in", "t:watermarks"], ["group", 20])
        names = [c["name"] for c in await at.redis.xinfo_consumers("t:in", "group")]
        assert names == [b"left-something"]


@pytest.mark.asyncio
async def test_a_database_that_is_away_is_waited_for(redis_url: str, tmp_path: Path) -> None:
    tries = 0

    async def away(entries: Sequence[Entry]) -> Settlement:
        nonlocal tries
        tries += 1
        if tries <= 5:
            raise Unavailable("the database is away")
        return await echo(entries)

    async with bench(redis_url, tmp_path) as at:
        await at.send(b"a")
        async with at.consuming(away):
            await until(lambda: has(at.output, 1))
        assert tries == 6
        assert await at.dead() == []


@pytest.mark.asyncio
async def test_stopping_finishes_the_batch_in_hand(redis_url: str, tmp_path: Path) -> None:
    started = asyncio.Event()

    async def slow(entries: Sequence[Entry]) -> Settlement:
        started.set()
        await asyncio.sleep(0.5)
        return await echo(entries)

    async with bench(redis_url, tmp_path) as at:
        await at.send(*(str(number).encode() for number in range(100)))
        async with at.consuming(slow):
            await started.wait()
        assert await at.pending() == 0
        assert len(await at.output()) == 100


@pytest.mark.asyncio
async def test_a_follower_hears_everything_once_and_in_order(redis_url: str) -> None:
    redis = connect(redis_url)
    heard: list[str] = []
    rounds = 0

    async def settled() -> None:
        nonlocal rounds
        rounds += 1

    names = [f"project-{number}" for number in range(5)]
    await publish(
        redis, [("t:control", a_configuration(a_project(name)).encode()) for name in names]
    )
    await redis.xadd("t:control", {"data": "garbage"})
    sinks = {"t:control": lambda event: heard.append(event.project)}
    follower = Follower(RedisBroadcast(redis), sinks, settled, ignore)
    await follower.catch_up()
    await follower.catch_up()
    assert heard == names
    assert rounds == 1
    await redis.aclose()


@pytest.mark.asyncio
async def test_a_stream_that_begins_anew_is_read_from_its_beginning(redis_url: str) -> None:
    redis = connect(redis_url)
    heard: list[str] = []
    anew: list[str] = []

    async def settled() -> None:
        return None

    def document(name: str) -> dict[Any, Any]:
        return {"data": a_configuration(a_project(f"p{name}")).encode()}

    follower = Follower(
        RedisBroadcast(redis),
        {"t:control": lambda e: heard.append(e.project)},
        settled,
        ignore,
        anew.append,
    )
    # given a follower that has read everything of a server
    await redis.xadd("t:control", document("a"), id="2000-1")
    await redis.xadd("t:control", document("b"), id="2000-2")
    await follower.catch_up()
    # when another one, whose clock is behind, passes it by
    await redis.flushall()
    await follower.catch_up()
    assert (anew, follower.has_read("t:control")) == (["t:control"], False)
    for identity in ("1000-1", "3000-1"):
        await redis.xadd("t:control", document(identity), id=identity)
    await follower.catch_up()
    # then nothing of it is passed over, and nothing comes twice
    assert heard == ["pa", "pb", "p1000-1", "p3000-1"]
    # and a stream that lost only its end is read again
    await redis.delete("t:control")
    for identity in ("1000-1", "1500-1", "3500-1"):
        await redis.xadd("t:control", document(identity), id=identity)
    await follower.catch_up()
    await follower.catch_up()
    assert heard[4:] == ["p1000-1", "p1500-1", "p3500-1"]
    # and of one that was trimmed too far, what is left
    await redis.xadd("t:control", document("last"), id="3500-2")
    await redis.xtrim("t:control", maxlen=1)
    await follower.catch_up()
    assert heard[7:] == ["plast"]
    await redis.aclose()
