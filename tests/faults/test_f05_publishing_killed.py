"""Row 5: the retrainer is killed while it publishes; every model that is named is whole."""

import pytest

from shared.model import artifact
from shared.model.keys import load_verifying_key
from tests.chaos.campaign import rebuilt
from tests.chaos.evidence import Evidence, gather
from tests.faults.crash import Crash
from tests.faults.ground import Ground

POINTS = [
    *(Crash("os:fsync", count) for count in range(1, 6)),
    Crash("os:rename"),
    Crash("os:rename", after=True),
]
"""Three files and two directories are synced, and one directory is renamed."""


@pytest.fixture
def learned(at: Ground) -> Ground:
    """An installation with a model."""
    at.send(36)
    at.settle()
    return at


def test_a_named_model_is_whole(learned: Ground) -> None:
    at = learned
    for crash in POINTS:
        at.stage.kill("retrainer", crash)
        publish_until_it_dies(at)
        verify(at, at.settle())
    assert not rebuilt(at.stage)
    newest = gather(at.stage).versions[-1]["version"]
    at.wait(lambda: at.metric("scorer", "handraise_model_version") == newest)


def publish_until_it_dies(at: Ground) -> None:
    """Events of which the model is sure bring no correction, and so no version."""
    alive = len(at.stage.deaths)
    for _ in range(10):
        at.send(30)
        at.settle()
        if len(at.stage.deaths) > alive:
            return
    raise AssertionError("the planted crash was never reached")


def verify(at: Ground, found: Evidence) -> None:
    store = at.stage.directory
    key = load_verifying_key(store / "secrets" / "verifying.key")
    for version in found.versions:
        artifact.load(store / "artifacts", version["uri"], version["sha256"], key)
