"""Appeals: somebody affected contests a decision, and a lead looks again."""

import json
from dataclasses import dataclass

from services.review.domain.access import User
from services.review.domain.cases import is_erased
from services.review.domain.ledger import Kind, NewEntry
from services.review.domain.queue import NewItem, Stage, Worth, appeals_queue
from services.review.domain.routing import predicted_label
from services.review.errors import AlreadyAppealed, Invalid, NotFound
from services.review.ports import Store, Transaction
from services.review.use_cases.repeating import UNNAMED, Once
from services.review.use_cases.settling import case_of
from shared.clock import Clock


@dataclass(frozen=True, slots=True)
class Appealed:
    """An appeal that was taken; `number` counts those on this event."""

    number: int
    queue: str


class Appeal:
    """Let a decided event be looked at again by a lead who has not answered it before."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def __call__(
        self, project: str, event_id: str, actor: User, reason: str, once: Once = UNNAMED
    ) -> Appealed:
        """Take an appeal. The decision in force stands until the lead has answered.

        Raises:
            NotFound: there is no decision on such an event yet.
            AlreadyAppealed: an appeal on it waits.
            Invalid: what described the event was erased.
        """
        queue = appeals_queue(project)
        with self._store.write() as transaction:
            earlier = once.earlier(transaction, actor.name)
            if earlier is not None:
                return Appealed(int(earlier), queue)
            decisions = transaction.ledger.story(project, event_id, [Kind.DECIDED])
            if not decisions:
                raise NotFound(f"there is no decision on {event_id!r} in project {project!r}")
            if is_erased(transaction.ledger.known(project, Kind.ROUTED, [event_id])[event_id]):
                raise Invalid(f"what described {event_id!r} was erased: nobody can look again")
            self._open(transaction, project, event_id, decisions[-1].revision)
            number = len(transaction.ledger.story(project, event_id, [Kind.APPEALED])) + 1
            body = {"actor": actor.name, "reason": reason, "revision": decisions[-1].revision}
            now = self._clock.now()
            once.done(transaction, actor.name, str(number), now)
            transaction.ledger.append(
                [
                    NewEntry(
                        project,
                        Kind.APPEALED,
                        event_id,
                        number,
                        "appealed",
                        json.dumps(body),
                        now,
                    )
                ]
            )
        return Appealed(number, queue)

    def _open(self, transaction: Transaction, project: str, event_id: str, revision: int) -> None:
        item = transaction.items.of_event(project, event_id)
        if item is None:
            transaction.items.add([self._item_of(transaction, project, event_id)])
            item = transaction.items.of_event(project, event_id)
        assert item is not None  # noqa: S101 - it was added
        item = transaction.items.lock(item.id)
        if item.stage is Stage.APPEALED and not item.settled:
            raise AlreadyAppealed("an appeal on this event waits for a lead already")
        transaction.items.settle(item.id, item.label, max(revision, item.decisions))
        queue = appeals_queue(project)
        transaction.items.reopen(item.id, queue, Stage.APPEALED, slots=1, anew=True)

    def _item_of(self, transaction: Transaction, project: str, event_id: str) -> NewItem:
        """An item for what the model decided alone."""
        now = self._clock.now()
        case = case_of(transaction, project, event_id)
        predicted = predicted_label(case.probabilities)
        worth = Worth(predicted, 1 - case.probabilities[predicted])
        reason = case.route.reason
        return NewItem(project, event_id, reason, now, None, worth, now.timestamp())
