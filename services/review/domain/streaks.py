"""Streaks, for who asks for them: days in a row of answers that stood, never of speed.

A day off, or one with few answers, neither counts nor breaks a streak: nobody has to work for it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

LEAST_ANSWERS = 10
"""A day with fewer tells little of anybody."""
LEAST_STOOD = 0.8
"""A day on which a smaller share of the answers stood ends a streak."""


@dataclass(frozen=True, slots=True)
class Streak:
    """How many days in a row answers stood.

    Attributes:
        days: of at least `LEAST_ANSWERS` answers, of which at least `LEAST_STOOD` stood.
        worth: the sum of the shares that stood on them, from `LEAST_STOOD * days` to `days`.
    """

    days: int = 0
    worth: float = 0.0


def streak(answers: Iterable[tuple[int, bool]]) -> Streak:
    """The streak that lasts.

    Args:
        answers: of each answer, on which day it was given, by number, and whether it stood; the
            newest first.

    >>> good, bad = [(3, True)] * 9 + [(3, False)], [(1, False)] * 10
    >>> streak([*good, (2, False), *bad, *good])
    Streak(days=1, worth=0.9)
    """
    days, worth = 0, 0.0
    for _, said in groupby(answers, key=lambda answer: answer[0]):
        stood = [held for _, held in said]
        if len(stood) < LEAST_ANSWERS:
            continue
        share = sum(stood) / len(stood)
        if share < LEAST_STOOD:
            break
        days, worth = days + 1, worth + share
    return Streak(days, worth)
