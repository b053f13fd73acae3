"""What was routed and settled, looked at once more behind the back of those who wait.

Whoever keeps figures is told of it here, in the order of the ledger, each entry once: what they
keep and how far they have come is written in one transaction.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from services.review.domain.facts import Verdict
from services.review.domain.ledger import Entry, Kind
from services.review.domain.observed import Answer, Event, read, read_settled
from services.review.ports import Store, Transaction
from services.review.use_cases.pacing import unhurriedly
from shared.clock import Clock
from shared.project import Project

_AT_ONCE = 500
_SETTLED = timedelta(seconds=2)
"""What is younger may have neighbours that are not committed yet."""


@dataclass(frozen=True, slots=True)
class Portion:
    """What was recorded along a stretch of the ledger, the oldest first."""

    events: Sequence[Event]
    answers: Sequence[Answer]


Keep = Callable[[Transaction], None]


class Watcher(Protocol):
    """Somebody who keeps figures.

    Attributes:
        name: under which it is kept how far they have come.
    """

    name: str

    def wanted(self, projects: Collection[Project]) -> Collection[Kind]:
        """What they want to hear of: events (ROUTED), answers (CORRECTED), both or nothing."""
        ...

    def see(self, transaction: Transaction, portion: Portion) -> Keep:
        """Take it in; what comes of it is kept in a transaction of its own, at once or never."""
        ...


class Observe:
    """Look at what was recorded since the last time, for each watcher."""

    def __init__(self, store: Store, clock: Clock, watchers: Sequence[Watcher]) -> None:
        self._store = store
        self._clock = clock
        self._watchers = watchers

    def __call__(self) -> bool:
        """Look at the next portion; whether there may be more already."""
        shown = [self._show(watcher) for watcher in self._watchers]
        return any(shown)

    def _show(self, watcher: Watcher) -> bool:
        mark = f"observed.{watcher.name}"
        with self._store.read() as transaction:
            before = transaction.marks.get(mark)
            after = int(before or 0)
            old = self._clock.now() - _SETTLED
            until = transaction.history.horizon(after, _AT_ONCE, old)
            if until == after:
                return False
            projects = [state.configuration for state in transaction.projects.all()]
            portion = _portion(transaction, watcher.wanted(projects), after, until)
            keep = watcher.see(transaction, portion)
        with self._store.write() as transaction:
            if not transaction.marks.take_turn() or transaction.marks.get(mark) != before:
                return False
            keep(transaction)
            transaction.marks.put(mark, str(until))
        return until - after >= _AT_ONCE


def _portion(transaction: Transaction, kinds: Collection[Kind], after: int, until: int) -> Portion:
    found = transaction.history.along(kinds, after, until) if kinds else ()
    events = [
        _event(project, entry.subject, entry.body, entry)
        for project, entry in unhurriedly(found)
        if entry.kind is Kind.ROUTED
    ]
    answers = [(project, entry) for project, entry in found if entry.kind is Kind.CORRECTED]
    return Portion(events, _answers(transaction, answers))


def _answers(transaction: Transaction, found: Sequence[tuple[str, Entry]]) -> list[Answer]:
    subjects: dict[str, set[str]] = {}
    for project, entry in found:
        subjects.setdefault(project, set()).add(entry.subject)
    bodies = {
        project: transaction.ledger.known(project, Kind.ROUTED, some)
        for project, some in subjects.items()
    }
    return [
        _answer(transaction, project, entry, bodies[project][entry.subject])
        for project, entry in unhurriedly(found)
    ]


def _answer(transaction: Transaction, project: str, entry: Entry, body: str) -> Answer:
    event, settled = _event(project, entry.subject, body, entry), read_settled(entry.body)
    before = _before(transaction, project, entry)
    return Answer(event, settled.label, before, settled.said, entry.at)


def _event(project: str, event_id: str, body: str, entry: Entry) -> Event:
    return Event(project, event_id, read(body), entry.at)


def _before(transaction: Transaction, project: str, entry: Entry) -> str | None:
    """What people had settled on before an amendment."""
    if not entry.detail.endswith(f".{Verdict.AMENDED.value}"):
        return None
    story = transaction.ledger.story(project, entry.subject, [Kind.CORRECTED])
    earlier = [each for each in story if each.revision < entry.revision]
    return read_settled(earlier[-1].body).label if earlier else None
