"""Who may call, how they prove it, and what was done about it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.review.domain.access import User
from services.review.domain.people import AccessEntry, Account, NewAccessEntry
from services.review.domain.tokens import Token, TokenKind


class Users(Protocol):
    """Who may call."""

    def get(self, name: str) -> User | None:
        """One user who is not disabled."""
        ...

    def account(self, name: str) -> Account | None:
        """One user, disabled or not."""
        ...

    def accounts(self, after: str | None, limit: int) -> Sequence[Account]:
        """The users that come after a name, by name."""
        ...

    def put(self, user: User) -> None:
        """Add a user, or replace role and projects; who was disabled is so no longer."""
        ...

    def disable(self, name: str, at: datetime) -> None:
        """Let a user in no more."""
        ...


@dataclass(frozen=True, slots=True)
class Proof:
    """Whom a token proves until it expires, if its secret has this digest."""

    user: User
    digest: str
    expires_at: datetime


class Tokens(Protocol):
    """What users prove themselves with."""

    def add(self, token: Token, digest: str) -> None:
        """Keep a new token with the digest of its secret."""
        ...

    def find(self, prefix: str, kind: TokenKind, now: datetime) -> Proof | None:
        """What a token proves that is neither expired nor revoked, its user not disabled."""
        ...

    def get(self, prefix: str) -> Token | None:
        """One token, as others may know it."""
        ...

    def of_user(self, name: str) -> Sequence[Token]:
        """API tokens of a user, newest first."""
        ...

    def page(
        self, user: str | None, limit: int, before: tuple[datetime, str] | None
    ) -> Sequence[Token]:
        """API tokens of a user or of everybody, newest first, then by prefix.

        Args:
            user: whose; None: everybody's.
            limit: at most so many.
            before: only those that come after this token, given by its time and prefix.
        """
        ...

    def mark_used(self, uses: Mapping[str, datetime]) -> None:
        """Note when tokens, by prefix, were last used."""
        ...

    def end(self, prefix: str, at: datetime) -> None:
        """Let a token expire at a time, unless it does so earlier."""
        ...

    def revoke(self, prefix: str, at: datetime) -> bool:
        """End a token at once, and say so for ever. False if it was revoked before."""
        ...

    def drop(self, prefix: str) -> bool:
        """Forget a token. False if it was not there (somebody else used it up)."""
        ...

    def drop_all(self, user: str, kinds: Collection[TokenKind]) -> int:
        """Forget a user's tokens of these kinds; how many."""
        ...

    def drop_expired(self, kinds: Collection[TokenKind], now: datetime) -> None:
        """Forget tokens of these kinds that prove nothing any more."""
        ...


class AccessLog(Protocol):
    """Every change of users, tokens and sessions; entries are only ever added."""

    def append(self, entry: NewAccessEntry) -> None:
        """Record one act."""
        ...

    def page(self, limit: int, before: int | None) -> Sequence[AccessEntry]:
        """Entries, newest first, older than `before`."""
        ...
