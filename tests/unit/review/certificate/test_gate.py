"""Laws of the gate, whatever the model, the people and the order of events are."""

import math
import random
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.review.domain.certificate.block import Block, End, Terms
from services.review.domain.certificate.gate import Gate, Ruling, thinned
from services.review.domain.certificate.replay import (
    Answered,
    Began,
    Corrected,
    Fact,
    Replay,
    Ruled,
)
from services.review.domain.coin import Draw, coin

TERMS = Terms(alpha=0.5, window=60, delta=0.05, floor=0.2)
LANE = "stays"
EVENTS = st.lists(
    st.tuples(st.floats(0, 1), st.booleans(), st.floats(0, 0.6)), min_size=1, max_size=300
)


class Desk:
    """Rules on events in batches of 20, and lets people answer out of turn."""

    def __init__(self, terms: Terms = TERMS) -> None:
        self.terms = terms
        self.blocks = [Block(1, terms)]
        self.facts: list[Fact] = [Began(LANE, 1, terms)]
        self.audits: dict[str, int] = {}
        self.waiting: list[tuple[str, bool]] = []

    def run(self, events: list[tuple[float, bool, float]]) -> Iterator[tuple[float, Ruling]]:
        order = random.Random(1)  # noqa: S311 - not a secret
        for start in range(0, len(events), 20):
            gate = Gate(self.blocks[-1])
            for place, (score, wrong, propensity) in enumerate(events[start : start + 20], start):
                event_id = f"e{place}"
                draw = coin(b"key", Draw.AUDIT, "churn", event_id)
                yield draw, self._rule(gate, event_id, score, draw, (wrong, propensity))
            while self.waiting and order.random() < 0.9:
                self._answer(*self.waiting.pop(order.randrange(len(self.waiting))))

    def _rule(
        self, gate: Gate, event_id: str, score: float, draw: float, nature: tuple[bool, float]
    ) -> Ruling:
        wrong, propensity = nature
        ruling = gate.rule(score, 0.7, draw, propensity)
        if ruling.inside:
            gate.block.cover(1)
        if gate.block is not self.blocks[-1]:
            self.blocks.append(gate.block)
            self.facts.append(Began(LANE, gate.block.number, self.terms))
        self.facts.append(Ruled(LANE, event_id, "stay", 1, score, draw, ruling))
        if ruling.counted:
            self.audits[event_id] = ruling.block
        if ruling.review:
            self.waiting.append((event_id, wrong))
        return ruling

    def _answer(self, event_id: str, wrong: bool) -> None:
        said = Corrected(event_id, "leave" if wrong else "stay")
        self.facts += [said, Answered(event_id, wrong)]
        if event_id in self.audits:
            self.blocks[self.audits[event_id] - 1].settle(wrong=wrong)


@settings(max_examples=100, deadline=None)
@given(EVENTS)
def test_the_gate_keeps_its_bounds(events: list[tuple[float, bool, float]]) -> None:
    desk = Desk()
    for draw, ruling in desk.run(events):
        for block in desk.blocks:
            assert block.found + block.pending <= block.terms.credits + 1
            assert block.accepted <= block.terms.window
        if ruling.review:
            assert ruling.inside or ruling.probability == 1
        else:
            assert ruling.inside
            assert draw >= ruling.probability >= TERMS.floor


@settings(max_examples=100, deadline=None)
@given(EVENTS)
def test_replaying_the_facts_gives_the_same_blocks(events: list[tuple[float, bool, float]]) -> None:
    desk, replay = Desk(), Replay()
    for _ in desk.run(events):
        pass
    replay.take(desk.facts)
    assert replay.contradictions == []
    assert replay.blocks[LANE] == desk.blocks


@given(st.text(min_size=1, max_size=20), st.floats(0, 1), st.floats(0, 1))
def test_raising_a_propensity_never_spares_an_event(name: str, one: float, other: float) -> None:
    draw = coin(b"key", Draw.AUDIT, "churn", name)
    low, high = sorted((one, other))
    assert 0 <= draw < 1
    assert draw == coin(b"key", Draw.AUDIT, "churn", name)
    assert draw >= low or draw < high


@given(st.floats(0.01, 0.5), st.floats(0, 0.99))
def test_counted_audits_and_escapes_keep_their_proportion(floor: float, raised: float) -> None:
    probability = max(floor, raised)
    share = thinned(probability, floor)
    assert share <= probability
    assert math.isclose(share / (1 - probability), floor / (1 - floor))


def broken(terms: Terms, runs: int, *, raises: bool, spare: int = 0) -> float:
    """The share of blocks whose promise an adversary breaks.

    Every event in the lane is wrong, answers come as late as the gate lets them, people overlook
    the declared share, and propensities are raised at will.
    """
    chance, count = random.Random(3), 0  # noqa: S311 - not a secret
    for _ in range(runs):
        block = Block(1, terms, found=-spare)
        late = 0
        while block.end is None and block.accepted <= terms.budget:
            propensity = chance.choice([0, 0, 0.6]) if raises else 0
            ruling = Gate(block).rule(0.5, 1.0, chance.random(), propensity)
            late += ruling.counted
            if not ruling.inside and not late:
                break
            while late and (late > 3 or not block.is_open) and block.end is None:
                late -= 1
                block.settle(wrong=chance.random() >= terms.miss_rate)
        count += block.accepted > terms.budget
    return count / runs


ADVERSE = Terms(alpha=0.05, window=500, delta=0.05, floor=0.2)
RUNS = 1500
MOST = 0.05 + 3 * math.sqrt(0.05 * 0.95 / RUNS)


@pytest.mark.parametrize(("miss", "raises"), [(0.0, False), (0.15, False), (0.0, True)])
def test_no_adversary_breaks_more_than_the_share_allowed(miss: float, raises: bool) -> None:
    assert broken(Terms(0.05, 500, 0.05, 0.2, miss), RUNS, raises=raises) <= MOST


def test_two_credits_too_many_are_seen_by_the_adversary() -> None:
    assert broken(ADVERSE, RUNS, raises=False, spare=2) > MOST


def test_a_full_block_is_followed_by_the_next() -> None:
    first = Block(1, TERMS, accepted=59)
    gate = Gate(first)
    assert [gate.rule(0.1, 0.7, 0.9).block for _ in range(2)] == [1, 2]
    assert (first.end, gate.block.accepted) == (End.FULL, 1)


def test_new_terms_hold_from_the_next_block_on() -> None:
    gate = Gate(Block(1, TERMS, end=End.POLICY), lambda _: Terms(0.5, 80, 0.05, 0.3))
    assert gate.rule(0.1, 0.7, 0.9).probability == 0.3


@pytest.mark.parametrize("terms", [Terms(1.0, 10, 0.05, 1e-9), Terms(0.01, 10, 0.05, 1.0)])
def test_a_promise_that_cannot_be_broken_needs_no_credits(terms: Terms) -> None:
    assert Block(1, terms, found=100, pending=100).is_open


def test_a_block_trips_on_one_error_more_than_its_credits() -> None:
    block = Block(1, TERMS, found=TERMS.credits, pending=1)
    assert not block.is_open
    block.settle(wrong=True)
    assert block.end is End.TRIP


def test_a_shut_gate_opens_again_once_its_audits_turn_out_right() -> None:
    block = Block(1, TERMS, found=TERMS.credits, pending=1)
    block.settle(wrong=False)
    assert block.is_open


def test_an_answer_taken_back_is_charged_again() -> None:
    block = Block(1, TERMS, found=1)
    block.reopen(wrong=True)
    assert (block.found, block.pending) == (0, 1)
