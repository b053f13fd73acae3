"""Deadlines: what happens to an item that nobody has answered in time."""

from services.review.domain.facts import Because
from services.review.domain.queue import Item, Stage, is_for_leads, leads_queue
from services.review.domain.routing import predicted_label
from services.review.metrics import Metrics
from services.review.ports import Bell, Store, Transaction
from services.review.use_cases.settling import Settle, case_of
from shared.clock import Clock
from shared.events import DecidedBy, RouteReason
from shared.project import Fallback, SafeDefault
from shared.tracing import UNTRACED, Traces

_AT_ONCE = 200


class MeetDeadlines:
    """See to items whose deadline has passed, each once."""

    def __init__(
        self, store: Store, bell: Bell, metrics: Metrics, clock: Clock, traces: Traces = UNTRACED
    ) -> None:
        self._store = store
        self._bell = bell
        self._metrics = metrics
        self._clock = clock
        self._settle = Settle(metrics, traces)

    def __call__(self) -> bool:
        """See to some. True if there may be more."""
        now = self._clock.now()
        with self._store.read() as transaction:
            if not transaction.items.due(now, 1):
                return False
        with self._store.write() as transaction:
            due = transaction.items.due(now, _AT_ONCE)
            for item in due:
                self._see_to(transaction, item)
        self._bell.ring()
        return len(due) == _AT_ONCE

    def _see_to(self, transaction: Transaction, item: Item) -> None:
        state = transaction.projects.get(item.project)
        assert state is not None  # noqa: S101 - projects are never deleted
        label = label_without_people(transaction, item, state.configuration.deadline.fallback)
        decides = label is not None and not item.decisions
        if not transaction.items.mark_late(item.id, item.decisions + decides):
            return
        self._metrics.deadlines_missed.labels(item.project).inc()
        if decides and label is not None:
            made = (DecidedBy.FALLBACK, Because.DEADLINE, self._clock.now())
            self._settle.otherwise(transaction, item, label, made)
        elif self._escalates(item, state.configuration.deadline.fallback):
            transaction.items.move(item.id, leads_queue(item.project), Stage.OVERDUE, slots=1)

    def _escalates(self, item: Item, fallback: Fallback | SafeDefault) -> bool:
        """Where there is no model to fall back on, a lead is to know."""
        escalates = fallback in {Fallback.ESCALATE, Fallback.MODEL}
        return escalates and not is_for_leads(item.queue) and not item.decisions


def label_without_people(
    transaction: Transaction, item: Item, fallback: Fallback | SafeDefault
) -> str | None:
    """The label that is decided instead of people's; None: nobody decides yet."""
    if isinstance(fallback, SafeDefault):
        return fallback.safe_default
    if fallback is Fallback.MODEL and item.reason is not RouteReason.NO_MODEL:
        case = case_of(transaction, item.project, item.event_id)
        return predicted_label(case.probabilities)
    return None
