"""Senders that count an event as acknowledged when a replica has it, and people who answer."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise

import httpx
from redis.exceptions import RedisError

from handraise.publish import Publisher
from shared.clock import SystemClock
from shared.errors import Unavailable
from shared.events import ScoringRequested
from tests.chaos.senders import PROJECT, features
from tests.faults.ground import Ground

_AT_ONCE = 12
_PATIENCE_SECONDS = 60.0


@dataclass
class Load:
    """What comes in while a server dies.

    Attributes:
        rate: events a second, half of them by XADD, half by HTTP.
        wait_replicas: so many replicas must have what XADD has put there; 0 trusts the primary.
        acknowledged_at: when batches were acknowledged (monotonic s), by how they were sent.
        refused: batches that had to be sent again.
    """

    ground: Ground
    rate: float
    wait_replicas: int = 1
    acknowledged_at: dict[str, list[float]] = field(
        default_factory=lambda: {"redis": [], "http": []}
    )
    refused: int = 0
    _stopping: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Send by XADD and WAIT and by HTTP, and let people answer, while the block lasts."""
        senders = [threading.Thread(target=f) for f in (self._by_redis, self._by_http)]
        people = threading.Thread(target=self._answer)
        for thread in (*senders, people):
            thread.start()
        try:
            yield
        finally:
            self._stopping.set()
            for thread in (*senders, people):
                thread.join()

    @property
    def count(self) -> int:
        """Batches that were acknowledged."""
        return sum(map(len, self.acknowledged_at.values()))

    def longest_silence(self, way: str) -> float:
        """Seconds between two acknowledgements, at most."""
        return max((b - a for a, b in pairwise(self.acknowledged_at[way])), default=0.0)

    def _by_redis(self) -> None:
        with self.ground.stage.redis() as redis:
            publisher = Publisher(
                redis,
                keys=self.ground.stage.keys,
                project=PROJECT.name,
                clock=SystemClock(),
                wait_replicas=self.wait_replicas,
            )
            for ids in self._batches("redis"):
                events = [ScoringRequested(event_id=i, features=features(i)) for i in ids]
                self._insist("redis", ids, lambda events=events: publisher.send(events))  # type: ignore[misc]

    def _by_http(self) -> None:
        with self.ground.stage.api() as api:
            for ids in self._batches("http"):
                body = {"events": [{"event_id": i, "features": features(i)} for i in ids]}

                def post(body: object = body) -> None:
                    answer = api.post(f"/v1/projects/{PROJECT.name}/requests", json=body)
                    answer.raise_for_status()

                self._insist("http", ids, post)

    def _batches(self, name: str) -> Iterator[list[str]]:
        number = 0
        while not self._stopping.wait(2 * _AT_ONCE / self.rate):
            yield [f"{name}-{number + step}" for step in range(_AT_ONCE)]
            number += _AT_ONCE

    def _insist(self, way: str, ids: list[str], send: Callable[[], None]) -> None:
        """Until it is acknowledged; sending an event again changes nothing."""
        self.ground.told.sends(ids)
        end = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < end:
            try:
                send()
            except (RedisError, OSError, Unavailable, httpx.HTTPError):
                self.refused += 1
                time.sleep(0.1)
            else:
                self.ground.told.acknowledges(ids)
                self.acknowledged_at[way].append(time.monotonic())
                return

    def _answer(self) -> None:
        while not self._stopping.wait(0.05):
            for claim in self.ground.claim(20):
                self.ground.decide(claim)
