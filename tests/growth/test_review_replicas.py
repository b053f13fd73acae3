"""Two replicas of review on one PostgreSQL, each request to the next of them in turn."""

import itertools
import json
import os
from collections.abc import Callable
from pathlib import Path

import httpx

from shared.streams import Stream
from tests.chaos.senders import PROJECT, features
from tests.chaos.stage import Stage
from tests.faults.ground import Ground
from tests.processes import TOKEN, until
from tests.servers import new_database

EVENTS = 40


def test_one_dies_and_the_other_goes_on(tmp_path: Path, postgresql_url: str) -> None:
    database = new_database(postgresql_url, f"t{os.urandom(6).hex()}")
    stage = Stage(tmp_path, settings={"HANDRAISE_DATABASE_URL": database})
    at = Ground(stage)
    try:
        at.begin()
        with httpx.Client(headers={"Authorization": f"Bearer {TOKEN}"}, timeout=10) as client:
            call = in_turn(client, [stage.url, stage.start_another("review")])
            send(call, range(EVENTS))
            work_until(call, stage, EVENTS // 2)
            stage.running["another review"].kill()
            send(call, range(EVENTS, 2 * EVENTS))
            work_until(call, stage, 2 * EVENTS)
        assert sorted(decided(stage)) == sorted(f"e{n}" for n in range(2 * EVENTS))
    finally:
        at.end()


def in_turn(client: httpx.Client, addresses: list[str]) -> Callable[..., httpx.Response]:
    """Round robin; the next one is asked if one does not answer."""
    turns = itertools.cycle(addresses)

    def call(path: str, body: object, **headers: str) -> httpx.Response:
        for _ in range(3):
            try:
                return client.post(next(turns) + path, json=body, headers=headers)
            except httpx.TransportError:
                continue
        raise AssertionError("no replica answers")

    return call


def send(call: Callable[..., httpx.Response], numbers: range) -> None:
    for half in (numbers[::2], numbers[1::2]):
        events = [{"event_id": f"e{n}", "features": features(f"e{n}")} for n in half]
        call(f"/v1/projects/{PROJECT.name}/requests", {"events": events}).raise_for_status()


def work_until(call: Callable[..., httpx.Response], stage: Stage, count: int) -> None:
    """What one replica gave out is answered at the other; twice, which counts once."""

    def work() -> bool:
        claims = call(f"/v1/queues/{PROJECT.name}/claims", {"limit": 7}).json()["claims"]
        for claim in claims:
            lease = claim["lease"]["id"]
            path, key = f"/v1/leases/{lease}/decision", {"Idempotency-Key": lease}
            first, again = (call(path, {"label": "stay"}, **key) for _ in range(2))
            assert first.status_code == 201
            assert again.json()["decision"] == first.json()["decision"]
        return len(decided(stage)) >= count

    until(work, 60.0)


def decided(stage: Stage) -> list[str]:
    """The event of each decision that has left; the one who died may have sent a document again."""
    with stage.redis() as redis:
        entries = redis.xrange(stage.keys.key(Stream.DECISIONS))
    documents = dict.fromkeys(fields[b"data"] for _, fields in entries)
    return [json.loads(document)["subject"] for document in documents]
