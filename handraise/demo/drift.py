"""Whether automation survived a turn of the world: it shut, kept its promise, and came back."""

import math
from collections.abc import Sequence

from handraise.client import Certificate, Verification
from handraise.demo.check import Verdict
from handraise.demo.observer import Tally

SOON, STRETCH, STEP = 1000, 200, 20
"""The lanes must shut in some stretch of 200 events among the first 1,000 after the turn: a learner
that recovers quickly opens them soon."""
LATELY = 1000
UNLIKELY = 0.001
"""One block in twenty may be broken; more of them than this allows are a fault."""

SHUT, BACK = 0.5, 0.2
"""Automation falls to at most half of what it was, and in the end is back at one in five."""


def judge_turn(
    tally: Tally, order: Sequence[str], turn: int, found: tuple[Sequence[Certificate], Verification]
) -> list[Verdict]:
    """Look at what was decided alone around the turn.

    Args:
        tally: what the streams said.
        order: the events as they were sent.
        turn: how many came before the world turned.
        found: the certificates, and what counting them again has shown.
    """
    certificates, verification = found
    before = _alone(tally, order[max(0, turn - LATELY) : turn])
    after = _lowest(tally, order[turn : turn + SOON])
    lately = _alone(tally, order[-LATELY:])
    worst = [
        f"{c.name}: {tally.escaped[c.name]} of at most {c.budget}"
        for c in sorted(certificates, key=lambda c: -tally.escaped[c.name] / max(c.budget, 1))
    ]
    broken = sum(tally.escaped[c.name] > c.budget for c in certificates)
    return [
        Verdict(
            after <= SHUT * before and before > 0,
            f"the lanes shut when the world turned: {before:.0%} automatic, down to {after:.0%}",
        ),
        Verdict(
            bool(worst) and _chance(len(worst), broken, certificates[0].confidence) > UNLIKELY,
            f"{len(worst) - broken} of {len(worst)} blocks kept their promise; wrong decisions in "
            f"the worst: {', '.join(worst[:2])}",
        ),
        Verdict(
            not verification.contradictions,
            f"{verification.blocks} blocks counted again from {verification.entries} entries: "
            + (verification.contradictions or ["as recorded"])[0],
        ),
        Verdict(
            lately >= BACK, f"automation came back by itself: {lately:.0%} of the last {LATELY}"
        ),
    ]


def _chance(blocks: int, broken: int, confidence: float) -> float:
    """The probability that so many or more are broken, if each is with 1 - confidence."""
    fewer = sum(
        math.comb(blocks, k) * (1 - confidence) ** k * confidence ** (blocks - k)
        for k in range(broken)
    )
    return 1 - fewer


def _lowest(tally: Tally, events: Sequence[str]) -> float:
    """The share that was automatic in the stretch in which it was least."""
    starts = range(0, max(1, len(events) - STRETCH + 1), STEP)
    return min(_alone(tally, events[start : start + STRETCH]) for start in starts)


def _alone(tally: Tally, events: Sequence[str]) -> float:
    return sum(event in tally.alone for event in events) / len(events) if events else 0.0
