"""A started installation that a real Prometheus watches, and what a test does to it."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import cycle
from pathlib import Path
from typing import Any

import httpx

from shared.events import CloudEvent
from tests.alerts.prometheus import Prometheus, Ring, prometheus
from tests.chaos.stage import Stage
from tests.processes import SERVICES, until

_PATIENCE_SECONDS = 60.0
_OF_SLOWNESS = {
    *("ServiceDown", "OutboxBacklog", "StreamLag", "StreamStuck", "Gaps", "LedgerNotSealed"),
    *("LearningStands", "LearningSlow", "ItemsOverdue", "DeadlinesMissed"),
}
"""Seconds are minutes here: who waits for a processor for some seems to stand."""


@dataclass
class Watched:
    """The services, and who watches them.

    Attributes:
        expected: what may ring: what was broken so far, and what is true beside it.
        clients: whatever else is to be closed at the end.
    """

    stage: Stage
    prometheus: Prometheus
    expected: set[Ring] = field(default_factory=set)
    clients: ExitStack = field(default_factory=ExitStack)

    @cached_property
    def api(self) -> httpx.Client:
        return self.clients.enter_context(self.stage.api())

    def apply(self, name: str, **changes: object) -> None:
        """Put a project in force; without more, people decide whatever is torn."""
        project = {
            "name": name,
            "title": "Will this customer leave?",
            "labels": ["stay", "leave"],
            "fields": {"tenure": "number", "contract": "category"},
            "policy": {"error_rate": 1, "auto_margin": 0.6, "audit_probability": 0.1},
            **changes,
        }
        self.api.put(f"/v1/projects/{name}", json=project).raise_for_status()

    def say(self, stream: str, *events: CloudEvent) -> None:
        """Put events on a stream, as another program does."""
        self.write(stream, *(event.encode() for event in events))

    def write(self, stream: str, *documents: bytes) -> None:
        """Put documents on a stream, whatever they are."""
        with self.stage.redis() as redis, redis.pipeline(transaction=False) as pipeline:
            for document in documents:
                pipeline.xadd(f"handraise:{stream}", {"data": document})
            pipeline.execute()

    def accept(self, project: str, *ids: str) -> None:
        """Send events over HTTP."""
        row = {"tenure": 3, "contract": "monthly"}
        body = {"events": [{"event_id": each, "features": row} for each in ids]}
        self.api.post(f"/v1/projects/{project}/requests", json=body).raise_for_status()

    def claim(
        self, queue: str, limit: int = 50, by: httpx.Client | None = None
    ) -> list[dict[str, Any]]:
        """Take items."""
        asked = (by or self.api).post(f"/v1/queues/{queue}/claims", json={"limit": limit})
        found: list[dict[str, Any]] = asked.raise_for_status().json()["claims"]
        return found

    def decide(self, claim: dict[str, Any], label: str, by: httpx.Client | None = None) -> int:
        """Answer an item; the status."""
        lease = claim["lease"]["id"]
        answer = (by or self.api).post(f"/v1/leases/{lease}/decision", json={"label": label})
        return answer.status_code

    def answer(self, queue: str, count: int, *labels: str) -> None:
        """Answer so many items as they come, by these labels in turn."""
        left, label = count, cycle(labels)
        end = time.monotonic() + _PATIENCE_SECONDS
        while left:
            assert time.monotonic() < end, f"{left} items of {queue} have not come"
            for claim in self.claim(queue, min(left, 50)):
                assert self.decide(claim, next(label)) == 201
                left -= 1

    def person(self, name: str, role: str) -> httpx.Client:
        """A new user's client."""
        self.api.post("/v1/users", json={"name": name, "role": role}).raise_for_status()
        made = self.api.post(f"/v1/users/{name}/tokens", json={}).raise_for_status()
        return self.clients.enter_context(self.stage.api(made.json()["token"]))

    def sql(self, statement: str) -> None:
        """Do something behind the back of review."""
        with closing(sqlite3.connect(self.stage.directory / "review.db", 10)) as connection:
            connection.execute(statement)
            connection.commit()

    def rings(self, *rings: Ring) -> None:
        """Wait until all of these have rung; nothing else has that was not expected before."""
        self.expected |= set(rings)
        end = time.monotonic() + _PATIENCE_SECONDS
        while missing := set(rings) - self.prometheus.rang():
            assert time.monotonic() < end, missing
            time.sleep(0.25)
        assert not (strange := self.strange()), strange

    def strange(self) -> set[Ring]:
        """What has rung though nothing that was broken explains it, nor a machine that is slow."""
        found = self.prometheus.rang() - self.expected
        return {ring for ring in found if ring.alert not in _OF_SLOWNESS}

    def wait(self, holds: Callable[[], bool]) -> None:
        until(holds, _PATIENCE_SECONDS)


@contextmanager
def watched(directory: Path, **settings: str) -> Iterator[Watched]:
    """A fresh installation, all services ready, and watched for a while in health."""
    stage = Stage(directory, settings=settings)
    try:
        stage.start_all()
        ports = {name: stage.ports[name] for name in SERVICES}
        with prometheus(directory / "prometheus", ports) as seen:
            until(stage.is_ready)
            until(lambda: [each["value"][1] for each in seen.ask("up")] == ["1"] * len(SERVICES))
            made = Watched(stage, seen)
            with made.clients:
                yield made
    finally:
        stage.close()
