"""Tokens: what they look like, and when they hold.

A token reads `hr_<prefix>_<secret>`. The prefix is public: lists and records name a token by it.
Of the secret only the SHA-256 is kept; it is random, so a slow hash would gain nothing.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

_SHAPE = re.compile(r"hr_([0-9a-z]{12})_([A-Za-z0-9_-]{43})", re.ASCII)


class TokenKind(StrEnum):
    """API tokens are sent with each call; login tokens are good for one visit to /login."""

    API = "api"
    LOGIN = "login"
    SESSION = "session"


@dataclass(frozen=True, slots=True)
class Token:
    """A token as others than its holder may know it.

    Attributes:
        last_used_at: roughly, see `is_stale`.
    """

    prefix: str
    user: str
    kind: TokenKind
    description: str
    created_at: datetime
    created_by: str
    expires_at: datetime
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None

    def state(self, now: datetime) -> str:
        """`active`, `expired` or `revoked`."""
        if self.revoked_at is not None:
            return "revoked"
        return "active" if now < self.expires_at else "expired"


def written(prefix: str, secret: str) -> str:
    """A token as its holder gets it, once."""
    return f"hr_{prefix}_{secret}"


def read(text: str) -> tuple[str, str] | None:
    """Prefix and secret of what looks like a token.

    >>> read("hr_0123456789ab_" + "x" * 43)[0]
    '0123456789ab'
    >>> read("hr_0123456789ab_short")
    """
    found = _SHAPE.fullmatch(text)
    return (found[1], found[2]) if found else None


def digest(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def is_same(one: str, other: str) -> bool:
    """Compared in constant time, as bytes: a header may hold what is not ASCII."""
    return hmac.compare_digest(one.encode(), other.encode())
