"""Items that wait for people, and the holds on them.

A project has three queues: its own, the leads' (escalated, disagreed about, overdue, doubted) and
that of appeals. An item offers as many slots as answers are still needed; a lease holds one of
them.

Values that each claim makes by the dozen are named tuples, which are made in a third of the time.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from shared.events import RouteReason


class EmptyBecause(StrEnum):
    """Why a claim brought nothing."""

    NO_ITEMS = "no_items"
    ALL_LEASED = "all_leased"
    NONE_FOR_YOU = "none_for_you"


class Stage(StrEnum):
    """How an item came to where it is."""

    ROUTED = "routed"
    ESCALATED = "escalated"
    DISAGREED = "disagreed"
    OVERDUE = "overdue"
    REVOKED = "revoked"
    APPEALED = "appealed"
    DOUBTED = "doubted"


class LeaseEnd(StrEnum):
    """How a hold ended without an answer."""

    RELEASED = "released"
    SKIPPED = "skipped"
    ESCALATED = "escalated"


def leads_queue(project: str) -> str:
    """Where leads decide what others could not."""
    return f"{project}.leads"


def appeals_queue(project: str) -> str:
    """Where leads look again at what somebody contests."""
    return f"{project}.appeals"


def is_for_leads(queue: str) -> bool:
    """Whether only leads may work it."""
    return "." in queue


def answers_blind(queue: str, stage: Stage) -> bool:
    """Whether who answers there must not know what others said.

    Leads settle what was said, except where they look a second time at what the model contradicts.
    """
    return not is_for_leads(queue) or stage is Stage.DOUBTED


def queues_of(project: str) -> tuple[str, str, str]:
    """All queues of a project."""
    return project, leads_queue(project), appeals_queue(project)


class Worth(NamedTuple):
    """What an answer is worth, as far as the prediction tells.

    Attributes:
        predicted: the likeliest label.
        doubt: the probability that it is wrong.
        novelty: how far the event is from what was learned, 0..1.
    """

    predicted: str
    doubt: float
    novelty: float = 0.0


@dataclass(frozen=True, slots=True)
class NewItem:
    """An event that is to wait for people.

    Attributes:
        rank: its place among those that are not urgent, in seconds; the lowest comes first.
        slots: how many people may answer it at the same time.
        decisions: the revision of the decision that it has already.
        queue: where it waits; None: in its project's own.
    """

    project: str
    event_id: str
    reason: RouteReason
    received_at: datetime
    deadline: datetime | None
    worth: Worth
    rank: float
    slots: int = 1
    decisions: int = 0
    queue: str | None = None


class Item(NamedTuple):
    """An event that waits, or waited, for people.

    Attributes:
        queue: where it waits.
        stage: how it came there.
        settled: whether people have decided it.
        late: whether its deadline has passed and been seen to.
        round: rises when it is opened again from the beginning; only votes of this round count.
        votes: how many votes it had, in all rounds, whatever became of them.
        decisions: the revision of its newest decision; 0 without one.
        label: what people decided last.
        predicted: the label that the model found likeliest.
    """

    id: int
    project: str
    queue: str
    event_id: str
    reason: RouteReason
    stage: Stage
    received_at: datetime
    deadline: datetime | None
    settled: bool = False
    late: bool = False
    round: int = 1
    votes: int = 0
    decisions: int = 0
    label: str | None = None
    predicted: str = ""


class Candidate(NamedTuple):
    """A slot that could be claimed, and of which item."""

    slot: int
    item: Item
    worth: Worth


class Lease(NamedTuple):
    """A reviewer's exclusive, expiring hold on a slot; `token` rises with each new holder.

    Attributes:
        queue: where it was granted.
        current: False once another lease on the slot was granted, or this one has ended.
        sees_model: whether the model's answer is shown to the holder.
    """

    id: str
    item: Item
    holder: str
    token: int
    expires_at: datetime
    current: bool
    queue: str
    sees_model: bool = False

    @property
    def holds(self) -> bool:
        """Whether an answer under this lease counts.

        A lease that has expired still holds until somebody else claims the slot: the reviewer's
        work is not thrown away for a second too many.
        """
        return self.current and not self.item.settled


@dataclass(frozen=True, slots=True)
class QueueState:
    """How a queue stands.

    Attributes:
        depth: items that wait, held or not.
        leased: holds on them.
        free: whether anything can be claimed now, by somebody who has not answered it yet.
    """

    queue: str
    depth: int
    leased: int
    oldest_at: datetime | None
    overdue: int
    next_free_at: datetime | None
    free: bool
