"""The review database. Changed only through migrations; a test compares both."""

from services.review.tables.blocks import AuditAnswerRow, AuditRow, BlockRow
from services.review.tables.drifts import DriftAlarmRow, MonitorRow
from services.review.tables.gold import GoldAnswerRow, GoldRow
from services.review.tables.letters import DeadLetterRow
from services.review.tables.models import ModelRow
from services.review.tables.people import (
    AccessLogRow,
    AnswerRow,
    AttemptRow,
    PasswordRow,
    TokenRow,
    UserRow,
)
from services.review.tables.projects import ProjectRow
from services.review.tables.queues import NOWHERE, ItemRow, LeaseRow, SlotRow
from services.review.tables.record import RARE_KINDS, LedgerRow
from services.review.tables.reviewers import ReviewerRow
from services.review.tables.seals import SealRow
from services.review.tables.slices import SliceCountRow
from services.review.tables.suspects import SuspectRow, TrustRow
from services.review.tables.transport import AcceptedRow, MarkRow, OutboxRow
from services.review.tables.votes import DraftRow, ThroughRow, VoteRow

__all__ = [
    "NOWHERE",
    "RARE_KINDS",
    "AcceptedRow",
    "AccessLogRow",
    "AnswerRow",
    "AttemptRow",
    "AuditAnswerRow",
    "AuditRow",
    "BlockRow",
    "DeadLetterRow",
    "DraftRow",
    "DriftAlarmRow",
    "GoldAnswerRow",
    "GoldRow",
    "ItemRow",
    "LeaseRow",
    "LedgerRow",
    "MarkRow",
    "ModelRow",
    "MonitorRow",
    "OutboxRow",
    "PasswordRow",
    "ProjectRow",
    "ReviewerRow",
    "SealRow",
    "SliceCountRow",
    "SlotRow",
    "SuspectRow",
    "ThroughRow",
    "TokenRow",
    "TrustRow",
    "UserRow",
    "VoteRow",
]
