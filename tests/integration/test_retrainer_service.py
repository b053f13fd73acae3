"""The retrainer as a process, with a real Redis and both databases."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import create_engine, text

from shared.events import CorrectionMade
from shared.model import artifact
from shared.model.challengers.fitting import FIRST
from shared.model.keys import load_verifying_key
from shared.model.learner import Learner
from shared.model.serving import ServingModel
from shared.streams import Stream
from tests.builders import a_configuration, a_project
from tests.fakes.retrainer_corrections import a_correction, churn_corrections, churn_project
from tests.fakes.retrainer_process import RetrainerProcess

pytestmark = pytest.mark.redis


@pytest.fixture
def retrainer(tmp_path: Path, redis_url: str, database_url: str) -> Iterator[RetrainerProcess]:
    """A retrainer that runs and knows no project."""
    with RetrainerProcess(tmp_path, redis_url, database_url) as process:
        yield process


BEFORE_FITS = FIRST - 1
"""So many corrections are learned alone; when a fit is heard beside them is a matter of speed."""
IN_ORDER = range(1, BEFORE_FITS + 1)


def learned_at_once(numbers: Iterable[int]) -> str:
    """The content hash of what one learner makes of these corrections, in this order."""
    learner, known = Learner.start(churn_project()), churn_corrections(BEFORE_FITS)
    for number in numbers:
        data = known[number - 1].data
        assert isinstance(data, CorrectionMade)
        learner.learn(data.features, data.label_probabilities)
    serving = learner.serving()
    assert serving is not None
    return serving.state().sha256


def order_of(retrainer: RetrainerProcess) -> list[int]:
    """The corrections in the ledger: what a kill has left in hand comes after what is newer."""
    engine = create_engine(retrainer.database_url)
    query = "SELECT identity FROM retrainer_ledger WHERE kind = 'correction' ORDER BY position"
    try:
        with engine.connect() as connection:
            found = connection.execute(text(query)).scalars()
            return [int(name.split("/")[1].rpartition("-")[2]) for name in found]
    finally:
        engine.dispose()


def test_corrections_become_versions_that_can_be_served(retrainer: RetrainerProcess) -> None:
    retrainer.send([a_configuration(churn_project())])
    retrainer.send(churn_corrections(BEFORE_FITS))

    newest = retrainer.learned(BEFORE_FITS)

    assert newest.sha256 == learned_at_once(IN_ORDER)
    versions = [version.version for version in retrainer.promoted()]
    assert versions == list(range(1, newest.version + 1))
    key = load_verifying_key(retrainer.directory / "secrets" / "verifying.key")
    store = retrainer.directory / "artifacts"
    manifest, state = artifact.load(store, newest.uri, newest.sha256, key)
    assert (manifest.version, manifest.learned_up_to) == (newest.version, BEFORE_FITS)
    rows = [
        e.data.features for e in churn_corrections(50, BEFORE_FITS) if hasattr(e.data, "features")
    ]
    assert ServingModel.from_state(state).predict_proba(rows).shape == (50, 2)
    metrics = httpx.get(f"http://127.0.0.1:{retrainer.port}/metrics").text
    assert f'handraise_corrections_learned_total{{project="churn"}} {BEFORE_FITS}.0' in metrics

    # when it is told to stop, the learner is saved and any version can be learned again
    assert retrainer.stop() == 0
    assert list((retrainer.directory / "checkpoints" / "churn").iterdir())
    assert retrainer.rebuild(1) == 0


def test_each_correction_is_learned_once_and_garbage_is_kept_aside(
    retrainer: RetrainerProcess,
) -> None:
    retrainer.send([a_configuration(churn_project())])
    events = churn_corrections(BEFORE_FITS)
    retrainer.send_raw(Stream.CORRECTIONS, b"\xff not JSON")
    retrainer.send([a_correction(project="nobody"), *events, *events[10:40]])
    retrainer.send([events[-1], a_correction(65, label="Perhaps")])

    retrainer.wait_for(lambda: len(retrainer.dead_letters()) == 3)
    newest = retrainer.learned(BEFORE_FITS)

    assert newest.metrics["examples"] == BEFORE_FITS
    assert newest.sha256 == learned_at_once(IN_ORDER)
    reasons = ["malformed", "unknown_label", "unknown_project"]
    assert sorted(retrainer.dead_letters()) == reasons


def test_killed_at_any_moment_it_ends_where_it_would_have_ended(
    retrainer: RetrainerProcess,
) -> None:
    events, third = churn_corrections(240), BEFORE_FITS // 3
    retrainer.send([a_configuration(churn_project())])
    for start in range(0, BEFORE_FITS, third):
        retrainer.send(events[start : start + third])
        # given a kill while it learns, and one after something was learned
        if start:
            retrainer.learned(start)
        retrainer.kill()
        retrainer.start()

    retrainer.wait_for(lambda: retrainer.promoted()[-1].metrics["examples"] == BEFORE_FITS)
    newest, order = retrainer.promoted()[-1], order_of(retrainer)

    assert sorted(order) == [*IN_ORDER]
    assert newest.sha256 == learned_at_once(order)
    numbers = sorted({version.version for version in retrainer.promoted()})
    assert numbers == list(range(1, newest.version + 1))

    # and once fits are heard beside them, the ledger tells what it would have been
    for start in range(BEFORE_FITS, 240, 59):
        retrainer.send(events[start : start + 59])
        retrainer.kill()
        retrainer.start()
    retrainer.wait_for(lambda: retrainer.promoted()[-1].metrics["examples"] == 240)
    newest = retrainer.promoted()[-1]
    assert retrainer.stop() == 0
    assert retrainer.rebuild(newest.version) == 0


def test_a_project_that_is_configured_late_is_known_at_once(retrainer: RetrainerProcess) -> None:
    for name in ("first", "second"):
        retrainer.send([a_configuration(a_project(name))])
        retrainer.send([a_correction(number, project=name) for number in range(1, 41)])

    retrainer.wait_for(lambda: len({e.project for e in retrainer.events(Stream.MODELS)}) == 2)

    assert retrainer.dead_letters() == []
