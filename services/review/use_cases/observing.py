"""What was settled, looked at once more behind the back of those who wait for an answer.

Whoever keeps figures about answers is told of them here, in the order of the ledger, each once:
what they keep and how far they have come is written in one transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from services.review.domain.certificate.record import Routed, read_label, read_routed
from services.review.domain.facts import Verdict
from services.review.domain.ledger import Entry, Kind
from services.review.ports import Store, Transaction
from shared.clock import Clock

_AT_ONCE = 1000
_SETTLED = timedelta(seconds=2)
"""What is younger may have neighbours that are not committed yet."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What people settled on.

    Attributes:
        reason: why the event was with them.
        routed: what the model had said.
        amends: whether it changes what they had settled on before.
    """

    project: str
    event_id: str
    label: str
    reason: str
    routed: Routed
    amends: bool
    at: datetime


class Watcher(Protocol):
    """Somebody who keeps figures.

    Attributes:
        name: under which it is kept how far they have come.
    """

    name: str

    def see(self, transaction: Transaction, answers: Sequence[Answer]) -> None:
        """Take answers in, the oldest first."""
        ...


class Observe:
    """Look at what was settled since the last time, for each watcher."""

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
            found = transaction.history.along([Kind.CORRECTED], after, until)
            answers = _answers(transaction, found)
        with self._store.write() as transaction:
            if not transaction.marks.take_turn() or transaction.marks.get(mark) != before:
                return False
            watcher.see(transaction, answers)
            transaction.marks.put(mark, str(until))
        return True


def _answers(transaction: Transaction, found: Sequence[tuple[str, Entry]]) -> list[Answer]:
    subjects: dict[str, set[str]] = {}
    for project, entry in found:
        subjects.setdefault(project, set()).add(entry.subject)
    bodies: Mapping[str, Mapping[str, str]] = {
        project: transaction.ledger.known(project, Kind.ROUTED, some)
        for project, some in subjects.items()
    }
    return [
        Answer(
            project,
            entry.subject,
            read_label(entry.body),
            entry.detail.partition(".")[0],
            read_routed(bodies[project][entry.subject]),
            entry.detail.endswith(f".{Verdict.AMENDED.value}"),
            entry.at,
        )
        for project, entry in found
    ]
