"""Dead letters: keeping them, looking at them, and settling them by a person's word."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import structlog

from services.review.domain.access import User
from services.review.domain.dead_letters import (
    RETRIABLE,
    Letter,
    LetterState,
    NewLetter,
    Selection,
    Settled,
    read_letter,
    unreadable,
)
from services.review.domain.ledger import Kind, NewEntry
from services.review.errors import AlreadySettled, Invalid, NotFound
from services.review.metrics import Metrics
from services.review.ports import Bell, Store, Transaction
from services.review.use_cases.repeating import UNNAMED, Once
from shared.clock import Clock
from shared.errors import Malformed
from shared.streams import FIRST, Keyspace, Stream

log = structlog.get_logger()

_AT_ONCE = 100
"""Letters a transaction: each may hold megabytes."""


class KeepDeadLetters:
    """Keep each dead letter once; what is none is kept too, and never sent round again."""

    def __init__(
        self, store: Store, metrics: Metrics, clock: Clock, keys: Keyspace, partition: int = FIRST
    ) -> None:
        self._store = store
        self._metrics = metrics
        self._clock = clock
        self._key = keys.key(Stream.DEAD_LETTERS, partition)
        self._accepting = {*keys.all(Stream.REQUESTS), *keys.all(Stream.PREDICTIONS)}

    def __call__(self, entries: Sequence[tuple[str, bytes]]) -> None:
        """Keep documents, given as (entry id, document)."""
        read = [self._read(entry_id, document) for entry_id, document in entries]
        letters = {letter.document_id: letter for letter in read}
        with self._store.write() as transaction:
            known = {*transaction.dead_letters.known(letters), *_settled(transaction, letters)}
            new = [letter for identity, letter in letters.items() if identity not in known]
            transaction.dead_letters.add(new)
            for letter in new:
                self._stop_repeating(transaction, letter)

    def _stop_repeating(self, transaction: Transaction, letter: NewLetter) -> None:
        """An accepted event that was refused is a person's matter now, not the reconciler's."""
        if letter.stream in self._accepting and (event := letter.event) is not None:
            transaction.accepted.routed(event.project, [event.subject])

    def _read(self, entry_id: str, document: bytes) -> NewLetter:
        try:
            return read_letter(document)
        except Malformed as error:
            self._metrics.dead_letters_unreadable.inc()
            log.warning("dead_letter_unreadable", entry_id=entry_id, error=str(error))
            return unreadable(self._key, entry_id, document, error, self._clock.now())


@dataclass(frozen=True, slots=True)
class Listed:
    """Some letters, newest first.

    Attributes:
        older: the id to list on from; None when these are the last.
        counts: number of letters that wait, by project and reason, filter or not.
    """

    letters: Sequence[Letter]
    older: int | None
    counts: Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Shown:
    """A letter with its original."""

    letter: Letter
    original: bytes
    retriable: bool


@dataclass(frozen=True, slots=True)
class Matching:
    """How many letters a selection means now, and how many of them can be retried."""

    waiting: int
    retriable: int
    upto: int


class WorkDeadLetters:
    """What ops does with dead letters."""

    def __init__(self, store: Store, bell: Bell, clock: Clock, keys: Keyspace) -> None:
        self._store = store
        self._bell = bell
        self._clock = clock
        self._keys = {stream.value: frozenset(keys.all(stream)) for stream in Stream}
        self._retriable = frozenset().union(*(keys.all(stream) for stream in RETRIABLE))

    def of_stream(self, selection: Selection, stream: str | None) -> Selection:
        """A selection, narrowed to a stream that is given by its name or its key."""
        if stream is None:
            return selection
        return replace(selection, streams=self._keys.get(stream, frozenset({stream})))

    def page(self, selection: Selection, limit: int, before: int | None = None) -> Listed:
        """The letters of a selection, newest first."""
        with self._store.read() as transaction:
            found = transaction.dead_letters.page(selection, limit + 1, before)
            counts = transaction.dead_letters.counts(Selection())
        letters = found[:limit]
        return Listed(letters, letters[-1].id if len(found) > limit else None, counts)

    def show(self, identity: int) -> Shown:
        """One letter with its original.

        Raises:
            NotFound: no such letter.
        """
        with self._store.read() as transaction:
            letter = _existing(transaction, identity)
            original = transaction.dead_letters.originals([identity])[identity]
        return Shown(letter, original, letter.stream in self._retriable)

    def matching(self, selection: Selection) -> Matching:
        """What a bulk act on this selection would mean now."""
        with self._store.read() as transaction:
            upto = transaction.dead_letters.newest()
            waiting = replace(selection, state=LetterState.WAITING, upto=upto)
            every = sum(transaction.dead_letters.counts(waiting).values())
            retriable = sum(transaction.dead_letters.counts(self._back(waiting)).values())
        return Matching(every, retriable, upto)

    def retry(self, identity: int, actor: User, once: Once = UNNAMED) -> Letter:
        """Put an original back on its stream; one that fails again is a new dead letter.

        Raises:
            NotFound: no such letter.
            AlreadySettled: it waits no more; nothing was sent.
            Invalid: its stream is none of those that originals may go back to.
        """
        stream = self.show(identity).letter.stream
        if stream not in self._retriable:
            raise Invalid(
                f"its stream {stream!r} is none that originals go back to; look at it, then drop it"
            )
        return self._settle_one(identity, self._settled(LetterState.RETRIED, actor), once)

    def drop(self, identity: int, actor: User, why: str, once: Once = UNNAMED) -> Letter:
        """Settle a letter without sending anything; it is kept for a while.

        Raises:
            NotFound: no such letter.
            AlreadySettled: it waits no more.
        """
        settled = self._settled(LetterState.DROPPED, actor, why)
        return self._settle_one(identity, settled, once)

    def retry_all(self, selection: Selection, actor: User) -> int:
        """Put back all waiting originals of a selection that may go back; how many."""
        settled = self._settled(LetterState.RETRIED, actor)
        return self._settle_all(self._back(selection), settled)

    def drop_all(self, selection: Selection, actor: User, why: str) -> int:
        """Settle all waiting letters of a selection without sending anything; how many."""
        return self._settle_all(selection, self._settled(LetterState.DROPPED, actor, why))

    def _back(self, selection: Selection) -> Selection:
        wanted = self._retriable if selection.streams is None else selection.streams
        return replace(selection, streams=wanted & self._retriable)

    def _settled(self, state: LetterState, actor: User, why: str | None = None) -> Settled:
        return Settled(state, actor.name, self._clock.now(), why)

    def _settle_one(self, identity: int, settled: Settled, once: Once) -> Letter:
        with self._store.write() as transaction:
            if once.earlier(transaction, settled.by) is not None:
                return _existing(transaction, identity)
            letters = _settle(transaction, Selection(id=identity), settled, 1)
            if not letters:
                raise _why_not(_existing(transaction, identity))
            once.done(transaction, settled.by, "", settled.at)
        self._bell.ring()
        return letters[0]

    def _settle_all(self, selection: Selection, settled: Settled) -> int:
        """In small transactions; what comes back meanwhile is left alone."""
        with self._store.read() as transaction:
            newest = transaction.dead_letters.newest()
        upto = newest if selection.upto is None else min(selection.upto, newest)
        wanted = replace(selection, state=LetterState.WAITING, upto=upto)
        return _repeat(lambda: self._settle_some(wanted, settled))

    def _settle_some(self, wanted: Selection, settled: Settled) -> int:
        with self._store.write() as transaction:
            count = len(_settle(transaction, wanted, settled, _AT_ONCE))
        self._bell.ring()
        return count


def _repeat(act: Callable[[], int]) -> int:
    """Until nothing is left; how much it was in all."""
    total = 0
    while done := act():
        total += done
    return total


def _settle(
    transaction: Transaction, wanted: Selection, settled: Settled, limit: int
) -> Sequence[Letter]:
    """Settle, record and, for a retry, send: only what this transaction itself settled."""
    letters = transaction.dead_letters.settle(wanted, settled, limit)
    transaction.ledger.append([_entry(letter, settled) for letter in letters])
    if settled.state is LetterState.RETRIED:
        originals = transaction.dead_letters.originals([letter.id for letter in letters])
        transaction.outbox.put_back((letter.stream, originals[letter.id]) for letter in letters)
    return letters


def _entry(letter: Letter, settled: Settled) -> NewEntry:
    body = {
        "actor": settled.by,
        "why": settled.why,
        "reason": letter.reason,
        "stream": letter.stream,
        "entry_id": letter.entry_id,
    }
    return NewEntry(
        project=letter.project,
        kind=Kind.DEAD_LETTER,
        subject=letter.document_id,
        revision=1,
        detail=settled.state.value,
        body=json.dumps(body),
        at=settled.at,
    )


def _existing(transaction: Transaction, identity: int) -> Letter:
    letter = transaction.dead_letters.get(identity)
    if letter is None:
        raise NotFound(
            f"there is no dead letter {identity}: it was never here, or it was settled long ago "
            "and deleted; `handraise dead-letters list --state all` shows what there is"
        )
    return letter


def _why_not(letter: Letter) -> AlreadySettled:
    when = f"{letter.settled_at:%Y-%m-%d %H:%M:%S} UTC" if letter.settled_at else "just now"
    again = (
        "; if it failed again, that is a new letter"
        if letter.state is LetterState.RETRIED
        else f", because: {letter.settle_reason}"
    )
    return AlreadySettled(f"{letter.settled_by} {letter.state.value} it at {when}{again}")


def _settled(transaction: Transaction, letters: Mapping[str, NewLetter]) -> set[str]:
    """Those that were settled and deleted already: the ledger forgets nothing."""
    by_project: dict[str, list[str]] = {}
    for identity, letter in letters.items():
        by_project.setdefault(letter.project, []).append(identity)
    return {
        identity
        for project, identities in by_project.items()
        for identity in transaction.ledger.known(project, Kind.DEAD_LETTER, identities)
    }
