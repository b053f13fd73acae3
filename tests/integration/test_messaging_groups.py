"""Groups on a real server: watermarks, trimming, pressure, a server that is full or forgets."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from shared.errors import Unavailable
from shared.messaging import Entry, Settlement, stream
from tests.messaging_bench import bench, echo, has, until


@pytest.mark.asyncio
async def test_a_lost_group_is_made_again(redis_url: str, tmp_path: Path) -> None:
    async with bench(redis_url, tmp_path) as at, at.consuming(echo):
        await at.send(b"a")
        await until(lambda: has(at.output, 1))
        await at.redis.flushall()
        await at.send(b"b")
        await until(lambda: has(at.output, 1))
        assert await at.output() == [b"b"]


@pytest.mark.asyncio
async def test_a_destroyed_group_goes_on_where_it_was(redis_url: str, tmp_path: Path) -> None:
    async with bench(redis_url, tmp_path) as at:
        await at.send(*(str(number).encode() for number in range(50)))
        async with at.consuming(echo):
            await until(lambda: has(at.output, 50))
            await until(at.watermark_is_newest)
            await at.redis.xgroup_destroy("t:in", "group")
            await at.send(b"after")
            await until(lambda: has(at.output, 51))
        assert (await at.output())[-1] == b"after"


@pytest.mark.asyncio
async def test_a_watermark_never_passes_what_is_pending(redis_url: str, tmp_path: Path) -> None:
    async with bench(redis_url, tmp_path) as at:
        await at.send(b"a", b"b", b"c")
        await at.redis.xgroup_create("t:in", "group", id="0")
        await at.redis.xreadgroup("group", "the-dead", {"t:in": ">"})
        (first, *_, last) = [i for i, _ in await at.entries()]
        await at.redis.xack("t:in", "group", last)
        state = await stream.look(at.redis, "t:in", "group", "t:watermarks")
        mark = await stream.watermark(at.redis, "t:in", "group", "t:watermarks")
        assert (state.lag, state.pending, state.lost) == (0, 2, False)
        await at.redis.xgroup_destroy("t:in", "group")
        await at.redis.xgroup_create("t:in", "group", id=mark)
        again: Any = await at.redis.xreadgroup("group", "new", {"t:in": ">"})
        assert again[0][1][0][0] == first
        assert len(again[0][1]) == 3


@pytest.mark.asyncio
async def test_only_what_every_group_is_done_with_is_trimmed(
    redis_url: str, tmp_path: Path
) -> None:
    async with bench(redis_url, tmp_path, keep_entries=10) as at:
        await at.send(*(b"%d" % number for number in range(2000)))
        await at.redis.xgroup_create("t:in", "slow", id="0")
        read: Any = await at.redis.xreadgroup("slow", "one", {"t:in": ">"}, count=500)
        await at.redis.xack("t:in", "slow", *(i for i, _ in read[0][1][:400]))
        await at.redis.xgroup_create("t:in", "fast", id="$")
        await stream.trim(at.redis, "t:in", 10)
        left = [fields[b"data"] for _, fields in await at.entries()]
        assert left[-1] == b"1999"
        assert b"400" in left
        assert b"100" not in left
        await at.redis.xgroup_destroy("t:in", "slow")
        await at.redis.xgroup_destroy("t:in", "fast")
        await stream.trim(at.redis, "t:in", 10)
        assert len(await at.entries()) == len(left)


@pytest.mark.asyncio
async def test_entries_deleted_unread_are_noticed(redis_url: str, tmp_path: Path) -> None:
    async with bench(redis_url, tmp_path) as at:
        await at.send(b"a")
        await at.redis.xgroup_create("t:in", "group", id="0")
        assert not (await stream.look(at.redis, "t:in", "group", "t:watermarks")).lost
        await at.redis.xtrim("t:in", maxlen=0)
        assert (await stream.look(at.redis, "t:in", "group", "t:watermarks")).lost


@pytest.mark.asyncio
async def test_reading_waits_while_downstream_is_behind(redis_url: str, tmp_path: Path) -> None:
    async with bench(redis_url, tmp_path, max_backlog=5) as at:
        await at.redis.xgroup_create("t:out", "downstream", id="0", mkstream=True)
        await at.redis.xadd("t:out", {"data": "x"})
        async with at.consuming(echo):
            await at.send(*(b"%d" % number for number in range(20)))
            await until(lambda: has(at.output, 21))
            await until(at.is_pressed)
            await at.send(b"held back")
            await asyncio.sleep(0.5)
            assert len(await at.output()) == 21
            await at.redis.xgroup_setid("t:out", "downstream", "$")
            await until(lambda: has(at.output, 22))


@pytest.mark.asyncio
async def test_a_full_server_lets_out_what_is_in(redis_url: str, tmp_path: Path) -> None:
    begun, full = asyncio.Event(), asyncio.Event()

    async def late(entries: Sequence[Entry]) -> Settlement:
        begun.set()
        await full.wait()
        return await echo(entries)

    async with bench(redis_url, tmp_path) as at:
        used = int((await at.redis.info("memory"))["used_memory"])
        await at.send(*(b"%d" % number for number in range(1000)))
        async with at.consuming(late):
            await begun.wait()
            await at.redis.config_set("maxmemory", used // 2)
            try:
                with pytest.raises(Unavailable, match="maxmemory"):
                    await at.send(b"refused, and the sender knows")
                full.set()
                await until(lambda: has(at.output, 1000))
                assert await at.pending() == 0
            finally:
                await at.redis.config_set("maxmemory", 0)
        assert await at.dead() == []


@pytest.mark.asyncio
async def test_a_lag_that_redis_miscounts_is_put_right(redis_url: str, tmp_path: Path) -> None:
    async with bench(redis_url, tmp_path) as at:
        await at.send(*(b"%d" % number for number in range(10)))
        await at.redis.xgroup_create("t:in", "group", id="0")
        await at.redis.xgroup_setid("t:in", "group", "$", entries_read=3)
        for _ in range(2):
            state = await stream.look(at.redis, "t:in", "group", "t:watermarks")
            assert (state.lag, state.pending, state.lost) == (0, 0, False)
        assert await stream.slowest_lag(at.redis, "t:in") == 0
