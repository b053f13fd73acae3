"""A stage for measurements: a server, a project with a learned model, streams filled ahead."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import redis

from shared import wire
from shared.events import (
    CloudEvent,
    EventType,
    FeatureValue,
    ModelChanged,
    ProjectConfigured,
    announce,
)
from shared.model.artifact import publish
from shared.model.challengers.fitting import fit
from shared.model.keys import load_or_create_signing_key
from shared.model.learner import Learner
from shared.model.manifest import Origin
from shared.project import FieldKind, Policy, Project
from shared.streams import Keyspace, Stream
from tests import servers

FIELDS = [f"f{number:02}" for number in range(20)]
PROJECT = Project(
    name="bench",
    title="Is it so?",
    labels=("no", "yes"),
    fields=dict.fromkeys(FIELDS, FieldKind.NUMBER),
    policy=Policy(error_rate=1, auto_margin=0.2, audit_probability=0.05),
)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
_PATIENCE_SECONDS = 180
_ADMIN_TOKEN = "benchmark"  # noqa: S105 - of an installation that lives for seconds


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a measurement runs."""

    redis_url: str
    directory: Path

    @property
    def redis(self) -> Any:  # noqa: ANN401 - the client's types allow for what is not configured
        """A client of the stage's server."""
        return redis.Redis.from_url(self.redis_url)

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a service on this stage."""
        port = servers.free_port()
        return {
            **os.environ,
            "HANDRAISE_REDIS_URL": self.redis_url,
            "HANDRAISE_DATA_DIR": str(self.directory),
            "HANDRAISE_SCORER_PORT": str(port),
            "HANDRAISE_REVIEW_PORT": str(port),
            "HANDRAISE_LOG_LEVEL": "WARNING",
            "HANDRAISE_RATE_LIMIT": "0",
            "HANDRAISE_STRANGER_RATE_LIMIT": "0",
        }


@contextmanager
def stage(directory: Path) -> Iterator[Stage]:
    """A fresh server with the project configured and version 1 of its model promoted."""
    with servers.redis_server(directory) as url:
        built = Stage(url, directory)
        introduce(built.redis, directory, Keyspace("handraise"))
        yield built


def introduce(client: Any, directory: Path, keys: Keyspace) -> None:  # noqa: ANN401
    """Announce the project, and version 1 of its model, which is made here."""
    client.xadd(keys.key(Stream.CONTROL), {"data": _configured().encode()})
    client.xadd(keys.key(Stream.MODELS), {"data": _promoted(directory).encode()})


def fill(target: Stage, kind: EventType, count: int, field: str = "data") -> None:
    """Put `count` documents of a type on their stream, under our field or a peer's."""
    documents = [document(kind, number) for number in range(count)]
    key = "handraise:requests" if kind is EventType.SCORING_REQUESTED else "handraise:predictions"
    client = target.redis
    for start in range(0, count, 1000):
        pipeline = client.pipeline(transaction=False)
        for prepared in documents[start : start + 1000]:
            pipeline.xadd(key, {field: prepared})
        pipeline.execute()


@contextmanager
def running(target: Stage, module: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A Python module as a process, stopped at the end."""
    command = [sys.executable, "-m", module]
    variables = {**target.environment, **environment}
    with subprocess.Popen(command, env=variables) as child:
        try:
            yield child
        finally:
            child.terminate()
            child.wait(20)


def configure(target: Stage, given: dict[str, str]) -> None:
    """Apply the project through the API of a service that is stopped again."""
    secrets = target.directory / "secrets"
    secrets.mkdir(exist_ok=True)
    (secrets / "admin.token").write_text(_ADMIN_TOKEN)
    port = target.environment["HANDRAISE_REVIEW_PORT"]
    with running(target, "services.review", HANDRAISE_REVIEW_PORT=port, **given):
        address = f"http://127.0.0.1:{port}"
        for _ in range(200):
            try:
                httpx.get(f"{address}/health/live")
                break
            except httpx.TransportError:
                time.sleep(0.1)
        httpx.put(
            f"{address}/v1/projects/{PROJECT.name}",
            json=PROJECT.model_dump(mode="json"),
            headers={"Authorization": f"Bearer {_ADMIN_TOKEN}"},
        ).raise_for_status()


def rate_of_stream(
    client: Any,  # noqa: ANN401
    key: str,
    expected: int,
) -> float:
    """Entries a second on an output stream, by the server's own clock, once all are there."""
    _await(lambda: client.xlen(key) >= expected)
    first = client.xrange(key, count=1)[0][0]
    last = client.xrevrange(key, count=1)[0][0]
    at_first = sum(1 for i, _ in client.xrange(key, first, first.split(b"-")[0]))
    seconds = (int(last.split(b"-")[0]) - int(first.split(b"-")[0])) / 1000
    return (expected - at_first) / seconds


def rate_of_group(
    client: Any,  # noqa: ANN401
    key: str,
    group: str,
    expected: int,
) -> float:
    """Entries that a group acknowledged a second, from the first batch to the last."""
    _await(lambda: acknowledged(client, key, group) > 0)
    started, before = time.monotonic(), acknowledged(client, key, group)
    _await(lambda: acknowledged(client, key, group) >= expected)
    return (expected - before) / (time.monotonic() - started)


def acknowledged(
    client: Any,  # noqa: ANN401
    key: str,
    group: str,
) -> int:
    """How many entries a group has read and acknowledged."""
    for state in client.xinfo_groups(key):
        if state["name"] == group.encode():
            return int(state["entries-read"] or 0) - int(state["pending"])
    return 0


def _await(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not done():
        if time.monotonic() > deadline:
            raise TimeoutError("the measured process does not get on; see its log above")
        time.sleep(0.01)


def features(number: int) -> dict[str, FeatureValue]:
    """Twenty numbers, of which the first ones say the label."""
    draw = random.Random(number)  # noqa: S311 - test data
    return {name: round(draw.gauss(0, 1), 4) for name in FIELDS}


def _label(row: dict[str, FeatureValue]) -> str:
    score = sum(float(row[name] or 0) for name in FIELDS[:4])
    return "yes" if score > 0 else "no"


def document(kind: EventType, number: int, yes: float | None = None) -> bytes:
    """One event of a type; the same number is the same event. `yes` is what the model says."""
    event_id = f"event-{number:08}"
    common: dict[str, Any] = {
        "id": event_id,
        "source": "bench",
        "subject": event_id,
        "project": PROJECT.name,
    }
    row = features(number)
    if kind is EventType.SCORING_REQUESTED:
        data = wire.RequestData(event_id=event_id, features=row)
        return wire.encode(wire.Request(type="scoring.requested.v1", time=NOW, data=data, **common))
    if yes is None:
        yes = random.Random(-number).random()  # noqa: S311 - test data
    prediction = wire.PredictionData(
        event_id=event_id,
        features=row,
        probabilities={"no": 1 - yes, "yes": yes},
        model=wire.Model(PROJECT.name, 1, "ab" * 32),
    )
    return wire.encode(
        wire.Prediction(type="prediction.made.v1", time=NOW, data=prediction, **common)
    )


def _configured() -> CloudEvent:
    payload = ProjectConfigured(configuration=PROJECT, policy_version=1, actor="bench")
    return _announced(EventType.PROJECT_CONFIGURED, payload)


def _promoted(directory: Path) -> CloudEvent:
    learner = Learner.start(PROJECT)
    for number in range(600):
        row = features(-1 - number)
        learner.learn(row, {_label(row): 1.0})
    while (refit := learner.due()) is not None:
        learner.install(refit, fit(learner.task(refit)))
    model = learner.serving()
    if model is None:
        raise RuntimeError("600 examples make a model")
    key = load_or_create_signing_key(directory / "secrets" / "signing.key")
    origin = Origin(version=1, parent=None, learned_up_to=0)
    artifact = publish(directory / "artifacts", PROJECT.name, model.state(), origin, key)
    payload = ModelChanged(
        version=1,
        sha256=artifact.sha256,
        uri=artifact.uri,
        parent=None,
        learned_up_to=0,
        metrics={},
        reason="benchmark",
        actor="bench",
    )
    return _announced(EventType.MODEL_PROMOTED, payload)


def _announced(kind: EventType, payload: ProjectConfigured | ModelChanged) -> CloudEvent:
    return announce(kind, payload, project=PROJECT.name, identity="1", source="bench", time=NOW)
