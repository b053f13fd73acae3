"""Thresholds and floors: what they cost, and that they never spend what is not there."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.review.domain.certificate.block import Block, End, Terms
from services.review.domain.certificate.credits import NONE
from services.review.domain.certificate.design import designed, in_flight
from services.review.domain.certificate.risk import Curve
from services.review.domain.certificate.selector import pace, threshold

TERMS = Terms(alpha=0.05, window=10_000, delta=0.05, floor=0.07)
STEPS = [place / 1_000 for place in range(1, 301)]


def rising(steepness: float) -> Curve:
    """R(τ) = τ, and the coverage grows with a power of it."""
    return Curve(STEPS, STEPS, [min(1.0, (s / 0.3) ** steepness) for s in STEPS], [0.5], [0.1])


CURVE = rising(0.2)


def test_at_its_pace_a_block_spends_its_credits_exactly() -> None:
    risk = pace(TERMS, TERMS.credits, TERMS.window)
    found = risk * TERMS.window * TERMS.floor / (1 - TERMS.floor)
    assert found == pytest.approx(TERMS.credits + 0.5)


def test_who_overlooks_errors_finds_fewer_and_has_fewer_credits() -> None:
    blind = replace(TERMS, miss_rate=0.2)
    spent = pace(blind, 10, 1_000) * 1_000 * 0.07 * 0.8 / 0.93
    assert spent == pytest.approx(10.5)


def test_where_everything_is_audited_the_lane_is_as_wide_as_is_allowed() -> None:
    audited = Block(1, replace(TERMS, floor=1.0))
    assert threshold(CURVE, audited) == CURVE.threshold(TERMS.alpha)


@given(
    st.integers(0, TERMS.credits),
    st.integers(0, TERMS.credits),
    st.integers(0, TERMS.window - 1),
    st.integers(0, 9),
)
def test_finds_narrow_the_lane_and_progress_widens_it(
    one: int, other: int, accepted: int, pending: int
) -> None:
    few, many = sorted((one, other))
    rich = threshold(CURVE, Block(1, TERMS, accepted, few, pending)) or 0.0
    poor = threshold(CURVE, Block(1, TERMS, accepted, many, pending)) or 0.0
    early = threshold(CURVE, Block(1, TERMS, 0, few, pending)) or 0.0
    assert poor <= rich <= TERMS.alpha
    assert early <= rich


@pytest.mark.parametrize(
    ("curve", "block"),
    [
        (None, Block(1, TERMS)),
        (CURVE, Block(1, TERMS, found=TERMS.credits + 1)),
        (CURVE, Block(1, TERMS, end=End.FULL)),
        (CURVE, Block(1, replace(TERMS, window=100))),
    ],
)
def test_the_lane_is_shut(curve: Curve | None, block: Block) -> None:
    assert threshold(curve, block) is None


def test_a_middling_problem_is_audited_as_was_measured() -> None:
    assert designed(TERMS, None).floor == pytest.approx(0.07, abs=0.02)


def test_greater_blocks_need_smaller_floors() -> None:
    floors = [
        designed(replace(TERMS, window=window), CURVE).floor for window in (1_000, 10_000, 100_000)
    ]
    assert floors == sorted(floors, reverse=True)
    assert floors[0] > floors[-1]


def test_late_answers_want_more_credits() -> None:
    prompt, late = (designed(TERMS, CURVE, late) for late in (0, 500))
    assert late.credits > prompt.credits
    assert late.floor > prompt.floor


def test_audits_that_wait_tell_how_late_answers_are() -> None:
    assert in_flight(None) == 0
    assert in_flight(Block(1, TERMS, pending=7)) == pytest.approx(100)


def test_a_curve_that_allows_no_lane_does_not_choose_the_floor() -> None:
    nothing = Curve([0.5], [0.4], [1.0], [0.5], [0.4])
    assert designed(TERMS, nothing) == designed(TERMS, None)


def test_where_everything_is_easy_few_are_audited() -> None:
    assert designed(TERMS, rising(0.02)).floor < designed(TERMS, rising(0.5)).floor


def test_a_designed_block_has_credits_and_keeps_its_promise() -> None:
    chosen = designed(TERMS, CURVE)
    assert chosen.credits > NONE
    assert replace(chosen, floor=TERMS.floor) == TERMS


def test_a_promise_that_nobody_can_give_stays_as_it_is() -> None:
    hopeless = Terms(alpha=0.0001, window=1_000, delta=1e-12, floor=0.2)
    assert designed(hopeless, None) == hopeless
