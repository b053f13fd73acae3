"""Requests for a model without somebody: each is answered once, by a candidate or by why not."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import structlog

from services.retrainer.domain.leaving_out import LeftOut, Whom
from services.retrainer.domain.ledger import Kind, NewEntry
from services.retrainer.domain.steps import SOURCE, NewStep
from services.retrainer.errors import NoSuchVersion, NotOffered
from services.retrainer.ports import Store, Transaction
from services.retrainer.use_cases.offering import OfferWithout
from shared.clock import Clock
from shared.events import CandidateRequested, CloudEvent, EventType

log = structlog.get_logger()


class TakeRequests:
    """Lets requests be answered that are not; told of again, as at every start, it looks again."""

    def __init__(self, store: Store, begin: Callable[[CloudEvent], None]) -> None:
        """Prepare.

        Args:
            store: the training database.
            begin: answers a request beside everything else; see `AnswerRequest`.
        """
        self._store = store
        self._begin = begin

    def __call__(self, events: Sequence[CloudEvent]) -> None:
        """Begin with those that wait."""
        asked = [event for event in events if isinstance(event.data, CandidateRequested)]
        with self._store.read() as transaction:
            waiting = [event for event in asked if not _is_answered(transaction, event)]
        for event in waiting:
            self._begin(event)


class AnswerRequest:
    """Offers what was asked for. That it was answered is noted together with the answer."""

    def __init__(self, store: Store, offer: OfferWithout, clock: Clock) -> None:
        self._store = store
        self._offer = offer
        self._clock = clock

    def __call__(self, event: CloudEvent) -> None:
        """Learn again, and offer that, or say why not.

        Raises:
            Unavailable: it is to be tried again.
        """
        asked = event.data
        assert isinstance(asked, CandidateRequested)  # noqa: S101 - the caller has chosen
        without = LeftOut(Whom(asked.whom), asked.name)
        try:
            self._offer(event.project, asked.version, without, _note(event, asked))
        except (NoSuchVersion, NotOffered) as error:
            log.warning("not_offered", project=event.project, version=asked.version, why=str(error))
            self._refuse(event, asked, str(error))

    def _refuse(self, event: CloudEvent, asked: CandidateRequested, why: str) -> None:
        """Tell of a version that never is: whoever asked looks among the versions."""
        project = event.project
        with self._store.write() as transaction:
            if _is_answered(transaction, event):
                return
            transaction.ledger.append([_note(event, asked)])
            version = transaction.versions.get(project, asked.version)
            newest = transaction.versions.newest(project)
            if version is None or newest is None:
                return
            number, now = newest.number + 1, self._clock.now()
            refused = replace(version, number=number, sha256="", uri="", fit=None, at=now)
            transaction.versions.add(refused)
            reason = f"version {asked.version} without {asked.whom} {asked.name}: {why}"
            step = NewStep(project, number, EventType.MODEL_REJECTED, reason, SOURCE, now)
            transaction.versions.take(step)


def _note(event: CloudEvent, asked: CandidateRequested) -> NewEntry:
    body = asked.model_dump_json()
    return NewEntry(event.project, Kind.REQUEST, event.id, 0, body, event.time)


def _is_answered(transaction: Transaction, event: CloudEvent) -> bool:
    return bool(transaction.ledger.known(event.project, [event.id], Kind.REQUEST))
