"""Model versions: what is said about one, and which must never serve."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.retrainer.domain.ledger import Span
from services.retrainer.domain.progress import Measured, Progress
from services.retrainer.domain.refits import Entered


@dataclass(frozen=True, slots=True)
class Version:
    """A snapshot that was given a number; what became of it, its steps tell.

    Attributes:
        number: within the project, from 1; rejected ones have a number too.
        sha256: content hash; empty if the content has none (it is not finite).
        uri: the artifact's place in the store; empty if it was rejected at once.
        parent: the version from which it went on: that in force before, or the candidate whose
            fit it has taken over.
        position: ledger position up to which it learned; from there it can be rebuilt.
        learned_up_to: highest review sequence learned.
        at: when it was made.
        fit: the challenger's fit on trial in it, which what is learned does not hear yet.
    """

    project: str
    number: int
    sha256: str
    uri: str
    parent: int | None
    position: int
    learned_up_to: int
    metrics: dict[str, float]
    at: datetime
    fit: Entered | None = None


def objection(labels: Sequence[str], expected: Sequence[str], *, finite: bool) -> str | None:
    """Why a candidate must not be promoted, or None.

    >>> objection(["no", "yes"], ["no", "yes"], finite=True)
    >>> objection(["no", "yes"], ["no", "yes", "maybe"], finite=True)
    "its labels are not the project's (extra: none, missing: 'maybe'); the version before stays"
    """
    if not finite:
        return "it holds values that are no numbers (NaN or infinite); the version before stays"
    if list(labels) != list(expected):
        extra = ", ".join(repr(x) for x in labels if x not in expected) or "none"
        missing = ", ".join(repr(x) for x in expected if x not in labels) or "none"
        return (
            f"its labels are not the project's (extra: {extra}, missing: {missing}); "
            "the version before stays"
        )
    return None


WINDOW = 50
"""So many of the last answers are asked again before a version serves."""
_MOST_LOST = 0.4


def jump(truth: Sequence[str], before: Sequence[str], after: Sequence[str]) -> str | None:
    """Why a version that unlearned too much at once must not be promoted, or None.

    What people said is the measure, so that learning something new is no jump, however much
    changes; a broken version is one.

    Args:
        truth: what people said of the last events.
        before: what the version in force says.
        after: what the candidate says.
    """
    lost = sum(t == b != a for t, b, a in zip(truth, before, after, strict=True))
    if len(truth) < WINDOW or lost <= _MOST_LOST * len(truth):
        return None
    return (
        f"of the last {len(truth)} answers it gets {lost} wrong that the version before gets "
        "right; the version before stays"
    )


CORRECTIONS = "corrections"
"""Metric of a version: how many corrections were recorded up to it; review counts along."""


TRUST = "trust_"
"""Begins a metric that says how much of the answer a voice makes up."""


LOSS = "loss_"
"""Begins a metric that says what a voice lost, in nats, before it learned each example."""


@dataclass(frozen=True, slots=True)
class Voiced:
    """What is known of an expert or a challenger; of the pool and the mean, how far they count.

    Attributes:
        trust: how much of the answer it makes up.
        loss: its log-loss on the newest examples, before it learned them.
    """

    trust: float
    loss: Measured | None = None


def figures(
    progress: Progress, fresh: Span, corrections: int, voices: Mapping[str, Voiced]
) -> dict[str, float]:
    """What was measured, with 95 % intervals; finite numbers only, of voices to three places.

    `corrected_at` (epoch seconds of the oldest correction that is new in the version) is how
    the scorer measures the time from correction to serving.
    """
    measured = {
        **_interval("accuracy", progress.accuracy),
        **_interval("log_loss", progress.log_loss),
        "examples": float(progress.examples),
        CORRECTIONS: float(corrections),
        **{f"{TRUST}{name}": round(voice.trust, 3) for name, voice in voices.items()},
    }
    for name, voice in voices.items():
        if voice.loss is not None:
            told = _interval(f"{LOSS}{name}", voice.loss)
            measured |= {figure: round(value, 3) for figure, value in told.items()}
    if fresh.oldest_at is not None:
        measured["corrected_at"] = fresh.oldest_at.timestamp()
    return {name: value for name, value in measured.items() if math.isfinite(value)}


def _interval(name: str, measured: Measured) -> dict[str, float]:
    return {name: measured.mean, f"{name}_low": measured.low, f"{name}_high": measured.high}


def reason(fresh: Span) -> str:
    """Why there is a new version.

    >>> reason(Span(count=1, sequence=7, oldest_at=None))
    'learned from 1 correction'
    """
    if fresh.erasures:
        return "learned anew, without what was erased"
    if not fresh.count:
        return "a challenger was fitted anew" if fresh.refits else "the project changed"
    return f"learned from {fresh.count} correction{'s' if fresh.count > 1 else ''}"


def stays(number: int, newest: int, keep: int) -> bool:
    """Whether an artifact is kept: the newest `keep`, of older ones about eight of each doubling.

    What is deleted once is never wanted again.

    >>> [number for number in range(1, 1001) if stays(number, 1000, 16)][:12]
    [128, 256, 384, 512, 576, 640, 704, 768, 800, 832, 864, 880]
    """
    age, step = newest - number, max(1, keep // 8)
    if age < keep:
        return True
    while age >= 2 * keep:
        age, step = age // 2, 2 * step
    return number % (2 * step) == 0
