"""What the adapters refuse, and what they wait for."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from services.retrainer.adapters.learners import Snapshot, Workshop
from services.retrainer.adapters.project_feed import ProjectFeed
from services.retrainer.domain.progress import Judged, Progress
from services.retrainer.errors import CheckpointRefused
from shared.errors import Unavailable
from shared.events import CloudEvent, CorrectionMade
from shared.messaging import connect
from shared.model.learner import Learner
from shared.model.serving import ServingModel
from tests.builders import a_configuration, a_project
from tests.fakes.retrainer_corrections import churn_corrections, churn_project


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    """Where learners of the telephone customers are made."""
    key = tmp_path / "signing.key"
    return Workshop.open(tmp_path / "artifacts", tmp_path / "checkpoints", key, keep=3)


def taught(count: int) -> Learner:
    learner = Learner.start(churn_project())
    for event in churn_corrections(count):
        assert isinstance(event.data, CorrectionMade)
        learner.learn(event.data.features, event.data.label_probabilities)
    return learner


def test_a_model_with_nan_is_seen_to_be_not_finite(workshop: Workshop) -> None:
    serving = taught(40).serving()
    assert serving is not None
    state = serving.state()
    broken = {name: array.copy() for name, array in state.arrays.items()}
    broken["voice0.weights"] = np.full_like(broken["voice0.weights"], np.nan)
    nan = ServingModel.from_state(replace(state, arrays=broken))

    assert Snapshot(serving, workshop).is_finite
    assert not Snapshot(nan, workshop).is_finite


def test_a_checkpoint_holds_the_learner_and_its_figures(workshop: Workshop) -> None:
    learner = workshop.start(churn_project())
    progress = Progress(position=7, examples=2)
    progress.learned(Judged(correct=False, log_loss=1 / 3))

    checkpoint = learner.save("churn", progress)
    restored, resumed = workshop.restore(churn_project(), checkpoint)

    assert resumed == progress
    assert restored.learner.state().sha256 == learner.learner.state().sha256


def test_a_checkpoint_is_refused_when_it_is_not_what_was_recorded(workshop: Workshop) -> None:
    learner = workshop.start(churn_project())
    checkpoint = learner.save("churn", Progress(position=7))
    other = checkpoint.sha256[::-1]
    unreadable = Progress.resume(8, 1, [Judged(correct=True, log_loss=float("nan"))])

    with pytest.raises(CheckpointRefused, match="another position"):
        workshop.restore(churn_project(), replace(checkpoint, position=8))
    with pytest.raises(CheckpointRefused, match="missing"):
        workshop.restore(churn_project(), replace(checkpoint, sha256=other, file=f"churn/{other}"))
    with pytest.raises(CheckpointRefused, match="position 8"):
        learner.save("churn", unreadable)


@pytest.mark.asyncio
async def test_project_files_wait_for_a_database_that_is_away() -> None:
    tries: list[int] = []

    def keep(events: Sequence[CloudEvent]) -> None:
        tries.append(len(events))
        if len(tries) == 1:
            raise Unavailable("the database does not answer")

    feed = ProjectFeed(connect("redis://nowhere"), "control", keep, lambda _: None)
    feed._take(a_configuration(a_project()))

    await feed._settle()
    await feed._settle()

    assert tries == [1, 1]
