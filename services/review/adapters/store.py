"""The review database as one store: each transaction sees and changes all of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

from sqlmodel import Session

from services.review.adapters.accepted import SqlAccepted
from services.review.adapters.access_log import SqlAccessLog
from services.review.adapters.answers import SqlAnswers
from services.review.adapters.blocks import SqlBlocks
from services.review.adapters.dead_letters import SqlDeadLetters
from services.review.adapters.drifts import SqlDrifts
from services.review.adapters.erasing import SqlErasing
from services.review.adapters.gold import SqlGoldItems
from services.review.adapters.history import SqlHistory
from services.review.adapters.items import SqlItems
from services.review.adapters.leases import SqlLeases
from services.review.adapters.ledger import SqlLedger
from services.review.adapters.marks import SqlMarks
from services.review.adapters.models import SqlModels
from services.review.adapters.outbox import SqlOutbox
from services.review.adapters.outcomes import SqlOutcomes
from services.review.adapters.passwords import SqlPasswords
from services.review.adapters.practice import SqlPractice
from services.review.adapters.projects import SqlProjects
from services.review.adapters.reviewers import SqlReviewers
from services.review.adapters.seals import SqlSeals
from services.review.adapters.slices import SqlSliceCounts
from services.review.adapters.suspects import SqlSuspects
from services.review.adapters.tokens import SqlTokens
from services.review.adapters.users import SqlUsers
from services.review.adapters.votes import SqlVotes
from shared.database import Database
from shared.streams import Keyspace

_Adapter = TypeVar("_Adapter")
_ACCESS = {"users", "tokens"}
"""The parts of a transaction that say who is let in."""


class _Part(Generic[_Adapter]):
    """An adapter on a transaction's session, made when it is first asked for; most never are."""

    def __init__(self, make: Callable[[Session], _Adapter]) -> None:
        self._make = make

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, transaction: "SqlTransaction", owner: type) -> _Adapter:
        made = self._make(transaction.session)
        transaction.__dict__[self._name] = made  # from now on found there, without this
        return made


class SqlTransaction:
    """Implements `ports.Transaction` on one session."""

    ledger = _Part(SqlLedger)
    seals = _Part(SqlSeals)
    erasing = _Part(SqlErasing)
    items = _Part(SqlItems)
    leases = _Part(SqlLeases)
    votes = _Part(SqlVotes)
    reviewers = _Part(SqlReviewers)
    gold = _Part(SqlGoldItems)
    practice = _Part(SqlPractice)
    blocks = _Part(SqlBlocks)
    suspects = _Part(SqlSuspects)
    models = _Part(SqlModels)
    drifts = _Part(SqlDrifts)
    slice_counts = _Part(SqlSliceCounts)
    history = _Part(SqlHistory)
    marks = _Part(SqlMarks)
    dead_letters = _Part(SqlDeadLetters)
    outcomes = _Part(SqlOutcomes)
    projects = _Part(SqlProjects)
    users = _Part(SqlUsers)
    tokens = _Part(SqlTokens)
    passwords = _Part(SqlPasswords)
    answers = _Part(SqlAnswers)
    access_log = _Part(SqlAccessLog)

    def __init__(self, session: Session, keys: Keyspace) -> None:
        self.session = session
        self.outbox = SqlOutbox(session, keys)
        self.accepted = SqlAccepted(session, keys)


class SqlStore:
    """Implements `ports.Store` on SQLite and PostgreSQL."""

    def __init__(self, database: Database, keys: Keyspace) -> None:
        self._database = database
        self._keys = keys
        self._access = object()

    @property
    def access(self) -> object | None:
        """Another object since users or tokens may have changed; SQLite has one process only."""
        return None if self._database.is_postgresql else self._access

    @contextmanager
    def read(self) -> Iterator[SqlTransaction]:
        """A transaction that only reads."""
        with self._database.read() as session:
            yield SqlTransaction(session, self._keys)

    @contextmanager
    def write(self) -> Iterator[SqlTransaction]:
        """A transaction that is kept at its end, or undone by an error."""
        transaction: SqlTransaction | None = None
        try:
            with self._database.write() as session:
                transaction = SqlTransaction(session, self._keys)
                yield transaction
        finally:
            if transaction is not None and not _ACCESS.isdisjoint(transaction.__dict__):
                self._access = object()
