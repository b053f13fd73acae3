"""The review database."""

from contextlib import AbstractContextManager
from typing import Protocol

from services.review.ports.answers import Answers
from services.review.ports.blocks import Blocks
from services.review.ports.drifts import Drifts
from services.review.ports.erasing import Erasing
from services.review.ports.gold import GoldItems
from services.review.ports.letters import DeadLetters
from services.review.ports.models import Models
from services.review.ports.outbox import Outbox
from services.review.ports.outcomes import Outcomes
from services.review.ports.passwords import Passwords
from services.review.ports.people import AccessLog, Tokens, Users
from services.review.ports.practice import Practice
from services.review.ports.projects import Projects
from services.review.ports.queues import Items, Leases
from services.review.ports.reconciling import Accepted, History, Marks
from services.review.ports.record import Ledger
from services.review.ports.reviewers import Reviewers
from services.review.ports.seals import Seals
from services.review.ports.slices import SliceCounts
from services.review.ports.suspects import Suspects
from services.review.ports.votes import Votes


class Transaction(Protocol):
    """The store, seen and changed as a whole."""

    @property
    def ledger(self) -> Ledger: ...
    @property
    def seals(self) -> Seals: ...
    @property
    def erasing(self) -> Erasing: ...
    @property
    def items(self) -> Items: ...
    @property
    def leases(self) -> Leases: ...
    @property
    def votes(self) -> Votes: ...
    @property
    def reviewers(self) -> Reviewers: ...
    @property
    def gold(self) -> GoldItems: ...
    @property
    def practice(self) -> Practice: ...
    @property
    def blocks(self) -> Blocks: ...
    @property
    def suspects(self) -> Suspects: ...
    @property
    def models(self) -> Models: ...
    @property
    def drifts(self) -> Drifts: ...
    @property
    def slice_counts(self) -> SliceCounts: ...
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
    def outcomes(self) -> Outcomes: ...
    @property
    def projects(self) -> Projects: ...
    @property
    def users(self) -> Users: ...
    @property
    def tokens(self) -> Tokens: ...
    @property
    def passwords(self) -> Passwords: ...
    @property
    def answers(self) -> Answers: ...
    @property
    def access_log(self) -> AccessLog: ...


class Store(Protocol):
    """The review database.

    Attributes:
        access: another object since the last transaction that looked at users or tokens and may
            have changed them; None if other processes may change them, too.
    """

    @property
    def access(self) -> object | None: ...

    def read(self) -> AbstractContextManager[Transaction]:
        """A transaction that only reads."""
        ...

    def write(self) -> AbstractContextManager[Transaction]:
        """A transaction that is kept at its end, or undone by an error."""
        ...
