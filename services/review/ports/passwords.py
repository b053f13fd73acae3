"""Passwords: how they are kept, and how often a wrong one was given."""

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

    def attempts(self, key: str) -> Attempts | None:
        """The failures under a key, which stands for a name or an address."""
        ...

    def remember_attempts(self, key: str, attempts: Attempts) -> None:
        """Replace the failures under a key."""
        ...

    def forget_attempts(self, key: str) -> None:
        """Count from the beginning under a key."""
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
