"""Accounts of people and systems, and the record of every change of who may do what."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from services.review.domain.access import User


@dataclass(frozen=True, slots=True)
class Account:
    """A user as administrators see one; who is disabled keeps the name, for the record's sake."""

    user: User
    disabled_at: datetime | None = None


class Act(StrEnum):
    """What somebody did about access."""

    USER_ADDED = "user.added"
    USER_CHANGED = "user.changed"
    USER_DISABLED = "user.disabled"
    TOKEN_CREATED = "token.created"  # noqa: S105 - a word
    TOKEN_REVOKED = "token.revoked"  # noqa: S105 - a word
    TOKEN_ROTATED = "token.rotated"  # noqa: S105 - a word
    SESSIONS_ENDED = "sessions.ended"
    PASSWORD_SET = "password.set"  # noqa: S105 - a word
    PASSWORD_CHANGED = "password.changed"  # noqa: S105 - a word
    LOGGED_IN = "logged_in"
    LOGGED_OUT = "logged_out"


@dataclass(frozen=True, slots=True)
class NewAccessEntry:
    """One act: who did what to whom. No secret is ever a part of it."""

    at: datetime
    actor: str
    act: Act
    subject: str
    detail: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AccessEntry(NewAccessEntry):
    """One act, with its place in the access log."""

    id: int = 0
