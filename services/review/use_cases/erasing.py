"""Erasing: what describes an event goes, what was decided and the proof of it stay."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from services.review.domain.erasing import DETAIL_ASKED
from services.review.domain.facts import SOURCE
from services.review.domain.ledger import Kind, NewEntry
from services.review.domain.personal import commitment, split
from services.review.domain.seals import Stored
from services.review.errors import Invalid, NotFound
from services.review.ports import Bell, Remains, Store, Transaction
from shared.clock import Clock
from shared.events import EventType, SubjectsErased, announce

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Wish:
    """Who wants events erased, and why.

    Attributes:
        detail: the sort of erasure, by which it can be counted.
        unlearn: whether models are to learn anew without them.
    """

    actor: str
    reason: str
    detail: str = DETAIL_ASKED
    unlearn: bool = True


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased.

    Attributes:
        entries: entries of the ledger whose personal part is gone now.
        letters: dead letters that were deleted.
        documents: entries that were taken out of streams.
    """

    entries: int
    letters: int
    documents: int


class EraseSubjects:
    """Takes out of everything that we keep what describes events."""

    def __init__(self, store: Store, bell: Bell, remains: Remains, clock: Clock) -> None:
        self._store = store
        self._bell = bell
        self._remains = remains
        self._clock = clock

    def __call__(self, project: str, event_ids: Sequence[str], wish: Wish) -> Erased:
        """Erase; asked for again it looks everywhere again, and changes nothing else.

        Raises:
            NotFound: the project has no such event.
            Invalid: people have not decided it yet.
            Unavailable: it is erased in the database, but traces may be left elsewhere.
        """
        self._bell.flush()
        with self._store.write() as transaction:
            for event_id in event_ids:
                _check(transaction, project, event_id)
            now = self._clock.now()
            places = [
                place
                for event_id in event_ids
                for place in erase(transaction, project, [event_id], wish, now)
            ]
            letters = transaction.erasing.forget(project, event_ids)
        self._bell.flush()
        documents = self._remains.remove(project, event_ids)
        self._remains.scrub()
        log.info("erased", project=project, events=len(event_ids), entries=len(places))
        return Erased(len(places), letters, documents)


def erase(
    transaction: Transaction,
    project: str,
    event_ids: Sequence[str],
    wish: Wish,
    now: datetime,
) -> Sequence[int]:
    """Erase the personal parts of entries, record which under the first event, and tell; where."""
    places, changed = list[int](), list[str]()
    for event_id in event_ids:
        blanked = [
            entry.sequence
            for entry in transaction.seals.story(project, event_id)
            if _blank(transaction, entry)
        ]
        places += blanked
        changed += [event_id] if blanked else []
    if not places:
        return places
    first = changed[0]
    revision = len(transaction.ledger.story(project, first, [Kind.ERASED])) + 1
    body = {"actor": wish.actor, "reason": wish.reason, "events": changed, "entries": places}
    new = NewEntry(project, Kind.ERASED, first, revision, wish.detail, json.dumps(body), now)
    told = SubjectsErased(
        event_ids=changed, actor=wish.actor, reason=wish.reason, unlearn=wish.unlearn
    )
    event = announce(
        EventType.SUBJECTS_ERASED,
        told,
        project=project,
        identity=str(transaction.ledger.append_one(new)),
        source=SOURCE,
        time=now,
    )
    transaction.outbox.put([event])
    return places


def _blank(transaction: Transaction, entry: Stored) -> bool:
    """Erase the personal part of an entry. False if it has none."""
    parts = split(entry.kind, entry.body)
    if parts.personal:
        hidden = commitment(entry.salt, parts.personal)
        transaction.erasing.blank(entry, parts.rest, hidden)
    return bool(parts.personal)


def _check(transaction: Transaction, project: str, event_id: str) -> None:
    if not transaction.ledger.known(project, Kind.ROUTED, [event_id]):
        raise NotFound(f"project {project!r} has no event {event_id!r}")
    item = transaction.items.of_event(project, event_id)
    if item is not None and not item.settled:
        raise Invalid(f"{event_id!r} waits for people, who need to see it: decide it, then erase")
