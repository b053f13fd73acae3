"""What is recorded is learned, and what is learned is published."""

import pytest

from shared.errors import Unavailable
from shared.events import EventType
from tests.builders import NOON, a_project
from tests.fakes.retrainer_bench import Bench
from tests.fakes.retrainer_corrections import a_correction
from tests.fakes.retrainer_learners import FakeLearners


def test_each_batch_becomes_a_version(bench: Bench) -> None:
    bench.configure(a_project())

    bench.teach([a_correction(number) for number in range(1, 6)], at_once=3)

    first, second = bench.publisher.versions()
    assert (first.version, first.parent, first.learned_up_to) == (1, None, 3)
    assert (second.version, second.parent, second.learned_up_to) == (2, 1, 5)
    assert second.uri == f"churn/{second.sha256}"
    assert second.reason == "learned from 2 corrections"
    assert second.metrics == {
        "accuracy": 1.0,
        "accuracy_low": pytest.approx(0.5655, abs=1e-4),
        "accuracy_high": pytest.approx(1.0),
        "log_loss": 0.5,
        "log_loss_low": 0.5,
        "log_loss_high": 0.5,
        "examples": 5.0,
        "corrections": 5.0,
        "corrected_at": NOON.timestamp(),
    }
    assert bench.value("handraise_versions_published_total") == 2
    assert bench.value("handraise_corrections_learned_total") == 5
    assert bench.value("handraise_prequential_error") == 0


def test_nothing_is_published_without_a_model_or_without_news(bench: Bench) -> None:
    bench.configure(a_project())
    bench.work()
    assert bench.publisher.events == []

    bench.teach([a_correction(1)])
    bench.work()
    bench.start()
    bench.work()
    assert len(bench.publisher.events) == 1


def test_an_unknown_project_is_nothing_to_learn(bench: Bench) -> None:
    assert not bench.retraining.learn("nobody")


def test_learning_stops_for_a_version_when_it_takes_long(
    bench: Bench, learners: FakeLearners
) -> None:
    bench.configure(a_project())
    bench.record([a_correction(number) for number in range(1, 4)])
    # given learners that take 30 ms each time, of the 50 that a version may take
    learners.when_learning = lambda: bench.clock.pass_seconds(0.03)

    more = bench.retraining.learn("churn")

    assert more
    assert bench.value("handraise_learning_backlog") == 1
    newest = bench.newest()
    assert newest is not None
    assert newest.learned_up_to == 2


def test_a_version_that_could_not_be_announced_is_announced_later(bench: Bench) -> None:
    bench.configure(a_project())
    bench.publisher.away = True
    with pytest.raises(Unavailable):
        bench.teach([a_correction(1)])

    # when the process is replaced and Redis is back
    bench.start()
    bench.publisher.away = False
    bench.retraining.announce()
    bench.retraining.announce()

    assert [version.version for version in bench.publisher.versions()] == [1]


@pytest.mark.parametrize(
    ("finite", "labels", "why"),
    [(False, (), "no numbers"), (True, ("stay", "go"), "'go'")],
    ids=["not finite", "other labels"],
)
def test_a_bad_candidate_is_rejected_and_learning_goes_on(
    bench: Bench, learners: FakeLearners, finite: bool, labels: tuple[str, ...], why: str
) -> None:
    bench.configure(a_project())
    bench.teach([a_correction(1)])
    learners.finite, learners.labels = finite, labels

    bench.teach([a_correction(2)])

    (rejected,) = bench.publisher.versions(EventType.MODEL_REJECTED)
    assert why in rejected.reason
    assert (rejected.version, rejected.parent, rejected.uri) == (2, 1, "")
    assert bench.value("handraise_versions_rejected_total") == 1

    # when it is good again
    learners.finite, learners.labels = True, ()
    bench.teach([a_correction(3)])

    newest = bench.publisher.versions()[-1]
    assert (newest.version, newest.parent) == (3, 1)
    assert newest.reason == "learned from 2 corrections"


def test_what_cannot_be_learned_is_skipped(bench: Bench, learners: FakeLearners) -> None:
    learners.unlearnable = 13
    bench.configure(a_project())

    bench.teach([a_correction(1), a_correction(2, tenure=13), a_correction(3)])

    assert bench.value("handraise_corrections_skipped_total") == 1
    assert bench.publisher.versions()[-1].metrics["examples"] == 2


def test_a_changed_project_counts_from_its_place_in_the_ledger(bench: Bench) -> None:
    bench.configure(a_project())
    bench.teach([a_correction(1)])
    bench.configure(a_project(labels=["stay", "leave", "unsure"]), version=2)
    bench.teach([a_correction(2, label="unsure")])

    assert [version.version for version in bench.publisher.versions()] == [1, 2]


def test_artifacts_are_pruned_now_and_then(bench: Bench, learners: FakeLearners) -> None:
    bench.configure(a_project())

    bench.teach([a_correction(number) for number in range(1, 22)], at_once=1)

    assert learners.pruned == [("churn", {10}), ("churn", {20})]


def test_checkpoints_are_few(bench: Bench) -> None:
    bench.configure(a_project())
    bench.start(checkpoint_every=4)

    bench.teach([a_correction(number) for number in range(1, 15)], at_once=1)
    assert [checkpoint.position for checkpoint in bench.saved()] == [13, 9]

    # when the process ends in peace, twice
    bench.retraining.finish()
    bench.retraining.finish()
    assert [checkpoint.position for checkpoint in bench.saved()] == [15, 13]


def test_after_an_error_learning_begins_again_from_what_is_safe(
    bench: Bench, learners: FakeLearners
) -> None:
    learners.failing = 13
    bench.configure(a_project())
    bench.record([a_correction(1), a_correction(2, tenure=13)])
    with pytest.raises(ZeroDivisionError):
        bench.work()
    assert bench.value("handraise_learning_backlog") == 2

    learners.failing = -1
    bench.retraining.forget("churn")
    bench.work()
    assert bench.value("handraise_learning_backlog") == 0

    assert bench.publisher.versions()[-1].metrics["examples"] == 2


def test_each_version_says_how_many_corrections_were_recorded(bench: Bench) -> None:
    bench.configure(a_project())

    bench.teach([a_correction(number) for number in (1, 2, 7, 3)], at_once=3)

    told = [(v.learned_up_to, v.metrics["corrections"]) for v in bench.publisher.versions()]
    assert told == [(7, 3.0), (7, 4.0)]


def test_a_redis_that_lost_the_version_in_force_is_told_again(bench: Bench) -> None:
    bench.configure(a_project())
    bench.teach([a_correction(number) for number in range(1, 6)], at_once=3)
    said = list(bench.publisher.events)

    bench.publisher.remembered.clear()
    bench.clock.pass_seconds(3)
    bench.publisher.away = True
    bench.work()
    bench.publisher.away = False
    bench.clock.pass_seconds(3)
    bench.work()
    bench.clock.pass_seconds(3)
    bench.work()

    assert bench.publisher.events == [*said, said[-1]]
