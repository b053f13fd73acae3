"""The review database as one store: each transaction sees and changes all of it."""

from collections.abc import Iterator
from contextlib import contextmanager

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


class SqlTransaction:
    """Implements `ports.Transaction` on one session."""

    def __init__(self, session: Session, keys: Keyspace) -> None:
        self.ledger = SqlLedger(session)
        self.seals = SqlSeals(session)
        self.erasing = SqlErasing(session)
        self.items = SqlItems(session)
        self.leases = SqlLeases(session)
        self.votes = SqlVotes(session)
        self.reviewers = SqlReviewers(session)
        self.gold = SqlGoldItems(session)
        self.practice = SqlPractice(session)
        self.blocks = SqlBlocks(session)
        self.suspects = SqlSuspects(session)
        self.models = SqlModels(session)
        self.drifts = SqlDrifts(session)
        self.slice_counts = SqlSliceCounts(session)
        self.outbox = SqlOutbox(session, keys)
        self.accepted = SqlAccepted(session, keys)
        self.history = SqlHistory(session)
        self.marks = SqlMarks(session)
        self.dead_letters = SqlDeadLetters(session)
        self.outcomes = SqlOutcomes(session)
        self.projects = SqlProjects(session)
        self.users = SqlUsers(session)
        self.tokens = SqlTokens(session)
        self.passwords = SqlPasswords(session)
        self.answers = SqlAnswers(session)
        self.access_log = SqlAccessLog(session)


class SqlStore:
    """Implements `ports.Store` on SQLite and PostgreSQL."""

    def __init__(self, database: Database, keys: Keyspace) -> None:
        self._database = database
        self._keys = keys

    @contextmanager
    def read(self) -> Iterator[SqlTransaction]:
        """A transaction that only reads."""
        with self._database.read() as session:
            yield SqlTransaction(session, self._keys)

    @contextmanager
    def write(self) -> Iterator[SqlTransaction]:
        """A transaction that is kept at its end, or undone by an error."""
        with self._database.write() as session:
            yield SqlTransaction(session, self._keys)
