"""What must become of items in a queue, said once more in plain Python.

It knows nothing of the product. What is a matter of statistics (whether two votes are enough) it
takes from the product, within the bounds that the votes' numbers set.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.machines.lessons import Lessons

MAIN, LEADS, APPEALS = "churn", "churn.leads", "churn.appeals"


@dataclass
class Plan:
    """What a project file says.

    Attributes:
        fallback: hold, escalate, model or safe.
        hidden: the share of torn items that are shown without the model's answer.
        after: whether the model decides what is drawn for a check, and people amend it.
    """

    least: int = 1
    most: int = 1
    fallback: str = "hold"
    blind: bool = False
    hidden: float = 0.0
    after: bool = False
    lease: timedelta = timedelta(seconds=180)
    undo: timedelta = timedelta(seconds=60)
    safe: str = "stay"


@dataclass
class Hold:
    """A hold that counts; `left`: its item waits elsewhere now, so nobody takes it over."""

    item: "Item"
    holder: str
    queue: str
    until: datetime
    left: bool = False


@dataclass
class Ballot:
    reviewer: str
    label: str
    lease: str
    queue: str
    at: datetime
    round: int
    saw: bool = False
    counts_for_arms: bool = False
    counted: bool = True


@dataclass
class Item:
    """An event.

    Attributes:
        free: the answers that it asks for and nobody is about to give.
        had: everybody who ever held it.
        shown: whether chance lets holders see the model's answer; None before anybody held it.
        taught: whose answers on it have told something of them; True once it was settled.
    """

    event: str
    reason: str
    predicted: str
    deadline: datetime | None
    free: int
    settled: bool = False
    queue: str = MAIN
    stage: str = "routed"
    late: bool = False
    escalated: bool = False
    round: int = 1
    label: str | None = None
    had: set[str] = field(default_factory=set)
    shown: bool | None = None
    taught: dict[str, bool] = field(default_factory=dict)
    decisions: list[tuple[str, str]] = field(default_factory=list)
    ballots: list[Ballot] = field(default_factory=list)
    through: set[str] = field(default_factory=set)

    @property
    def counted(self) -> list[Ballot]:
        return [b for b in self.ballots if b.counted and b.round == self.round]


class Rules:
    """All items of a project, and who holds them."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.items: dict[str, Item] = {}
        self.holds: dict[str, Hold] = {}
        self.paused: set[str] = set()
        self.lessons = Lessons()

    def arrive(self, event: str, reason: str, predicted: str, deadline: datetime | None) -> None:
        item = Item(event, reason, predicted, deadline, free=self.plan.least)
        if reason == "confident":
            item.settled, item.free = True, 0
        if reason == "confident" or (reason == "audit" and self.plan.after):
            item.decisions = [(predicted, "model")]
        self.items[event] = item

    def sees_model(self, item: Item, seen: bool) -> bool:
        """Whether a holder is to see the model's answer; where chance decides, as the first did."""
        if item.reason != "uncertain" or item.stage == "appealed" or self.plan.blind:
            return False
        if self.plan.hidden in {0, 1}:
            return not self.plan.hidden
        item.shown = seen if item.shown is None else item.shown
        return item.shown

    def on(self, item: Item, queue: str | None = None) -> list[Hold]:
        """The holds on an item, or those of them that are offered in a queue."""
        every = [hold for hold in self.holds.values() if hold.item is item]
        return every if queue is None else [h for h in every if not h.left and h.queue == queue]

    def may_claim(self, item: Item, queue: str, who: str, now: datetime) -> bool:
        if item.settled or item.queue != queue or who in item.through:
            return False
        mine = [hold for hold in self.on(item) if hold.holder == who]
        if mine:
            return not mine[0].left and mine[0].until <= now
        return item.free > 0 or any(hold.until <= now for hold in self.on(item, queue))

    def why_nothing(self, queue: str, who: str) -> tuple[str, datetime | None]:
        """Why somebody gets nothing who may claim nothing, and when that ends."""
        waiting = [i for i in self.items.values() if not i.settled and i.queue == queue]
        ends = [
            hold.until
            for item in waiting
            if who not in item.through
            for hold in self.on(item, queue)
            if all(other is hold or other.holder != who for other in self.on(item))
        ]
        if ends:
            return "all_leased", min(ends)
        return ("none_for_you" if waiting else "no_items"), None

    def claimed(self, lease: str, hold: Hold, displaced: set[str]) -> None:
        """A hold was granted; it took over at most one other, which had expired."""
        if displaced:
            del self.holds[displaced.pop()]
        else:
            hold.item.free -= 1
        hold.item.had.add(hold.holder)
        self.holds[lease] = hold

    def may_become(self, lease: str, label: str) -> set[tuple[str, str | None]]:
        """What an answer may lead to: status and label."""
        hold, plan = self.holds[lease], self.plan
        if hold.queue != MAIN or plan.most == 1:
            return {("decided", label)}
        said = {ballot.label for ballot in hold.item.counted} | {label}
        votes = len(hold.item.counted) + 1
        decided: set[tuple[str, str | None]] = {("decided", one) for one in said}
        if votes < plan.least:
            return {("waiting", None)}
        return decided | {("waiting" if votes < plan.most else "disagreed", None)}

    def voted(self, lease: str, label: str, became: tuple[str, str | None], at: datetime) -> None:
        hold = self.holds.pop(lease)
        item = hold.item
        ballot = Ballot(hold.holder, label, lease, hold.queue, at, item.round, bool(item.shown))
        item.ballots.append(ballot)
        item.through.add(hold.holder)
        status, decided = became
        drawn = item.reason == "uncertain" and 0 < self.plan.hidden < 1 and not self.plan.blind
        if drawn and hold.queue == MAIN:
            ballot.counts_for_arms = True
            self.lessons.swayed(ballot, item.predicted)
        if status != "waiting":
            judged = item.counted[:-1] if hold.queue != MAIN else item.counted
            self.lessons.taught(item, judged, settled=decided is not None)
        if decided is not None:
            self.decide(item, decided)
        elif status == "waiting":
            self.offer(item, self.wanted(item))
        else:
            self.move(item, LEADS, "disagreed")

    def wanted(self, item: Item) -> int:
        """How many answers an item asks for: of a lead one, of others those that lack."""
        return 1 if item.queue != MAIN else max(1, self.plan.least - len(item.counted))

    def decide(self, item: Item, label: str) -> None:
        if not item.decisions or item.decisions[-1][0] != label or item.stage == "appealed":
            item.decisions.append((label, "reviewers"))
        item.label, item.settled, item.free = label, True, 0
        self.drop(item)

    def offer(self, item: Item, slots: int) -> None:
        item.free = max(0, slots - len(self.on(item, item.queue)))

    def move(self, item: Item, queue: str, stage: str) -> None:
        for hold in self.on(item):
            hold.left = hold.queue != queue
        item.queue, item.stage = queue, stage
        self.offer(item, 1)

    def drop(self, item: Item) -> None:
        self.holds = {i: hold for i, hold in self.holds.items() if hold.item is not item}

    def gave_back(self, lease: str, *, through: bool) -> None:
        hold = self.holds.pop(lease)
        hold.item.free += not hold.left
        if through:
            hold.item.through.add(hold.holder)

    def escalated(self, lease: str) -> None:
        hold = self.holds.pop(lease)
        hold.item.through.add(hold.holder)
        hold.item.escalated = True
        self.move(hold.item, LEADS, "escalated")

    def last_of(self, item: Item, who: str, now: datetime) -> Ballot | str:
        """The answer that somebody may take back, or why they may not."""
        mine = [ballot for ballot in item.counted if ballot.reviewer == who]
        if not mine:
            return "not-found"
        late = now - mine[-1].at > self.plan.undo or item.counted[-1] is not mine[-1]
        return "too-late" if late else mine[-1]

    def undone(self, item: Item, ballot: Ballot, lease: str, until: datetime) -> None:
        """An answer was taken back; who gave it holds the item again, as they held it then."""
        self.lessons.forgotten(item)
        if ballot.counts_for_arms:
            self.lessons.swayed(ballot, item.predicted, answers=-1)
        ballot.counted = False
        item.through.discard(ballot.reviewer)
        if item.settled:
            item.settled, item.free = False, 1
        elif item.stage == "disagreed" and ballot.queue == MAIN and self.for_lead(item):
            self.move(item, LEADS, "escalated" if item.escalated else "overdue")
        elif item.stage == "disagreed" and ballot.queue == MAIN:
            self.move(item, MAIN, "routed")
            item.free = 1
        elif item.queue == ballot.queue:
            held = len(self.on(item, item.queue))
            item.free = max(self.wanted(item), held + 1) - held
        left = item.queue != ballot.queue
        item.free -= not left
        self.holds[lease] = Hold(item, ballot.reviewer, ballot.queue, until, left)

    def for_lead(self, item: Item) -> bool:
        """Whether an item is to go to a lead even if nobody disagrees about it."""
        overdue = item.late and not item.decisions and self.plan.fallback in {"model", "escalate"}
        return item.escalated or overdue

    def revoked_by(self, who: str, since: datetime) -> Iterator[tuple[Item, Ballot]]:
        for item in self.items.values():
            for ballot in item.ballots:
                if ballot.reviewer == who and ballot.counted and ballot.at >= since:
                    yield item, ballot

    def stands(self, item: Item) -> bool | None:
        """Whether a decision stands on the answers that are left; None: numbers do not tell."""
        labels = {ballot.label for ballot in item.counted}
        enough = len(item.counted) >= self.plan.least and self.plan.most > 1
        return None if enough and item.label in labels else False

    def reopened(self, item: Item) -> None:
        self.lessons.forgotten(item)
        item.settled = False
        item.stage = "revoked" if item.queue == MAIN else item.stage
        self.offer(item, self.wanted(item))

    def appealed(self, item: Item) -> None:
        self.drop(item)
        item.settled, item.round = False, item.round + 1
        item.queue, item.stage, item.free = APPEALS, "appealed", 1

    def swept(self, now: datetime) -> None:
        for item in self.items.values():
            due = item.deadline is not None and item.deadline <= now
            if not due or item.settled or item.late:
                continue
            item.late = True
            if item.decisions:
                continue
            fallback = self.plan.fallback
            if fallback == "safe":
                item.decisions.append((self.plan.safe, "fallback"))
            elif fallback == "model" and item.reason != "no_model":
                item.decisions.append((item.predicted, "fallback"))
            elif fallback in {"model", "escalate"} and item.queue == MAIN:
                self.move(item, LEADS, "overdue")
