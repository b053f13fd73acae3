"""What serves: versions that people need not look at, and those on which they have decided."""

import pytest

from services.retrainer.domain.versions import jump
from services.retrainer.use_cases.publishing import OFFER_EVERY
from services.retrainer.use_cases.shadows import MOST
from shared.events import EventType
from shared.project import Promotion
from tests.builders import a_project
from tests.fakes.retrainer_bench import Bench
from tests.fakes.retrainer_corrections import a_correction
from tests.fakes.retrainer_decisions import a_decision, corrections, in_force, steps
from tests.fakes.retrainer_learners import FakeLearners

MANUAL = {"promotion": Promotion.MANUAL.value}


def test_where_people_approve_nothing_serves_before_they_have(bench: Bench) -> None:
    bench.configure(a_project(**MANUAL))
    bench.teach(corrections(1, 10))
    bench.teach(corrections(11, 10))
    assert steps(bench) == [(1, "candidate")]
    assert in_force(bench) is None

    bench.decide([a_decision(1, "promote")])

    assert steps(bench) == [(1, "candidate"), (1, "promoted")]
    assert bench.publisher.events[-1].data.actor == "kim"  # type: ignore[union-attr]
    assert bench.publisher.events[-1].data.reason == "as agreed"  # type: ignore[union-attr]


def test_the_next_candidate_comes_when_enough_is_new(bench: Bench) -> None:
    bench.configure(a_project(**MANUAL))
    bench.teach(corrections(1, 1))
    bench.decide([a_decision(1, "promote")])
    bench.teach(corrections(2, OFFER_EVERY), at_once=50)
    bench.teach(corrections(2 + OFFER_EVERY, OFFER_EVERY), at_once=50)
    offered = [number for number, kind in steps(bench) if kind == "candidate"]
    assert offered == [1, 2, 3]


def test_a_rejected_candidate_never_serves(bench: Bench) -> None:
    bench.configure(a_project(**MANUAL))
    bench.teach(corrections(1, 1))
    bench.decide([a_decision(1, "reject")])
    bench.decide([a_decision(1, "promote", 2)])
    assert steps(bench) == [(1, "candidate"), (1, "rejected")]
    assert in_force(bench) is None


def test_a_decision_is_heard_once(bench: Bench) -> None:
    bench.configure(a_project())
    bench.teach(corrections(1, 2), at_once=1)
    for _ in range(2):
        bench.decide([a_decision(1, "roll_back")])
    assert steps(bench) == [(1, "promoted"), (2, "promoted"), (1, "rolled_back")]


def test_after_a_rollback_nothing_serves_before_a_person_lets_it(bench: Bench) -> None:
    bench.configure(a_project())
    bench.teach(corrections(1, 3), at_once=1)
    bench.decide([a_decision(1, "roll_back")])
    bench.teach(corrections(4, 2), at_once=1)
    assert in_force(bench) == 1
    assert steps(bench)[-1] == (4, "candidate")

    bench.decide([a_decision(4, "promote")])
    bench.teach(corrections(6, 1))

    assert in_force(bench) == 5
    assert [version.parent for version in bench.publisher.versions()][-1] == 4


def test_who_goes_forward_again_lets_what_is_learned_serve(bench: Bench) -> None:
    bench.configure(a_project())
    bench.teach(corrections(1, 2), at_once=1)
    bench.decide([a_decision(1, "roll_back")])
    bench.work()
    assert steps(bench)[-1] == (1, "rolled_back")

    bench.decide([a_decision(2, "roll_back")])
    bench.teach(corrections(3, 1))

    assert steps(bench)[-2:] == [(2, "rolled_back"), (3, "promoted")]


def shadows(bench: Bench) -> list[tuple[int, str, bool]]:
    """What the last version that was told of says of answers."""
    (said,) = [step.shadow for step in bench.publisher.versions(bench.publisher.events[-1].type)][
        -1:
    ]
    return [(shadow.sequence, shadow.label, shadow.wrong) for shadow in said]


def test_who_goes_back_learns_what_that_version_says_of_the_answers_since(
    bench: Bench, learners: FakeLearners
) -> None:
    bench.configure(a_project())
    learners.opinion = {"leave": 0.9, "stay": 0.1}
    bench.teach(corrections(1, 2))
    learners.opinion = {"leave": 0.2, "stay": 0.8}
    bench.teach(corrections(3, 3))

    bench.decide([a_decision(1, "roll_back")])

    assert shadows(bench) == [(n, "leave", False) for n in (3, 4, 5)]


def test_an_answer_that_was_amended_counts_as_it_is_now(bench: Bench) -> None:
    bench.configure(a_project())
    bench.teach(corrections(1, 1))
    first, second = (
        corrections(2, 1),
        a_correction(2, label="stay", correction_id="churn/event-2/2"),
    )
    bench.teach([*first, second])

    bench.decide([a_decision(1, "roll_back")])

    assert shadows(bench) == [(2, "stay", False)]


def test_a_candidate_that_is_approved_brings_what_it_has_said_up_to_now(bench: Bench) -> None:
    bench.configure(a_project(**MANUAL))
    bench.teach(corrections(1, 1))
    bench.teach(corrections(2, 3))
    bench.decide([a_decision(1, "promote")])
    assert shadows(bench) == [(n, "stay", True) for n in (2, 3, 4)]
    # the same decision, heard again, asks nobody
    bench.decide([a_decision(1, "promote")])
    assert steps(bench) == [(1, "candidate"), (1, "promoted")]


def test_only_the_newest_answers_are_asked_about(bench: Bench) -> None:
    bench.configure(a_project())
    bench.teach(corrections(1, MOST + 20), at_once=MOST)
    bench.teach(corrections(MOST + 21, MOST + 5), at_once=MOST)
    bench.decide([a_decision(1, "roll_back")])
    said = shadows(bench)
    assert (len(said), said[-1][0]) == (MOST, 2 * MOST + 25)


def test_going_back_to_what_is_gone_is_refused(bench: Bench, learners: FakeLearners) -> None:
    bench.configure(a_project())
    bench.teach(corrections(1, 2), at_once=1)
    learners.lost = {1}
    bench.decide([a_decision(1, "roll_back"), a_decision(77, "roll_back")])
    assert in_force(bench) == 2
    (refused,) = bench.publisher.versions(EventType.MODEL_REJECTED)
    assert refused.reason.startswith("its artifact is not kept any more: choose a newer version")


def test_a_rollback_wins_against_a_version_that_is_being_made(
    bench: Bench, learners: FakeLearners
) -> None:
    bench.configure(a_project())
    bench.teach(corrections(1, 2), at_once=1)
    # given a person who goes back while the next version is written
    learners.when_publishing = lambda: bench.decide([a_decision(1, "roll_back")])

    bench.teach(corrections(3, 1))

    assert in_force(bench) == 1
    assert steps(bench)[-1] == (3, "candidate")


def test_a_redis_that_lost_a_rollback_is_told_again(bench: Bench) -> None:
    bench.configure(a_project())
    bench.teach(corrections(1, 2), at_once=1)
    bench.decide([a_decision(1, "roll_back")])
    bench.publisher.remembered.clear()
    bench.clock.pass_seconds(3)
    bench.work()
    assert bench.publisher.events[-1] == bench.publisher.events[-2]
    assert bench.publisher.events[-1].type is EventType.MODEL_ROLLED_BACK


def test_redis_may_be_away_when_a_person_decides(bench: Bench) -> None:
    bench.configure(a_project())
    bench.teach(corrections(1, 2), at_once=1)
    bench.publisher.away = True
    bench.decide([a_decision(1, "roll_back")])
    bench.publisher.away = False
    bench.work()
    assert steps(bench)[-1] == (1, "rolled_back")


def test_a_version_that_unlearned_everything_is_refused(
    bench: Bench, learners: FakeLearners
) -> None:
    learners.opinion = {"leave": 0.9, "stay": 0.1}
    bench.configure(a_project())
    bench.teach(corrections(1, 60))
    learners.opinion = {"leave": 0.1, "stay": 0.9}

    bench.teach(corrections(61, 1))

    (refused,) = bench.publisher.versions(EventType.MODEL_REJECTED)
    assert "50 wrong that the version before gets right" in refused.reason
    assert in_force(bench) == 3
    assert bench.value("handraise_versions_rejected_total") == 1


@pytest.mark.parametrize(
    ("truth", "before", "after", "is_jump"),
    [
        ("a" * 50, "a" * 50, "b" * 50, True),
        ("a" * 50, "b" * 50, "a" * 50, False),
        ("a" * 50, "b" * 50, "c" * 50, False),
        ("a" * 49, "a" * 49, "b" * 49, False),
        ("a" * 50, "a" * 50, "a" * 30 + "b" * 20, False),
        ("a" * 50, "a" * 50, "a" * 29 + "b" * 21, True),
    ],
)
def test_a_jump_is_away_from_what_people_say(
    truth: str, before: str, after: str, is_jump: bool
) -> None:
    assert (jump(list(truth), list(before), list(after)) is not None) is is_jump
