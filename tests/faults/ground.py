"""An installation in miniature, on which one fault is tried."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
from redis.exceptions import RedisError

from shared.events import EventType, ScoringRequested, announce
from tests.builders import NOON
from tests.chaos.evidence import Evidence, backlog, gather, waiting
from tests.chaos.invariants import judge
from tests.chaos.senders import PROJECT, REQUESTS, features, truth
from tests.chaos.stage import REDIS, Stage
from tests.chaos.witness import Witness
from tests.faults.proxy import Proxy, proxy
from tests.processes import until

PATIENCE_SECONDS = 30.0


@dataclass
class Ground:
    """A stage, with what a test does on it.

    Attributes:
        told: what was acknowledged to senders and reviewers.
    """

    stage: Stage
    told: Witness = field(default_factory=Witness)
    _numbers: Iterator[int] = field(default_factory=lambda: iter(range(1_000_000)))

    @cached_property
    def api(self) -> httpx.Client:
        return self.stage.api()

    def begin(self) -> None:
        """Start everything and apply the project."""
        self.stage.start_all()
        until(self.stage.is_ready)
        project = PROJECT.model_dump(mode="json")
        self.api.put(f"/v1/projects/{PROJECT.name}", json=project).raise_for_status()

    def end(self) -> None:
        self.api.close()
        self.stage.close()

    def send(self, count: int) -> list[str]:
        """Put events on the stream; their ids."""
        ids = [f"event-{next(self._numbers)}" for _ in range(count)]
        self.told.sends(ids)
        self.send_again(ids)
        self.told.acknowledges(ids)
        return ids

    def send_again(self, ids: list[str]) -> None:
        """Put events with these ids on the stream, whether or not they were there before."""
        with self.stage.redis() as redis:
            run = redis.info("server")["run_id"]
            for event_id in ids:
                redis.xadd(REQUESTS, {"data": _request(event_id)})
        until(lambda: self.stage.is_written(run))

    def accept(self, count: int) -> list[str]:
        """Send events over HTTP; their ids."""
        ids = [f"event-{next(self._numbers)}" for _ in range(count)]
        self.told.sends(ids)
        body = {"events": [{"event_id": i, "features": features(i)} for i in ids]}
        self.api.post(f"/v1/projects/{PROJECT.name}/requests", json=body).raise_for_status()
        self.told.acknowledges(ids)
        return ids

    def claim(self, limit: int = 50) -> list[dict[str, Any]]:
        """Take items; nothing if the service is away."""
        try:
            answer = self.api.post(f"/v1/queues/{PROJECT.name}/claims", json={"limit": limit})
        except httpx.HTTPError:
            return []
        claims: list[dict[str, Any]] = answer.json()["claims"] if answer.is_success else []
        return claims

    def decide(self, claim: dict[str, Any]) -> None:
        """Answer an item, again and again until it is taken."""
        item, lease = claim["item"], claim["lease"]["id"]
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            status, body = self.try_to_decide(lease, truth(item["features"], _SURE), lease)
            if status == 201:
                self.told.is_told(item["event_id"], body["decision"]["label"])
                return
            if status == 409:
                return
            self.stage.revive()
            time.sleep(0.05)
        self.told.gives_up(item["event_id"])

    def try_to_decide(self, lease: str, label: str, key: str) -> tuple[int, dict[str, Any]]:
        """One try; status 0 if there is no answer."""
        try:
            answer = self.api.post(
                f"/v1/leases/{lease}/decision",
                json={"label": label},
                headers={"Idempotency-Key": key},
            )
        except httpx.HTTPError:
            return 0, {}
        return answer.status_code, answer.json()

    def settle(self) -> Evidence:
        """Let people decide all that waits, until nothing is left to do; then every promise
        about data must hold."""
        end = time.monotonic() + PATIENCE_SECONDS
        while (found := self.finished()) is None:
            assert time.monotonic() < end, self.left()
            for claim in self.claim():
                self.decide(claim)
            self.stage.revive()
            time.sleep(0.02)
        broken = {v.name: v.examples[:5] for v in judge(self.told, found) if not v.holds}
        assert not broken, broken
        return found

    def is_done(self) -> bool:
        return not self.left()

    def finished(self) -> Evidence | None:
        """What came of it, unless there is something left to do.

        A version that is published meanwhile is to be read as well.
        """
        found = gather(self.stage) if self.is_done() else None
        return None if found is None or any(found.pending.values()) else found

    def left(self) -> dict[str, int]:
        """What is left to do, by whom."""
        try:
            undecided = len(self.told.acknowledged - gather(self.stage).decided.keys())
            left = backlog(self.stage) | {"people": waiting(self.stage), "events": undecided}
        except (RedisError, OSError):
            return {"redis": 1}
        return {name: count for name, count in left.items() if count}

    def die(self, name: str) -> None:
        """Return when a process has killed itself; it is started again."""
        process = self.stage.running[name]
        process.join(PATIENCE_SECONDS)
        assert process.exitcode == -9, f"{name} did not reach the point: {process.exitcode}"
        self.stage.revive()

    def metrics(self, service: str) -> str:
        """What Prometheus is answered."""
        return httpx.get(f"http://127.0.0.1:{self.stage.ports[service]}/metrics").text

    def metric(self, service: str, name: str) -> float:
        """The sum of a metric over its labels."""
        lines = [
            line
            for line in self.metrics(service).splitlines()
            if line.startswith((f"{name} ", f"{name}{{"))
        ]
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines)

    def wait(self, holds: Callable[[], bool]) -> None:
        until(holds, PATIENCE_SECONDS)


class _Sure:
    """A reviewer who is never in doubt."""

    def random(self) -> float:
        return 1.0


_SURE: Any = _Sure()


@contextmanager
def ground_behind_proxy(directory: Path) -> Iterator[tuple[Ground, Proxy]]:
    """A fresh installation whose services reach Redis through a proxy."""
    stage = Stage(directory)
    with proxy(stage.ports[REDIS]) as between:
        stage.settings["HANDRAISE_REDIS_URL"] = f"redis://127.0.0.1:{between.port}/0"
        made = Ground(stage)
        try:
            made.begin()
            yield made, between
        finally:
            made.end()


@contextmanager
def ground(directory: Path, **settings: str) -> Iterator[Ground]:
    """A fresh installation, all services ready."""
    made = Ground(Stage(directory, settings=settings))
    try:
        made.begin()
        yield made
    finally:
        made.end()


def _request(event_id: str) -> bytes:
    payload = ScoringRequested(event_id=event_id, features=features(event_id))
    return announce(
        EventType.SCORING_REQUESTED,
        payload,
        project=PROJECT.name,
        identity=event_id,
        source="test",
        time=NOON,
    ).encode()
