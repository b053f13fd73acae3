"""Who may call."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from services.review.domain.access import TokenKind, User


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
