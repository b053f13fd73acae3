"""Steps in the life of model versions, each announced once, in their order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.retrainer.domain.versions import Version
from shared.events import CloudEvent, Comparison, EventType, ModelChanged, Shadow, announce

SOURCE = "retrainer"
IN_FORCE = (EventType.MODEL_PROMOTED, EventType.MODEL_ROLLED_BACK)
"""After one of these steps a version serves, until the next of them."""


@dataclass(frozen=True, slots=True)
class NewStep:
    """What happens to a version.

    Attributes:
        actor: who did it: the retrainer, or a person.
        comparison: with the version in force, if it was compared.
        shadow: what it said of the answers on which it was.
    """

    project: str
    number: int
    kind: EventType
    reason: str
    actor: str
    at: datetime
    comparison: Sequence[Comparison] = ()
    shadow: Sequence[Shadow] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """What happened, and its place among all steps."""

    place: int
    version: Version
    kind: EventType
    reason: str
    actor: str
    at: datetime
    comparison: Sequence[Comparison] = ()
    shadow: Sequence[Shadow] = ()

    @property
    def is_rollback(self) -> bool:
        """Whether a person went back to the version."""
        return self.kind is EventType.MODEL_ROLLED_BACK


def announcement(step: Step) -> CloudEvent:
    """The event that tells everybody.

    A version is promoted once; of everything else the place tells which time it was.
    """
    version = step.version
    once = step.kind is EventType.MODEL_PROMOTED
    return announce(
        step.kind,
        ModelChanged(
            version=version.number,
            sha256=version.sha256,
            uri=version.uri,
            parent=version.parent,
            learned_up_to=version.learned_up_to,
            metrics=version.metrics,
            reason=step.reason,
            actor=step.actor,
            challenger=version.fit.challenger if version.fit else None,
            comparison=list(step.comparison),
            shadow=list(step.shadow),
        ),
        project=version.project,
        identity=str(version.number) if once else f"{version.number}/{step.place}",
        source=SOURCE,
        time=step.at,
    )
