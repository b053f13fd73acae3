"""A model is a function of the ledger, whatever happened to the process that learned it."""

from pathlib import Path

import pytest

from services.retrainer.errors import NoSuchVersion
from shared.model import artifact
from shared.model.keys import load_verifying_key
from shared.model.serving import ServingModel
from tests.fakes.retrainer_bench import Bench
from tests.fakes.retrainer_corrections import churn_corrections, churn_project

EXAMPLES = 300


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The content hash of what one process makes of all corrections in one go."""
    with Bench(tmp_path_factory.mktemp("uninterrupted")) as bench:
        bench.configure(churn_project())
        bench.record(churn_corrections(EXAMPLES))
        bench.work()
        newest = bench.newest()
        assert newest is not None
        assert newest.number == 1
        return newest.sha256


def test_restarts_change_nothing(tmp_path: Path, uninterrupted: str) -> None:
    events = churn_corrections(EXAMPLES)
    with Bench(tmp_path) as bench:
        bench.configure(churn_project())
        # given an end in peace
        bench.start(checkpoint_every=50)
        bench.teach(events[:90])
        bench.retraining.finish()
        # and a kill without a last checkpoint
        bench.start(checkpoint_every=50)
        bench.teach(events[90:210], at_once=7)
        # and a kill right after recording, before anything was learned
        bench.start()
        bench.record(events[210:230])
        bench.start()
        bench.teach(events[230:], at_once=33)

        newest, announced = bench.newest(), bench.publisher.versions()
        assert newest is not None
        assert newest.sha256 == uninterrupted
        assert newest.metrics["examples"] == EXAMPLES
        assert announced[-1].sha256 == uninterrupted
        assert [version.version for version in announced] == list(range(1, newest.number + 1))
        assert [version.parent for version in announced[1:]] == list(range(1, newest.number))


@pytest.mark.parametrize("damage", ["all", "newest"])
def test_a_broken_checkpoint_costs_time_only(
    tmp_path: Path, uninterrupted: str, damage: str
) -> None:
    events = churn_corrections(EXAMPLES)
    with Bench(tmp_path) as bench:
        bench.configure(churn_project())
        bench.start(checkpoint_every=100)
        bench.teach(events[:250], at_once=50)
        saved = bench.saved()
        assert len(saved) == 2
        for checkpoint in saved if damage == "all" else saved[:1]:
            arrays = bench.checkpoints / checkpoint.file / artifact.ARRAYS
            arrays.write_bytes(arrays.read_bytes()[:-1] + b"!")

        bench.start()
        bench.teach(events[250:], at_once=50)

        newest = bench.newest()
        assert newest is not None
        assert newest.sha256 == uninterrupted
        refused = bench.value("handraise_checkpoints_refused_total")
        assert refused == (2 if damage == "all" else 1)


def test_each_version_can_be_rebuilt(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        bench.configure(churn_project())
        bench.teach(churn_corrections(140), at_once=40)
        more = churn_project().model_copy(update={"labels": ("No", "Yes", "Perhaps")})
        bench.configure(more, version=2)
        bench.work()

        assert len(bench.publisher.versions()) == 5
        assert bench.publisher.versions()[-1].reason == "the project changed"
        for version in bench.publisher.versions():
            rebuilt = bench.rebuild(version.version)
            assert rebuilt.is_same
            assert rebuilt.rebuilt == version.sha256
        with pytest.raises(NoSuchVersion):
            bench.rebuild(99)


def test_the_newest_artifacts_are_kept_and_can_be_served(tmp_path: Path) -> None:
    events = churn_corrections(100)
    with Bench(tmp_path) as bench:
        bench.configure(churn_project())
        bench.teach(events[:64], at_once=32)
        bench.teach(events[64:], at_once=3)

        versions = bench.publisher.versions()
        kept = {path.name for path in (bench.artifacts / "churn").iterdir()}
        assert {version.sha256 for version in versions[-3:]} <= kept
        assert len(kept) < len(versions)
        newest = versions[-1]
        key = load_verifying_key(tmp_path / "secrets" / "verifying.key")
        manifest, state = artifact.load(bench.artifacts, newest.uri, newest.sha256, key)
        assert manifest.version == newest.version
        assert manifest.metrics == newest.metrics
        answer = ServingModel.from_state(state).predict_proba([{}])
        assert answer.shape == (1, 2)
