"""Upstream: sends events by XADD and by HTTP, until each is acknowledged."""

import random
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
from redis.exceptions import RedisError

from shared.events import EventType, FeatureValue, ScoringRequested, announce
from shared.project import FieldKind, Policy, Project
from tests.chaos.stage import Stage
from tests.chaos.witness import Witness

PROJECT = Project(
    name="chaos",
    title="Will this customer leave?",
    labels=("stay", "leave"),
    fields={"tenure": FieldKind.NUMBER, "contract": FieldKind.CATEGORY},
    policy=Policy(error_rate=1, auto_margin=0.6, audit_probability=0.2),
    lease_seconds=5,
)
REQUESTS = "handraise:requests"
GIVE_UP = 0.02
"""Share of the tries that failed after which a sender does not try again."""

Sender = Callable[[list[ScoringRequested]], bool]


class Senders:
    """Two threads: one sends to Redis, the other to the HTTP API."""

    def __init__(self, stage: Stage, witness: Witness, seed: int, rate: float) -> None:
        self._stage, self._witness, self._rate = stage, witness, rate
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._send, args=(name, dice(seed, name)))
            for name in ("redis", "http")
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Send nothing new; what is not acknowledged yet is tried for another while."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _send(self, name: str, draw: random.Random) -> None:
        number = 0
        with self._stage.redis() as redis, self._stage.api() as api:
            tries: dict[str, Sender] = {
                "redis": lambda events: self._by_redis(redis, events),
                "http": lambda events: self._by_http(api, events),
            }
            while not self._stopping.is_set():
                size = draw.randint(1, 6)
                ids = [f"{name}-{number + step}" for step in range(size)]
                number += size
                events = [ScoringRequested(event_id=i, features=features(i)) for i in ids]
                self._witness.sends(ids)
                if self._insist(tries[name], events, draw):
                    self._witness.acknowledges(ids)
                self._stopping.wait(draw.expovariate(self._rate / 2 / 3.5))

    def _insist(self, send: Sender, events: list[ScoringRequested], draw: random.Random) -> bool:
        end: float | None = None
        while not send(events):
            if draw.random() < GIVE_UP:
                return False
            if self._stopping.is_set():
                end = end or time.monotonic() + 10
                if time.monotonic() > end:
                    return False
            time.sleep(0.05)
        return True

    def _by_redis(self, redis: Any, events: list[ScoringRequested]) -> bool:
        """In one transaction; its one reply counts when Redis has written it, see `is_written`."""
        pipeline = redis.pipeline(transaction=True)
        pipeline.info("server")
        for event in events:
            document = announce(
                EventType.SCORING_REQUESTED,
                event,
                project=PROJECT.name,
                identity=event.event_id,
                source="chaos",
                time=datetime.now(UTC),
            )
            pipeline.xadd(REQUESTS, {"data": document.encode()})
        try:
            server, *_ = pipeline.execute()
            written = self._stage.is_written(server["run_id"])
        except (RedisError, OSError):
            return False
        self._witness.unwritten += not written
        return written

    def _by_http(self, api: httpx.Client, events: list[ScoringRequested]) -> bool:
        body = {"events": [event.model_dump(mode="json") for event in events]}
        try:
            answer = api.post(f"/v1/projects/{PROJECT.name}/requests", json=body)
        except httpx.HTTPError:
            self._witness.hears(0)
            return False
        self._witness.hears(answer.status_code)
        if answer.status_code not in {202, 503}:
            self._witness.wonders(f"requests: {answer.status_code} {answer.text[:200]}")
        return answer.status_code == 202


def dice(seed: int, name: str | int) -> random.Random:
    """Chance that is the same in every run with the same seed."""
    return random.Random(f"{seed}/{name}")  # noqa: S311 - test data


def features(event_id: str) -> dict[str, FeatureValue]:
    """What an event says; always the same for the same id."""
    draw = random.Random(event_id)  # noqa: S311 - test data
    return {
        "tenure": draw.randint(0, 72),
        "contract": draw.choice(["monthly", "yearly"]),
    }


def truth(row: dict[str, FeatureValue], draw: random.Random) -> str:
    """What a reviewer says about an event; one in twenty is hard to tell."""
    leaves = float(row["tenure"] or 0) < (40 if row["contract"] == "monthly" else 15)
    return "leave" if leaves != (draw.random() < 0.05) else "stay"
