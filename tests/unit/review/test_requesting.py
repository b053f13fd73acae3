"""A candidate without somebody is asked for: who may wait for what, and what is written down."""

import json

import pytest

from services.review.domain.access import Role, User
from services.review.domain.ledger import Kind
from services.review.domain.retelling import decided
from services.review.errors import KeyReused, NotFound, WrongState
from services.review.use_cases.models import RecordModels
from services.review.use_cases.repeating import UNNAMED, Once
from services.review.use_cases.requesting import AskForCandidate, Wanted, Whom
from shared.events import CandidateRequested, EventType
from shared.project import Promotion
from tests.builders import a_step
from tests.fakes.bell import FakeBell
from tests.unit.review.voting_desk import ADA, Desk

KIM = User("kim", Role.LEAD)
WITHOUT_ADA = Wanted(Whom.REVIEWER, "ada", "she guessed")


def a_desk(promotion: Promotion = Promotion.MANUAL) -> Desk:
    """Ada has answered e1; version 1 serves, and version 2 waits."""
    desk = Desk(promotion=promotion)
    desk.arrive("e1")
    desk.say(ADA, "stay")
    record = RecordModels(desk.store)
    record([a_step(EventType.MODEL_PROMOTED, 1), a_step(EventType.MODEL_CANDIDATE, 2)])
    return desk


def ask(desk: Desk, number: int = 1, wanted: Wanted = WITHOUT_ADA, once: Once = UNNAMED) -> None:
    AskForCandidate(desk.store, FakeBell(), desk.clock)("churn", number, KIM, wanted, once)


def asked(desk: Desk) -> list[CandidateRequested]:
    events = desk.store.kept.outbox.events
    return [event.data for event in events if isinstance(event.data, CandidateRequested)]


def test_a_request_is_signed_and_sent() -> None:
    desk = a_desk()
    ask(desk)

    (sent,) = asked(desk)
    assert (sent.version, sent.whom, sent.name, sent.actor) == (1, "reviewer", "ada", "kim")
    (entry,) = desk.store.kept.ledger.newest("churn", Kind.PROMOTION, 9)
    assert (entry.subject, entry.revision, entry.detail) == ("1", 1, "asked")
    assert json.loads(entry.body)["reason"] == "she guessed"
    # a Redis that lost it is told the same again
    assert decided("churn", entry) == desk.store.kept.outbox.events[-1]


def test_what_is_asked_again_under_its_key_is_asked_once() -> None:
    desk = a_desk()
    for _ in range(2):
        ask(desk, once=Once.asked("k", "offer", 1))
    assert len(asked(desk)) == 1
    with pytest.raises(KeyReused):
        ask(desk, once=Once.asked("k", "offer", 2))


def test_a_subject_is_asked_for_whom_people_have_answered() -> None:
    desk = a_desk()
    ask(desk, wanted=Wanted(Whom.SUBJECT, "e1", "erased"))
    assert [(sent.whom, sent.name) for sent in asked(desk)] == [("subject", "e1")]


@pytest.mark.parametrize("whom", [*Whom])
def test_somebody_unknown_cannot_be_left_out(whom: Whom) -> None:
    desk = a_desk()
    with pytest.raises(NotFound, match="nobody"):
        ask(desk, wanted=Wanted(whom, "nobody", "why"))
    assert asked(desk) == []


def test_where_nobody_approves_nothing_is_offered() -> None:
    with pytest.raises(WrongState, match="promotion: manual"):
        ask(a_desk(Promotion.AUTOMATIC))


def test_what_has_learned_less_than_the_champion_is_not_offered() -> None:
    desk = a_desk()
    RecordModels(desk.store)([a_step(EventType.MODEL_PROMOTED, 2, 2)])
    with pytest.raises(WrongState, match="ask for version 2 instead"):
        ask(desk)
    with pytest.raises(NotFound, match="no version 7"):
        ask(desk, 7)


def test_before_a_version_serves_there_is_nothing_to_try_it_beside() -> None:
    desk = Desk(promotion=Promotion.MANUAL)
    RecordModels(desk.store)([a_step(EventType.MODEL_CANDIDATE, 1)])
    with pytest.raises(WrongState, match="approve one first"):
        ask(desk)
