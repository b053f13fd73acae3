"""What is told of model versions, and what people decide on them."""

import json

import pytest

from services.review.domain.access import Role, User
from services.review.domain.ledger import Kind
from services.review.domain.reconciling import UNLEARNED_AFTER, GapKind
from services.review.domain.versions import State
from services.review.errors import NotFound, WrongState
from services.review.use_cases.models import KeepModels
from shared.events import CloudEvent, EventType, PromotionDecided
from shared.project import Promotion
from tests.builders import a_project, a_step
from tests.fakes.review_desk import OPS, Desk

CANDIDATE, PROMOTED = EventType.MODEL_CANDIDATE, EventType.MODEL_PROMOTED
REJECTED, ROLLED_BACK = EventType.MODEL_REJECTED, EventType.MODEL_ROLLED_BACK
KIM = User("kim", Role.LEAD)
PART = {
    "group": "all answers",
    "answers": 60,
    "champion_wrong": 0.2,
    "candidate_wrong": 0.1,
    "low": -0.2,
    "high": 0.1,
    "margin": 0.02,
    "verdict": "open",
}


@pytest.fixture
def desk() -> Desk:
    """A desk with a project."""
    desk = Desk()
    desk.projects.apply(a_project(), OPS)
    desk.leave()
    return desk


def keep(desk: Desk) -> KeepModels:
    return KeepModels(desk.store, desk.bell, desk.clock)


def states(desk: Desk) -> dict[int, str]:
    return {v.number: v.state.value for v in keep(desk).page("churn", 100).items}


def tell(desk: Desk, *steps: CloudEvent) -> None:
    for step in steps:
        desk.models([step])


def test_one_version_serves(desk: Desk) -> None:
    tell(desk, a_step(PROMOTED, 1), a_step(PROMOTED, 2), a_step(REJECTED, 3), a_step(PROMOTED, 2))
    assert states(desk) == {1: "retired", 2: "champion", 3: "refused"}
    tell(desk, a_step(ROLLED_BACK, 1, 2))
    assert states(desk) == {1: "champion", 2: "retired", 3: "refused"}


def test_what_serves_goes_on_beside_a_candidate_until_another_takes_over(desk: Desk) -> None:
    tell(desk, a_step(PROMOTED, 1), a_step(CANDIDATE, 2), a_step(PROMOTED, 3, parent=1))
    assert states(desk) == {1: "retired", 2: "candidate", 3: "champion"}
    tell(desk, a_step(PROMOTED, 4, parent=2))
    assert states(desk) == {1: "retired", 2: "retired", 3: "retired", 4: "champion"}


def test_who_approves_a_newer_candidate_has_done_with_the_older(desk: Desk) -> None:
    tell(desk, a_step(CANDIDATE, 1, challenger="boosted"), a_step(CANDIDATE, 2))
    tell(desk, a_step(CANDIDATE, 3, challenger="lines"), a_step(PROMOTED, 2, 2))
    assert states(desk) == {1: "retired", 2: "champion", 3: "candidate"}


def test_of_each_sort_the_newest_candidate_waits(desk: Desk) -> None:
    tell(desk, a_step(PROMOTED, 1))
    for number, challenger in enumerate(["boosted", "randomised", None, None, "boosted"], 2):
        tell(desk, a_step(CANDIDATE, number, challenger=challenger))
    tell(desk, a_step(CANDIDATE, 3, 2, challenger="randomised"))
    waiting = [number for number, state in states(desk).items() if state == "candidate"]
    assert waiting == [6, 5, 3]


def test_a_comparison_stays_with_its_version(desk: Desk) -> None:
    tell(
        desk, a_step(PROMOTED, 1), a_step(CANDIDATE, 2), a_step(CANDIDATE, 2, 2, comparison=[PART])
    )
    tell(desk, a_step(PROMOTED, 2, 3))
    (part,) = keep(desk).get("churn", 2).told.comparison
    assert part.answers == 60


def test_an_approval_is_signed_and_sent(desk: Desk) -> None:
    tell(desk, a_step(PROMOTED, 1), a_step(CANDIDATE, 2))

    version = keep(desk).promote("churn", 2, KIM, "better in the north")

    assert version.state is State.CANDIDATE
    (event,) = desk.leave()
    assert event.data == PromotionDecided(
        version=2, verdict="promote", actor="kim", reason="better in the north"
    )
    (entry,) = desk.store.kept.ledger.newest("churn", Kind.PROMOTION, 9)
    assert (entry.subject, entry.detail, entry.at) == ("2", "promote", desk.clock.now())
    assert json.loads(entry.body)["actor"] == "kim"
    assert keep(desk).promote("churn", 2, OPS, "again") == version
    assert desk.leave() == []


def test_a_rejected_candidate_is_refused_whatever_is_told_of_it_later(desk: Desk) -> None:
    tell(desk, a_step(PROMOTED, 1), a_step(CANDIDATE, 2))
    assert keep(desk).reject("churn", 2, KIM, "worse in the north").state is State.REFUSED
    tell(desk, a_step(CANDIDATE, 2, 2))
    assert states(desk)[2] == "refused"
    with pytest.raises(WrongState, match="kim has decided on version 2 before"):
        keep(desk).promote("churn", 2, KIM, "after all")


def test_only_candidates_are_decided_on(desk: Desk) -> None:
    tell(desk, a_step(PROMOTED, 1), a_step(PROMOTED, 2))
    with pytest.raises(WrongState, match="version 1 is retired, not a candidate"):
        keep(desk).promote("churn", 1, KIM, "why")
    with pytest.raises(NotFound, match="handraise model list churn"):
        keep(desk).reject("churn", 9, KIM, "why")


def test_one_goes_back_to_what_served(desk: Desk) -> None:
    tell(desk, a_step(PROMOTED, 1), a_step(PROMOTED, 2), a_step(REJECTED, 3))
    keep(desk).roll_back("churn", 1, KIM, "complaints")
    (event,) = desk.leave()
    assert isinstance(event.data, PromotionDecided)
    assert (event.data.version, event.data.verdict) == (1, "roll_back")
    keep(desk).roll_back("churn", 2, KIM, "it serves")
    assert desk.leave() == []
    with pytest.raises(WrongState, match="never served"):
        keep(desk).roll_back("churn", 3, KIM, "why")

    # twice to the same one
    tell(desk, a_step(ROLLED_BACK, 1, 2), a_step(PROMOTED, 4))
    keep(desk).roll_back("churn", 1, KIM, "complaints again")
    assert [event.id for event in desk.leave()] == ["churn/1/2/promotion.decided.v1"]


def test_a_redis_that_was_lost_is_told_of_decisions_again(desk: Desk) -> None:
    tell(desk, a_step(PROMOTED, 1), a_step(PROMOTED, 2))
    keep(desk).roll_back("churn", 1, KIM, "complaints")
    desk.reconcile.repair()
    (event,) = [e for e in desk.leave() if isinstance(e.data, PromotionDecided)][:1]
    desk.redis.empty("another")
    assert event in desk.refilled()


@pytest.mark.parametrize("manual", [True, False])
def test_corrections_that_wait_for_the_next_candidate_are_no_gap(desk: Desk, manual: bool) -> None:
    promotion = Promotion.MANUAL if manual else Promotion.AUTOMATIC
    desk.projects.apply(a_project(promotion=promotion.value), OPS)
    tell(desk, a_step(CANDIDATE if manual else PROMOTED, 1, learned_up_to=0, metrics={}))
    desk.answer("a")
    desk.clock.pass_seconds(2 * UNLEARNED_AFTER.total_seconds())
    missing = [gap.found for gap in desk.reconcile.look().gaps if gap.kind is GapKind.UNLEARNED]
    assert missing == ([] if manual else [1])
