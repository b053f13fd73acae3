"""What the review service needs from outside: one store, and a bell for the outbox.

Each transaction sees and changes the store as a whole: all of it is kept, or nothing.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.review.domain.access import TokenKind, User
from services.review.domain.dead_letters import Letter, NewLetter, Selection, Settled
from services.review.domain.ledger import Entry, Kind, NewEntry
from services.review.domain.queue import Lease, NewItem, QueueState
from services.review.reconciling_ports import Accepted, History, Marks
from shared.events import CloudEvent
from shared.project import Project


@dataclass(frozen=True, slots=True)
class ProjectState:
    """A project's file in force."""

    configuration: Project
    policy_version: int
    stopped: bool = False


class Ledger(Protocol):
    """The append-only record."""

    def append(self, entries: Sequence[NewEntry]) -> None:
        """Record many entries, in order."""
        ...

    def append_one(self, entry: NewEntry) -> int:
        """Record one entry; its sequence number."""
        ...

    def known(self, project: str, kind: Kind, subjects: Collection[str]) -> Mapping[str, str]:
        """The bodies (revision 1) of those subjects that are recorded already."""
        ...

    def story(self, project: str, subject: str, kinds: Collection[Kind]) -> Sequence[Entry]:
        """All entries of a subject, oldest first."""
        ...

    def newest(self, project: str, kind: Kind, limit: int) -> Sequence[Entry]:
        """The newest entries of a kind, newest first."""
        ...

    def tally(self, project: str) -> Mapping[tuple[Kind, str], int]:
        """Number of entries by kind and detail."""
        ...


class Items(Protocol):
    """The queues: one a project, of the same name."""

    def add(self, items: Sequence[NewItem]) -> None:
        """Let events wait for people."""
        ...

    def claim(
        self, queue: str, limit: int, holder: str, now: datetime, until: datetime
    ) -> Sequence[Lease]:
        """Lease the longest-waiting free items to one reviewer; audits come first."""
        ...

    def lease(self, lease_id: str) -> Lease | None:
        """A lease that was granted, whether it still holds or not."""
        ...

    def extend(self, lease: Lease, until: datetime) -> bool:
        """Let a lease last longer. False if it was lost meanwhile."""
        ...

    def release(self, lease: Lease) -> bool:
        """Give an item back. False if the lease was lost meanwhile."""
        ...

    def settle(self, lease: Lease) -> bool:
        """Take an item out of its queue for good. False if the lease was lost meanwhile."""
        ...

    def state(self, queue: str, now: datetime) -> QueueState:
        """How the queue stands."""
        ...

    def reopen(self, project: str, event_id: str) -> bool:
        """Let a settled item wait again. False if there is no such item."""
        ...


class Outbox(Protocol):
    """What must leave because of what was written."""

    def put(self, events: Iterable[CloudEvent]) -> None:
        """Let events leave once the transaction is kept."""
        ...

    def waiting(self, limit: int) -> int:
        """How many documents wait to leave; counted up to a limit."""
        ...

    def put_back(self, originals: Iterable[tuple[str, bytes]]) -> None:
        """Let bytes of any kind, given as (stream key, bytes), leave as they once came."""
        ...


class DeadLetters(Protocol):
    """What could not be processed, until a person settles it."""

    def known(self, document_ids: Collection[str]) -> Collection[str]:
        """Which of these are kept already."""
        ...

    def add(self, letters: Sequence[NewLetter]) -> None:
        """Keep letters; none of them may be kept already."""
        ...

    def get(self, identity: int) -> Letter | None:
        """One letter."""
        ...

    def originals(self, identities: Collection[int]) -> Mapping[int, bytes]:
        """The originals of letters, byte for byte."""
        ...

    def page(self, wanted: Selection, limit: int, before: int | None) -> Sequence[Letter]:
        """Letters older than `before`, newest first."""
        ...

    def newest(self) -> int:
        """The id of the letter that came last; 0 if there is none."""
        ...

    def counts(self, wanted: Selection) -> Mapping[tuple[str, str], int]:
        """Number of letters by project and reason."""
        ...

    def settle(self, wanted: Selection, settled: Settled, limit: int) -> Sequence[Letter]:
        """Settle waiting letters, oldest first; gives those that this call settled."""
        ...

    def forget(self, settled_before: datetime, limit: int) -> int:
        """Delete letters that were settled before; how many."""
        ...


class Projects(Protocol):
    """Project files in force."""

    def get(self, name: str) -> ProjectState | None:
        """One project."""
        ...

    def all(self) -> Sequence[ProjectState]:
        """All projects, by name."""
        ...

    def put(self, state: ProjectState) -> None:
        """Replace or add a project."""
        ...


class Users(Protocol):
    """Who may call, and what they answered under which Idempotency-Key."""

    def get(self, name: str) -> User | None:
        """One user."""
        ...

    def put(self, user: User) -> None:
        """Replace or add a user."""
        ...

    def add_token(self, digest: str, user: str, kind: TokenKind, expires_at: datetime) -> None:
        """Remember a token by its digest."""
        ...

    def find_token(self, digest: str, kinds: Collection[TokenKind], now: datetime) -> User | None:
        """The user whom a token proves, if it has not expired."""
        ...

    def drop_token(self, digest: str) -> bool:
        """Forget a token. False if it was not there (somebody else used it up)."""
        ...

    def answered(self, key: str) -> str | None:
        """The request that was answered under an Idempotency-Key."""
        ...

    def remember_answer(self, key: str, request: str) -> None:
        """Remember a request under its Idempotency-Key."""
        ...


class Transaction(Protocol):
    """The store, seen and changed as a whole."""

    @property
    def ledger(self) -> Ledger: ...
    @property
    def items(self) -> Items: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def accepted(self) -> Accepted: ...
    @property
    def history(self) -> History: ...
    @property
    def marks(self) -> Marks: ...
    @property
    def dead_letters(self) -> DeadLetters: ...
    @property
    def projects(self) -> Projects: ...
    @property
    def users(self) -> Users: ...


class Store(Protocol):
    """The review database."""

    def read(self) -> AbstractContextManager[Transaction]:
        """A transaction that only reads."""
        ...

    def write(self) -> AbstractContextManager[Transaction]:
        """A transaction that is kept at its end, or undone by an error."""
        ...


class Bell(Protocol):
    """Wakes the relay, so that the outbox is emptied at once."""

    def ring(self) -> None:
        """Something was put into the outbox; callable from any thread."""
        ...

    def flush(self) -> None:
        """Return when the outbox is empty, or Redis is away (then it leaves later)."""
        ...
