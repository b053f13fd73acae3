"""Rows 27 to 29: models change under load, and a bad one changes nothing."""

import json
from pathlib import Path
from typing import Any

import pytest

from shared.events import EventType, ModelChanged, announce
from tests.alerts.promtool import rings
from tests.builders import NOON
from tests.chaos.evidence import gather
from tests.chaos.senders import PROJECT
from tests.faults.ground import Ground

SWAPS = 100


@pytest.fixture
def learned(at: Ground) -> Ground:
    """An installation with models."""
    for _ in range(4):
        at.send(20)
        at.settle()
    return at


def test_models_change_under_load(learned: Ground) -> None:
    at = learned
    versions = gather(at.stage).versions[-3:]
    swapped = at.metric("scorer", "handraise_model_swaps_total")
    for number in range(SWAPS):
        tell(at, versions[number % len(versions)])
        at.send(2)
    at.settle()
    assert at.metric("scorer", "handraise_model_swaps_total") > swapped + SWAPS / 10
    known = {row["version"] for row in gather(at.stage).versions}
    made = predictions(at)
    assert len(made) == len(at.told.acknowledged)
    assert {prediction["model"]["version"] for prediction in made} <= known | {0}


def test_a_damaged_model_is_refused_and_the_one_before_serves_on(learned: Ground) -> None:
    at = learned
    older, newest = gather(at.stage).versions[-2:]
    [arrays] = Path(at.stage.directory, "artifacts", older["uri"]).glob("*.n*")
    content = bytearray(arrays.read_bytes())
    content[len(content) // 2] ^= 1
    arrays.write_bytes(content)
    before = at.metrics("scorer")
    tell(at, older)
    at.wait(lambda: at.metric("scorer", "handraise_models_refused_total") == 1)
    at.wait(lambda: [letter["reason"] for letter in letters(at)] == ["model_refused"])
    assert not rings("ModelsRefused", before, before, job="scorer")
    assert rings("ModelsRefused", before, at.metrics("scorer"), job="scorer")
    assert at.metric("scorer", "handraise_model_version") == newest["version"]
    at.send(5)
    at.settle()
    assert predictions(at)[-1]["model"]["version"] == newest["version"]


def tell(at: Ground, row: dict[str, Any]) -> None:
    """Announce a version that was there before."""
    changed = ModelChanged(
        version=row["version"],
        sha256=row["sha256"],
        uri=row["uri"],
        parent=row["parent"],
        learned_up_to=row["learned_up_to"],
        metrics=json.loads(row["metrics"]),
        reason="a test goes back to it",
        actor="test",
    )
    event = announce(
        EventType.MODEL_ROLLED_BACK,
        changed,
        project=PROJECT.name,
        identity=str(row["version"]),
        source="test",
        time=NOON,
    )
    with at.stage.redis() as redis:
        redis.xadd("handraise:models", {"data": event.encode()})


def letters(at: Ground) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = at.api.get("/v1/dead-letters").json()["dead_letters"]
    return listed


def predictions(at: Ground) -> list[dict[str, Any]]:
    with at.stage.redis() as redis:
        entries = redis.xrange("handraise:predictions")
    return [json.loads(fields[b"data"])["data"] for _, fields in entries]
