"""Saying again what was said: to a Redis that lost it, or because somebody asks for it."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import structlog

from services.review.domain import retelling
from services.review.domain.ledger import Entry, Kind
from services.review.domain.reconciling import RedisState, Sighting, recognise
from services.review.metrics import Metrics
from services.review.ports import Bell, Leaving, Store, Transaction, Transport
from shared.clock import Clock
from shared.events import CloudEvent
from shared.streams import Stream

log = structlog.get_logger()

_INSTALLATION, _REDIS, _JOB = "installation", "redis", "republish"
_DECISIONS = 20
_AT_ONCE = 1000
_MOST_WAITING = 5000
_SLACK = timedelta(seconds=30)
"""A restarted Redis may have forgotten so much before it was last seen."""
_NOTE_EVERY = timedelta(seconds=10)
_ASK_AGAIN = timedelta(minutes=1)
_SHARED_WITHIN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class _Noted:
    """What was noted of Redis when it was last seen."""

    run: str | None = None
    at: datetime | None = None


class Republish:
    """Keeps an eye on Redis, and sends again what it may have lost."""

    def __init__(
        self,
        store: Store,
        transport: Transport,
        bell: Bell,
        metrics: Metrics,
        clock: Clock,
        window: timedelta,
    ) -> None:
        """Prepare.

        Args:
            store: the review database.
            transport: Redis.
            bell: rung when something is to leave.
            metrics: counts what was found.
            clock: the time.
            window: how far back decisions and corrections are sent again when all is lost.
        """
        self._store = store
        self._transport = transport
        self._bell = bell
        self._metrics = metrics
        self._clock = clock
        self._window = window
        self._asked_for_decisions = self._marked_over = datetime.min.replace(tzinfo=UTC)

    def look(self) -> RedisState:
        """Whether Redis is the one that we knew; nothing is changed.

        Raises:
            Unavailable: it does not answer.
        """
        seen = self._transport.sight()
        with self._store.read() as transaction:
            installation = transaction.marks.get(_INSTALLATION)
            run = _noted(transaction).run
        return recognise(seen, installation, run) if installation else RedisState.KNOWN

    def refill(self) -> RedisState:
        """Look, and let everything that Redis may lack leave again.

        Raises:
            Unavailable: Redis does not answer.
        """
        seen, now = self._transport.sight(), self._clock.now()
        with self._store.read() as transaction:
            if not _is_news(transaction, seen, now) or self._is_shared(transaction, seen, now):
                return RedisState.KNOWN
        with self._store.write() as transaction:
            if not transaction.marks.take_turn():
                return RedisState.KNOWN
            noted = _noted(transaction)
            installation = transaction.marks.get(_INSTALLATION)
            if installation is None:  # the first start: there is nothing that it could lack
                state, installation = RedisState.KNOWN, uuid4().hex
                transaction.marks.put(_INSTALLATION, installation)
            else:
                state = recognise(seen, installation, noted.run)
            if state is RedisState.LOST:
                self._say_again(transaction, now - self._window, all_projects=True)
                transaction.accepted.hasten(now)
            elif state is RedisState.RESTARTED:
                self._say_again(transaction, (noted.at or now) - _SLACK, all_projects=False)
            transaction.marks.put(_REDIS, json.dumps([seen.run, now.isoformat()]))
        if state is not RedisState.KNOWN:
            self._metrics.redis_refilled.labels(state.value).inc()
            log.warning("redis_refilled", state=state.value, run=seen.run)
            self._bell.ring()
        if seen.marker != installation:
            self._transport.mark(installation)
        return state

    def refill_streams(self) -> Collection[Stream]:
        """Streams that somebody deleted, of those that nobody else would miss; refilled.

        First the outbox is seen empty, then the stream: so what is not there did not just leave.
        """
        with self._store.read() as transaction:
            if not transaction.projects.all() or transaction.outbox.waiting(1):
                return []
        now, lost = self._clock.now(), []
        if self._transport.is_untouched(Stream.CONTROL):
            lost.append(Stream.CONTROL)
        if now - self._asked_for_decisions >= _ASK_AGAIN and self._lacks_decisions(now):
            lost.append(Stream.DECISIONS)
        if lost:
            log.warning("streams_refilled", streams=[stream.value for stream in lost])
            with self._store.write() as transaction:
                since = now - self._window if Stream.DECISIONS in lost else now
                self._say_again(transaction, since, all_projects=Stream.CONTROL in lost)
            self._bell.ring()
        return lost

    def since(self, moment: datetime) -> int:
        """Let projects, and decisions and corrections since a moment, leave again.

        Returns:
            How many entries of the ledger will be gone through.
        """
        with self._store.write() as transaction:
            entries = self._say_again(transaction, moment, all_projects=True)
        self._bell.ring()
        return entries

    def go_on(self) -> bool:
        """Send the next part of what is to be said again. True if there is more to send now."""
        with self._store.read() as transaction:
            if not transaction.marks.get(_JOB):
                return False
        with self._store.write() as transaction:
            job = transaction.marks.get(_JOB)
            if not job or not transaction.marks.take_turn():
                return False
            if transaction.outbox.waiting(_MOST_WAITING) == _MOST_WAITING:
                return False
            place, until = json.loads(job)
            entries = transaction.history.said(place, _AT_ONCE)
            due = [(project, entry) for project, entry in entries if entry.sequence <= until]
            transaction.outbox.put(said_again(transaction, due))
            more = len(due) == _AT_ONCE
            transaction.marks.put(_JOB, json.dumps([due[-1][1].sequence, until]) if more else "")
        self._bell.ring()
        return more

    def _say_again(self, transaction: Transaction, moment: datetime, *, all_projects: bool) -> int:
        for state in transaction.projects.all():
            since = None if all_projects else moment
            transaction.outbox.put(_project_again(transaction, state.configuration.name, since))
        place = transaction.history.place_at(moment)
        until = transaction.history.last()
        running = transaction.marks.get(_JOB)
        if running:
            place = min(place, json.loads(running)[0])
        transaction.marks.put(_JOB, json.dumps([place, until]))
        return until - place

    def _is_shared(self, transaction: Transaction, seen: Sighting, now: datetime) -> bool:
        """Whether two installations mark the same Redis in turn: that would never end."""
        if seen.marker in {None, transaction.marks.get(_INSTALLATION)}:
            return False
        marked_by_us, self._marked_over = self._marked_over, now
        if now - marked_by_us >= _SHARED_WITHIN:
            return False
        log.error("redis_shared", cure="give each installation a HANDRAISE_PREFIX of its own")
        return True

    def _lacks_decisions(self, now: datetime) -> bool:
        if not self._transport.is_untouched(Stream.DECISIONS):
            return False
        self._asked_for_decisions = now
        with self._store.read() as transaction:
            place = transaction.history.place_at(now - self._window)
            return bool(transaction.history.said(place, 1))


def said_again(transaction: Transaction, entries: Sequence[tuple[str, Entry]]) -> list[Leaving]:
    """The decisions and corrections that entries record, as they were announced."""
    corrected = [(project, e) for project, e in entries if e.kind is Kind.CORRECTED]
    routed = _bodies(transaction, Kind.ROUTED, corrected)
    voted = _bodies(transaction, Kind.VOTED, corrected)
    return [
        retelling.decision(project, entry)
        if entry.kind is Kind.DECIDED
        else retelling.correction(
            project, entry, routed[project, entry.subject], voted.get((project, entry.subject))
        )
        for project, entry in entries
        if entry.kind is Kind.DECIDED or (project, entry.subject) in routed
    ]


def _bodies(
    transaction: Transaction, kind: Kind, entries: Sequence[tuple[str, Entry]]
) -> dict[tuple[str, str], str]:
    return {
        (project, subject): body
        for project in {project for project, _ in entries}
        for subject, body in transaction.ledger.known(
            project, kind, [e.subject for owner, e in entries if owner == project]
        ).items()
    }


def _project_again(
    transaction: Transaction, project: str, since: datetime | None
) -> list[CloudEvent]:
    """A project's file, that it is stopped, and what was decided on its model versions lately.

    What is older than `since` is not lost.
    """
    events = [
        retelling.configured(project, entry)
        for entry in transaction.ledger.newest(project, Kind.PROJECT, 1)
        if since is None or entry.at >= since
    ]
    for entry in transaction.ledger.newest(project, Kind.AUTOMATION, 1):
        lost_all = since is None and entry.detail == "stopped"
        if lost_all or (since is not None and entry.at >= since):
            events.append(retelling.switched(project, entry))
    decisions = transaction.ledger.newest(project, Kind.PROMOTION, _DECISIONS)
    lost = [entry for entry in decisions if since is None or entry.at >= since]
    return [*events, *(retelling.decided(project, entry) for entry in reversed(lost))]


def _noted(transaction: Transaction) -> _Noted:
    value = transaction.marks.get(_REDIS)
    if not value:
        return _Noted()
    run, at = json.loads(value)
    return _Noted(run, datetime.fromisoformat(at))


def _is_news(transaction: Transaction, seen: Sighting, now: datetime) -> bool:
    """Whether there is anything to note of what was seen."""
    noted = _noted(transaction)
    known = seen.run == noted.run and seen.marker == transaction.marks.get(_INSTALLATION)
    return not known or noted.at is None or now - noted.at >= _NOTE_EVERY
