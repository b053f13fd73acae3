"""Stories of blocks: routed, audited, answered, taken back, full, tripped, changed by policy."""

import json

import pytest

from services.review.domain.certificate.block import Block, End
from services.review.domain.coin import Draw, coin
from services.review.domain.ledger import Kind
from services.review.use_cases.thresholds import Thresholds
from shared.events import RouteReason
from shared.project import AuditTiming, Policy
from tests.builders import a_project
from tests.fakes.open_thresholds import OpenThresholds
from tests.fakes.review_workers import KEY
from tests.unit.review.voting_desk import ADA, OPS, Desk

STAY = "label=stay"
POLICY = Policy(
    error_rate=0.5, window=10, audit_probability=0.5, confidence=0.8, confirm_wrong=False
)
"""Ten acceptances of which five may be wrong, and credits for two errors in audits."""


class Line(Desk):
    """A desk on which events come that will be audited, or will not."""

    thresholds: Thresholds | None = OpenThresholds()

    def __init__(self, policy: Policy = POLICY) -> None:
        super().__init__(policy=policy)
        self.numbers = iter(range(10_000))

    def audited(self) -> str:
        return self._next(audited=True)

    def escapes(self, count: int = 1) -> list[str]:
        return [self._next(audited=False) for _ in range(count)]

    def block(self, number: int = 1) -> Block:
        (block,) = self.store.kept.blocks.some("churn", [(STAY, number)])[STAY]
        return block

    def record(self, kind: Kind) -> list[str]:
        return [e.detail for _, e in self.store.kept.ledger.rows if e.kind is kind]

    def reasons(self) -> list[str]:
        return self.record(Kind.ROUTED)

    def _next(self, *, audited: bool) -> str:
        while True:
            event_id = f"e{next(self.numbers)}"
            is_drawn = coin(KEY, Draw.AUDIT, "churn", event_id) < 0.5
            if is_drawn == audited:
                self.arrive(event_id, leave=0.1)
                return event_id


def test_what_is_accepted_is_counted_and_named() -> None:
    line = Line()
    event_id, *_ = line.escapes(3)
    assert (line.block().accepted, line.block().versions) == (3, (1,))
    assert line.record(Kind.BLOCK_BEGAN) == ["began"]
    (routed,) = line.story(event_id, Kind.ROUTED)
    placed = routed["placed"]
    assert isinstance(placed, dict)
    assert placed["lane"] == STAY
    assert placed["threshold"] == 1.0


def test_an_audit_is_charged_until_it_is_answered() -> None:
    line = Line()
    line.audited()
    assert (line.block().pending, line.block().found) == (1, 0)
    line.say(ADA, "stay")
    line.escapes()
    assert (line.block().pending, line.block().found) == (0, 0)
    assert line.record(Kind.AUDITED) == ["right"]


def test_errors_spend_credits_and_trip_the_block() -> None:
    line = Line()
    for _ in range(3):
        line.audited()
        line.say(ADA, "leave")
    line.escapes()
    assert line.record(Kind.AUDITED) == ["wrong"] * 3
    assert line.record(Kind.BLOCK_ENDED) == ["trip"]
    assert line.block(1).end is End.TRIP
    assert (line.block(2).number, line.block(2).accepted) == (2, 1)


def test_the_gate_is_shut_while_too_many_audits_wait() -> None:
    line = Line()
    for _ in range(4):
        line.audited()
    assert line.reasons()[-1] == RouteReason.UNPROVEN
    assert line.block().pending == 3
    line.say(ADA, "stay")
    line.escapes()
    assert line.reasons()[-1] == RouteReason.CONFIDENT


def test_a_full_block_is_followed_by_the_next() -> None:
    line = Line()
    line.escapes(11)
    assert (line.block(1).end, line.block(2).accepted) == (End.FULL, 1)
    assert line.record(Kind.BLOCK_ENDED) == ["full"]


def test_an_answer_that_is_taken_back_is_charged_again() -> None:
    line = Line()
    line.audited()
    outcome = line.say(ADA, "leave")
    line.escapes()
    assert line.block().found == 1
    line.undo(outcome.item_id, ADA)
    line.escapes()
    assert (line.block().found, line.block().pending) == (0, 1)
    assert line.record(Kind.AUDITED) == ["wrong", "open"]


def test_an_answer_after_the_blocks_end_still_counts_in_it() -> None:
    line = Line()
    line.audited()
    line.escapes(11)
    line.say(ADA, "leave")
    line.escapes()
    assert (line.block(1).found, line.block(1).pending) == (1, 0)


def test_other_terms_end_a_block() -> None:
    line = Line()
    line.escapes()
    wider = POLICY.model_copy(update={"window": 20})
    line.projects.apply(a_project("churn", policy=wider), OPS)
    line.escapes()
    assert line.record(Kind.BLOCK_ENDED) == ["policy"]
    assert (line.block(1).end, line.block(2).terms.window) == (End.POLICY, 20)


def test_a_policy_that_promises_the_same_goes_on_with_the_block() -> None:
    line = Line()
    line.escapes()
    after = POLICY.model_copy(update={"audits": AuditTiming.AFTER})
    line.projects.apply(a_project("churn", policy=after), OPS)
    line.escapes()
    assert line.block().accepted == 2


def test_without_evidence_nothing_is_automatic() -> None:
    desk = Desk(policy=POLICY)
    desk.arrive("e1", leave=0.1)
    assert [e.detail for _, e in desk.store.kept.ledger.rows if e.kind is Kind.ROUTED] == [
        RouteReason.UNPROVEN
    ]
    assert not desk.store.kept.blocks.kept


def test_stopping_holds_for_the_next_event() -> None:
    line = Line()
    line.projects.switch("churn", OPS, "why", stopped=True)
    line.escapes()
    assert line.reasons() == [RouteReason.STOPPED]


@pytest.mark.parametrize("field", ["budget", "credits", "alpha", "window", "delta", "floor"])
def test_the_terms_are_recorded(field: str) -> None:
    line = Line()
    line.escapes()
    (body,) = [e.body for _, e in line.store.kept.ledger.rows if e.kind is Kind.BLOCK_BEGAN]
    terms = line.block().terms
    assert json.loads(body)[field] == getattr(terms, field)
