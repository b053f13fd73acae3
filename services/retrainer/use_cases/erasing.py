"""Erasing: what described an event is gone from the training ledger, and from what learned it."""

import json
from collections.abc import Callable, Sequence

import structlog

from services.retrainer.domain.ledger import Kind, NewEntry
from services.retrainer.ports import Bell, Store, Transaction
from shared.events import CloudEvent, SubjectsErased

log = structlog.get_logger()


class EraseSubjects:
    """Blanks corrections, so that learners begin anew without them.

    Told of again, as at every start, it looks again and changes nothing.
    """

    def __init__(self, store: Store, bell: Bell, scrub: Callable[[], None]) -> None:
        """Prepare.

        Args:
            store: the training database.
            bell: wakes the learning loop.
            scrub: lets the database's files hold no traces of what was deleted.
        """
        self._store = store
        self._bell = bell
        self._scrub = scrub

    def __call__(self, events: Sequence[CloudEvent]) -> None:
        """Erase what is not erased yet.

        Raises:
            Unavailable: it is to be told of again.
        """
        erasures = [(e, e.data) for e in events if isinstance(e.data, SubjectsErased)]
        with self._store.write() as transaction:
            blanked = sum(_erase(transaction, event, told) for event, told in erasures)
        if blanked:
            self._scrub()
            self._bell.ring()
            log.info("erased", corrections=blanked)


def _erase(transaction: Transaction, event: CloudEvent, told: SubjectsErased) -> int:
    project, ledger = event.project, transaction.ledger
    blanked = sum(ledger.blank(project, event_id) for event_id in told.event_ids)
    if not blanked or not told.unlearn:
        return blanked
    transaction.checkpoints.forget(project)
    if not ledger.known(project, [event.id], Kind.ERASURE):
        body = json.dumps({"event_ids": told.event_ids})
        ledger.append([NewEntry(project, Kind.ERASURE, event.id, 0, body, event.time)])
    return blanked
