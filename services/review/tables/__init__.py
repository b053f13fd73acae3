"""The review database. Changed only through migrations; a test compares both."""

from services.review.tables.letters import DeadLetterRow
from services.review.tables.people import (
    AccessLogRow,
    AnswerRow,
    AttemptRow,
    PasswordRow,
    TokenRow,
    UserRow,
)
from services.review.tables.projects import ProjectRow
from services.review.tables.queues import ItemRow, LeaseRow
from services.review.tables.record import RARE_KINDS, LedgerRow
from services.review.tables.transport import AcceptedRow, MarkRow, OutboxRow

__all__ = [
    "RARE_KINDS",
    "AcceptedRow",
    "AccessLogRow",
    "AnswerRow",
    "AttemptRow",
    "DeadLetterRow",
    "ItemRow",
    "LeaseRow",
    "LedgerRow",
    "MarkRow",
    "OutboxRow",
    "PasswordRow",
    "ProjectRow",
    "TokenRow",
    "UserRow",
]
