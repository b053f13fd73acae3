"""Requests that are sent again because their answer was lost: nothing happens twice."""

from datetime import timedelta

import pytest

from services.review.domain.access import ADMIN, Role, User
from services.review.domain.ledger import Kind
from services.review.domain.tokens import TokenKind
from services.review.domain.votes import Answer
from services.review.errors import KeyReused, LeaseLost, MadeBefore
from services.review.use_cases.claiming import Wish
from services.review.use_cases.people import KeepPeople
from services.review.use_cases.repeating import ForgetRequests, Once
from services.review.use_cases.tokens import KeepTokens, Order
from tests.unit.review.voting_desk import ADA, BEN, LEA, UP, Desk

DAY = timedelta(hours=24)


def asked(*said: object) -> Once:
    return Once.asked("k", *said)


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.arrive("a", "b", "c")
    return desk


def test_a_claim_sent_again_gives_the_same_items(desk: Desk) -> None:
    wish, once = Wish("churn", 2), asked("claim", 2)
    first = desk.queues.claim(wish, ADA, once)
    again = desk.queues.claim(wish, ADA, once)
    assert [c.lease.id for c in again.claims] == [c.lease.id for c in first.claims]
    assert len(desk.queues.claim(Wish("churn", 5), BEN).claims) == 1


def test_a_claim_sent_again_gives_only_what_is_still_held(desk: Desk) -> None:
    wish, once = Wish("churn", 2), asked("claim", 2)
    done, held = desk.queues.claim(wish, ADA, once).claims
    desk.decide(done.lease.id, ADA, Answer("stay"), 0)
    assert [c.lease.id for c in desk.queues.claim(wish, ADA, once).claims] == [held.lease.id]
    desk.queues.release(held.lease.id, ADA)
    assert not desk.queues.claim(wish, ADA, once).claims


def test_a_claim_that_brought_nothing_is_made_anew() -> None:
    desk, wish, once = Desk(), Wish("churn", 1), asked("claim", 1)
    assert not desk.queues.claim(wish, ADA, once).claims
    desk.arrive("late")
    assert desk.queues.claim(wish, ADA, once).claims


def test_keys_are_each_users_own(desk: Desk) -> None:
    wish, once = Wish("churn", 1), asked("claim", 1)
    adas = desk.queues.claim(wish, ADA, once).claims
    bens = desk.queues.claim(wish, BEN, once).claims
    assert adas[0].lease.item.id != bens[0].lease.item.id


def test_a_key_is_for_one_request(desk: Desk) -> None:
    first, other = desk.queues.claim(Wish("churn", 2), ADA).claims
    desk.queues.skip(first.lease.id, ADA, None, asked("skip", first.lease.id))
    with pytest.raises(KeyReused, match="nothing was done"):
        desk.queues.skip(other.lease.id, ADA, None, asked("skip", other.lease.id))
    with pytest.raises(KeyReused):
        desk.decide(other.lease.id, ADA, Answer("stay", idempotency_key="k"), 0)
    desk.decide(other.lease.id, ADA, Answer("stay"), 0)


def test_skipping_and_passing_on_again_say_the_same(desk: Desk) -> None:
    first, other = desk.queues.claim(Wish("churn", 2), ADA).claims
    skip, escalate = Once.asked("k1", "skip"), Once.asked("k2", "escalate")
    for _ in range(2):
        desk.queues.skip(first.lease.id, ADA, "twice", skip)
        assert desk.queues.escalate(other.lease.id, ADA, "help", escalate) == "churn.leads"
    assert len(desk.story(other.lease.item.event_id, Kind.ESCALATED)) == 1


def test_a_decision_with_another_comment_is_another_request(desk: Desk) -> None:
    lease = desk.claim(ADA).lease.id
    answer = Answer("stay", "sure", idempotency_key="k", seconds_spent=1.0)
    first, _ = desk.decide(lease, ADA, answer, 0)
    slower = Answer("stay", "sure", idempotency_key="k", seconds_spent=9.0)
    assert desk.decide(lease, ADA, slower, 0)[0] == first
    with pytest.raises(KeyReused):
        desk.decide(lease, ADA, Answer("stay", "unsure", idempotency_key="k"), 0)


def test_taking_back_again_gives_the_same_hold(desk: Desk) -> None:
    item = desk.say(ADA, "stay").item_id
    once = asked("undo", item)
    held = desk.undo(item, ADA, once)
    assert desk.undo(item, ADA, once).lease.id == held.lease.id
    desk.decide(held.lease.id, ADA, Answer("leave"), 0)
    with pytest.raises(LeaseLost, match="no more"):
        desk.undo(item, ADA, once)
    assert [r[1] for r in desk.decisions()] == ["stay", "leave"]


def test_an_appeal_sent_again_is_one_appeal(desk: Desk) -> None:
    event = desk.claim(ADA).lease.item.event_id
    (held,) = desk.queues.claim(Wish("churn", 1), BEN).claims
    desk.decide(held.lease.id, BEN, Answer("stay"), 0)
    event = held.lease.item.event_id
    once = asked("appeal", event)
    first = desk.appeal("churn", event, UP, "no", once)
    desk.say(LEA, "stay", "churn.appeals")
    assert desk.appeal("churn", event, UP, "no", once) == first
    assert len(desk.story(event, Kind.APPEALED)) == 1


def test_a_token_is_made_once_and_its_text_given_once() -> None:
    desk = Desk()
    people, tokens = KeepPeople(desk.store, desk.clock), KeepTokens(desk.store, desk.clock)
    people.add(User("crm", Role.UPSTREAM), ADMIN)
    order, once = Order("crm", TokenKind.API, "admin"), asked("token", "crm")
    text, made = tokens.add(order, once)
    with pytest.raises(MadeBefore, match=made.prefix) as refusal:
        tokens.add(order, once)
    assert text not in str(refusal.value)
    tokens.rotate(made.prefix, ADMIN, DAY, Once.asked("r", "rotate"))
    with pytest.raises(MadeBefore):
        tokens.rotate(made.prefix, ADMIN, DAY, Once.asked("r", "rotate"))
    assert len(tokens.page("crm", 9, None).items) == 2


def test_what_was_asked_long_ago_is_forgotten(desk: Desk) -> None:
    forget = ForgetRequests(desk.store, desk.clock, DAY)
    desk.queues.claim(Wish("churn", 1), ADA, asked("old"))
    desk.clock.pass_seconds(DAY.total_seconds())
    desk.queues.claim(Wish("churn", 1), BEN, asked("new"))
    forget()
    assert list(desk.store.kept.answers.kept) == ["ada/k", "ben/k"]
    desk.clock.pass_seconds(1)
    forget()
    assert list(desk.store.kept.answers.kept) == ["ben/k"]
