"""Passwords: how they are kept, and how often a wrong one was given."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol

from services.review.domain.lockout import Attempts


class Passwords(Protocol):
    """Kept passwords, and failed attempts to give one."""

    def get(self, name: str) -> str | None:
        """What is kept of a user's password."""
        ...

    def put(self, name: str, kept: str, at: datetime) -> None:
        """Keep a new password in place of the old one."""
        ...

    def forget(self, name: str) -> None:
        """Let no password open this user's door."""
        ...

    def lock_attempts(self, keys: Collection[str], now: datetime) -> Mapping[str, Attempts]:
        """The failures under each key, which stands for a name or an address.

        Until the transaction ends nobody else gets them: attempts at once are counted one by one.
        """
        ...

    def remember_attempts(self, key: str, attempts: Attempts) -> None:
        """Replace the failures under a key."""
        ...

    def forget_old_attempts(self, before: datetime) -> None:
        """Forget all keys under which nothing has failed since."""
        ...


class Hasher(Protocol):
    """Turns passwords into what may be kept; slow on purpose."""

    def hash(self, password: str) -> str:
        """What to keep of a password; each time another."""
        ...

    def verify(self, kept: str | None, password: str) -> bool:
        """Whether the password is the kept one. Takes as long when nothing is kept."""
        ...
