"""argon2id, with the parameters that OWASP recommends for servers with little memory."""

import secrets
from functools import cached_property
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher

_PASSES = 2
_KIBIBYTES = 19_456
_LANES = 1
_AT_ONCE = 2


class Argon2Hasher:
    """Implements `ports.Hasher`; at most two run at once, so that guessing costs no memory."""

    def __init__(self) -> None:
        self._turns = BoundedSemaphore(_AT_ONCE)

    def hash(self, password: str) -> str:
        """What to keep of a password; each time another."""
        with self._turns:
            return self._argon2.hash(password)

    def verify(self, kept: str | None, password: str) -> bool:
        """Whether the password is the kept one. Takes as long when nothing is kept."""
        from argon2.exceptions import InvalidHashError, VerificationError  # noqa: PLC0415 - lazy

        with self._turns:
            nobodys = self._nobodys  # also where it is not needed: the first try takes as long
            try:
                self._argon2.verify(kept or nobodys, password)
            except (VerificationError, InvalidHashError):
                return False
        return kept is not None

    @cached_property
    def _argon2(self) -> "PasswordHasher":
        from argon2 import PasswordHasher, Type  # noqa: PLC0415 - who has no passwords loads none

        return PasswordHasher(_PASSES, _KIBIBYTES, _LANES, type=Type.ID)

    @cached_property
    def _nobodys(self) -> str:
        return self._argon2.hash(secrets.token_hex())
