"""The estimate of what escaped: without bias, and its interval holds at all moments together."""

import math
import random
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.review.domain.certificate.block import Block, Terms
from services.review.domain.certificate.estimates import Escapes, escaped, escaped_in
from services.review.domain.certificate.words import estimate

FLOOR = 0.1
PROPENSITIES = st.lists(st.floats(FLOOR, 0.9), min_size=1, max_size=4)
MISSES = st.sampled_from([0.0, 0.2])


def wealths(escapes: Escapes, escaped: int) -> tuple[float, float]:
    above = escapes._wealth(escaped, 1, escapes._above)
    return math.exp(above), math.exp(escapes._wealth(escaped, -1, escapes._below))


@settings(max_examples=50, deadline=None)
@given(PROPENSITIES, MISSES)
def test_wealth_is_a_fair_game_and_the_estimate_has_no_bias(
    propensities: list[float], miss: float
) -> None:
    above = below = estimate = 0.0
    for fates in product(("escapes", "found", "missed"), repeat=len(propensities)):
        escapes, likelihood, escaped = Escapes(FLOOR, miss), 1.0, 0
        for p, fate in zip(propensities, fates, strict=True):
            likelihood *= {"escapes": 1 - p, "found": p * (1 - miss), "missed": p * miss}[fate]
            escaped += fate == "escapes"
            if fate == "found":
                escapes.find(p)
        gains = wealths(escapes, escaped)
        above += likelihood * gains[0]
        below += likelihood * gains[1]
        estimate += likelihood * (escapes.interval(100).estimate - escaped)
    assert above == pytest.approx(1)
    assert below <= 1 + 1e-9
    assert estimate == pytest.approx(0, abs=1e-9)


def run(seed: int, miss: float, wrong: float, steps: int = 3_000) -> tuple[bool, float]:
    """Whether the interval ever failed, and how wide it was at the end, as a share of n."""
    draw, escapes = random.Random(seed), Escapes(FLOOR, miss)  # noqa: S311 - a simulation
    accepted = escaped = 0
    held = True
    for step in range(steps):
        is_wrong, p = draw.random() < wrong, draw.choice((FLOOR, FLOOR, 0.4))
        if draw.random() >= p:
            accepted += 1
            escaped += is_wrong
        elif is_wrong and draw.random() >= miss:
            escapes.find(p)
        if step % 50 == 0:
            interval = escapes.interval(accepted)
            held &= interval.low - 1e-3 <= escaped <= interval.high + 1e-3
    final = escapes.interval(accepted)
    return held, (final.high - final.low) / accepted


@pytest.mark.parametrize(("miss", "wrong"), [(0.0, 0.03), (0.2, 0.03), (0.0, 0.3)])
def test_the_interval_holds_at_all_moments_together(miss: float, wrong: float) -> None:
    outcomes = [run(seed, miss, wrong) for seed in range(30)]
    assert sum(not held for held, _ in outcomes) <= 4
    assert max(width for _, width in outcomes) < 0.1 + 0.5 * wrong


def test_nothing_found_bounds_what_escaped() -> None:
    interval = Escapes(FLOOR).interval(10_000)
    assert (interval.estimate, interval.low) == (0, 0)
    assert 30 < interval.high < 70


def test_few_acceptances_cannot_hide_more_errors_than_they_are() -> None:
    escapes = Escapes(FLOOR)
    for _ in range(20):
        escapes.find(FLOOR)
    interval = escapes.interval(10)
    assert interval.low <= interval.high == 10


TERMS = Terms(alpha=0.05, window=2000, delta=0.05, floor=0.1)


def filled(terms: Terms, events: int, chance: random.Random) -> tuple[Block, int]:
    """A block that accepted so many events, 4 % of them wrong, and how many are."""
    block, wrong = Block(1, terms), 0
    while block.accepted < events:
        is_wrong = chance.random() < 0.04
        if chance.random() < terms.floor:
            block.audit()
            block.settle(wrong=is_wrong)
        else:
            block.accepted += 1
            wrong += is_wrong
    return block, wrong


def test_the_interval_of_a_block_holds_what_escaped() -> None:
    chance, held = random.Random(4), 0  # noqa: S311 - not a secret
    for _ in range(200):
        block, wrong = filled(TERMS, 1000, chance)
        found = escaped(block)
        held += found.low <= wrong <= found.high
        assert found.low <= found.estimate <= found.high
    assert held >= 190


def test_the_interval_of_several_blocks_is_narrower_than_theirs_together() -> None:
    chance, held = random.Random(5), 0  # noqa: S311 - not a secret
    terms = [replace(TERMS, floor=floor) for floor in (0.1, 0.15, 0.2)]
    for _ in range(100):
        blocks, wrong = zip(*(filled(each, 500, chance) for each in terms), strict=True)
        found, each = escaped_in(blocks), [escaped(block) for block in blocks]
        held += found.low <= sum(wrong) <= found.high
        assert found.estimate == sum(one.estimate for one in each)
        assert sum(one.low for one in each) <= found.low <= found.estimate
        assert found.estimate < found.high < sum(one.high for one in each)
    assert held >= 95


def test_checks_that_wait_widen_the_interval_upwards() -> None:
    answered = escaped(Block(1, TERMS, accepted=900, checked=100, found=4))
    waiting = escaped(Block(1, TERMS, accepted=900, checked=100, found=4, pending=10))
    assert waiting.low == answered.low
    assert waiting.estimate == pytest.approx(1.1 * answered.estimate)
    assert waiting.high > answered.high


def test_of_nothing_nothing_is_estimated() -> None:
    assert escaped(Block(1, TERMS)).high == 0
    assert "nothing was decided yet" in estimate(Block(1, TERMS))
    everything_checked = Terms(alpha=0.05, window=2000, delta=0.05, floor=1.0)
    assert escaped(Block(1, everything_checked, accepted=5, checked=9, found=3)).high == 0
