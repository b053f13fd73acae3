"""Model versions: what is said about one, and which candidate may become one."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.retrainer.domain.ledger import Span
from services.retrainer.domain.progress import Progress
from shared.events import CloudEvent, EventType, ModelChanged, announce

SOURCE = "retrainer"


@dataclass(frozen=True, slots=True)
class Version:
    """A candidate that became a version, or was rejected.

    Attributes:
        number: within the project, from 1; rejected ones have a number too.
        sha256: content hash; empty if the content has none (it is not finite).
        uri: the artifact's place in the store; empty if rejected.
        parent: the version in force before.
        position: ledger position up to which it learned; from there it can be rebuilt.
        learned_up_to: highest review sequence learned.
        reason: why it exists, or why it was rejected.
        at: when it was made.
    """

    project: str
    number: int
    sha256: str
    uri: str
    parent: int | None
    position: int
    learned_up_to: int
    metrics: dict[str, float]
    reason: str
    rejected: bool
    at: datetime


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


CORRECTIONS = "corrections"
"""Metric of a version: how many corrections were recorded up to it; review counts along."""


def figures(progress: Progress, fresh: Span, corrections: int) -> dict[str, float]:
    """What was measured, finite numbers only.

    `corrected_at` (epoch seconds of the oldest correction that is new in the version) is how
    the scorer measures the time from correction to serving.
    """
    measured = {
        "accuracy": progress.accuracy,
        "log_loss": progress.log_loss,
        "examples": float(progress.examples),
        CORRECTIONS: float(corrections),
    }
    if fresh.oldest_at is not None:
        measured["corrected_at"] = fresh.oldest_at.timestamp()
    return {name: value for name, value in measured.items() if math.isfinite(value)}


def reason(fresh: Span) -> str:
    """Why there is a new version.

    >>> reason(Span(count=1, sequence=7, oldest_at=None))
    'learned from 1 correction'
    """
    if not fresh.count:
        return "a challenger was fitted anew" if fresh.refits else "the project changed"
    return f"learned from {fresh.count} correction{'s' if fresh.count > 1 else ''}"


def announcement(version: Version) -> CloudEvent:
    """The event that tells everybody."""
    return announce(
        EventType.MODEL_REJECTED if version.rejected else EventType.MODEL_PROMOTED,
        ModelChanged(
            version=version.number,
            sha256=version.sha256,
            uri=version.uri,
            parent=version.parent,
            learned_up_to=version.learned_up_to,
            metrics=version.metrics,
            reason=version.reason,
            actor=SOURCE,
        ),
        project=version.project,
        identity=str(version.number),
        source=SOURCE,
        time=version.at,
    )
