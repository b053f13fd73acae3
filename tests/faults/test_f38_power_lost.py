"""Row 38: the power fails; every decision that anybody was told of is there, whatever was not yet
synchronised."""

import random
import re
import shutil
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import redis

from tests.builders import a_prediction_event, a_project
from tests.faults import power
from tests.faults.power import Call, Disk
from tests.processes import Installation, until
from tests.servers import missing

ITEMS = 50
REVIEWERS = 4
TOLD = re.compile(
    rb'"decision":\{"project":"churn","event_id":"(\w+)"' rb'|"id":"churn/(\w+)/1/decision'
)
"""To a reviewer over HTTP, or to upstream through Redis."""


@pytest.fixture(scope="module")
def recorded(
    shared_redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, list[Call]]:
    """The database's path, and all that review did while several people decided at once."""
    if shutil.which("strace") is None:
        missing("strace", "strace")
    directory = tmp_path_factory.mktemp("recorded")
    log = directory / "calls"
    installation = Installation(shared_redis_url, directory, wrapper=power.recorder(log))
    with installation.running("review"), installation.api as api:
        api.put("/v1/projects/churn", json=a_project().model_dump(mode="json"))
        client: Any = redis.Redis.from_url(shared_redis_url)
        for number in range(ITEMS):
            event = a_prediction_event(f"e{number}").encode()
            client.xadd("handraise:predictions", {"data": event})
        until(lambda: api.get("/v1/queues").json()["queues"][0]["depth"] == ITEMS)
        claims = api.post("/v1/queues/churn/claims", json={"limit": ITEMS}).json()["claims"]
        answers = [f"/v1/leases/{claim['lease']['id']}/decision" for claim in claims]
        with ThreadPoolExecutor(REVIEWERS) as reviewers:
            statuses = reviewers.map(lambda a: api.post(a, json={"label": "stay"}), answers)
            assert {answer.status_code for answer in statuses} == {201}
    return directory / "review.db", list(power.calls(log))


@pytest.mark.parametrize("seed", [None, 1], ids=["nothing else", "some of the rest"])
def test_what_was_told_is_there(
    recorded: tuple[Path, list[Call]], tmp_path: Path, seed: int | None
) -> None:
    database, calls = recorded
    chance = None if seed is None else random.Random(seed)  # noqa: S311 - a draw of what is left
    disk = Disk(str(database))
    cuts = list(power_cuts(calls, disk))
    assert len(cuts) > ITEMS // REVIEWERS
    disk = Disk(str(database))
    for told in power_cuts(calls, disk):
        disk.leave(tmp_path, chance)
        found = decided(tmp_path / database.name)
        assert told <= found, f"seed {seed}: {told - found}"
    assert len(told) == ITEMS


def test_a_disk_that_lies_would_be_caught(
    recorded: tuple[Path, list[Call]], tmp_path: Path
) -> None:
    database, calls = recorded
    disk = Disk(str(database), lies=True)
    for told in power_cuts(calls, disk):
        disk.leave(tmp_path, None)
        if not told <= decided(tmp_path / database.name):
            return
    raise AssertionError("no decision was lost, though nothing was synchronised")


def power_cuts(calls: list[Call], disk: Disk) -> Iterator[set[str]]:
    """Just before more becomes durable, and at the end: the events whose decision was told."""
    told: set[str] = set()
    for call in calls:
        if call.name in power.SAYS:
            told |= {(a or b).decode() for a, b in TOLD.findall(call.data)}
        elif call.name in power.SYNCS and not call.begins:
            yield told
        disk.follow(call)
    yield told


def decided(database: Path) -> set[str]:
    """The events with a decision in a whole database; none if there is no schema yet."""
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        tables = "SELECT 1 FROM sqlite_master WHERE name = 'review_ledger'"
        if connection.execute(tables).fetchone() is None:
            return set()
        rows = connection.execute("SELECT subject FROM review_ledger WHERE kind = 'decided'")
        return {subject for (subject,) in rows}
