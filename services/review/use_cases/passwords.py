"""Logging in with name and password, for installations without a provider of identities.

A wrong name, a wrong password and a disabled user get the same answer after the same work. Each
attempt is counted before the password is looked at, so that many at once gain nothing.
"""

import hashlib

from services.review.domain.access import ADMIN, User, is_name
from services.review.domain.lockout import FORGOTTEN_AFTER, Attempts, after_failure
from services.review.domain.passwords import MOST_CHARACTERS, weakness
from services.review.domain.people import Act, NewAccessEntry
from services.review.domain.tokens import TokenKind
from services.review.errors import Forbidden, Invalid, NotAuthenticated, NotFound, TooManyAttempts
from services.review.metrics import Metrics
from services.review.ports import Hasher, Store, Transaction
from services.review.use_cases.access import open_session
from shared.clock import Clock

_FREE_BY_NAME = 5
_FREE_BY_ADDRESS = 50
_PASSING = (TokenKind.LOGIN, TokenKind.SESSION)


class KeepPasswords:
    """Setting, changing and checking passwords."""

    def __init__(
        self, store: Store, hasher: Hasher, metrics: Metrics, clock: Clock, *, enabled: bool
    ) -> None:
        self.enabled = enabled
        self._store = store
        self._hasher = hasher
        self._metrics = metrics
        self._clock = clock

    def log_in(self, name: str, password: str, address: str) -> str:
        """A new session for whoever knows the password.

        Raises:
            NotAuthenticated: name and password do not belong together.
            TooManyAttempts: this name, or this address, has to wait.
        """
        self._require_enabled()
        right = self._is_right(name, password, address)
        with self._store.write() as transaction:
            user = transaction.users.get(name) if right else None
            if user is None:
                raise NotAuthenticated("name and password do not belong together")
            return open_session(transaction, user, self._clock.now(), way="password")

    def set(self, name: str, password: str, actor: User) -> None:
        """Give a user a first password, or another; sessions end.

        Raises:
            NotFound: no such user, a disabled one, or no passwords here.
            Invalid: too weak, or for `admin`, who has the token of the installation.
        """
        self._require_enabled()
        if name == ADMIN.name:
            raise Invalid("`admin` has no password; add a user with the role admin instead")
        with self._store.read() as transaction:
            if transaction.users.get(name) is None:
                raise NotFound(f"there is no user {name!r}; `handraise user add` adds one")
        _require_strength(password, name)
        self._keep(name, password, actor, Act.PASSWORD_SET)

    def change(self, user: User, old: str, new: str, address: str) -> None:
        """Change one's own password; all sessions of the user end.

        Raises:
            Forbidden: the old password is wrong, or there is none.
            Invalid: the new one is too weak.
            TooManyAttempts: the old one was wrong too often.
        """
        self._require_enabled()
        _require_strength(new, user.name)
        if not self._is_right(user.name, old, address):
            raise Forbidden("the old password is wrong; an administrator can set another")
        self._keep(user.name, new, user, Act.PASSWORD_CHANGED)

    def open_session(self, user: User) -> str:
        """A new session for who has just changed their password."""
        with self._store.write() as transaction:
            return open_session(transaction, user, self._clock.now(), way="password")

    def forget_old_attempts(self) -> None:
        """Forget what failed long ago."""
        with self._store.write() as transaction:
            transaction.passwords.forget_old_attempts(self._clock.now() - FORGOTTEN_AFTER)

    def _keep(self, name: str, password: str, actor: User, act: Act) -> None:
        kept, now = self._hasher.hash(password), self._clock.now()
        with self._store.write() as transaction:
            transaction.passwords.put(name, kept, now)
            transaction.tokens.drop_all(name, _PASSING)
            transaction.access_log.append(NewAccessEntry(now, actor.name, act, name))

    def _require_enabled(self) -> None:
        if not self.enabled:
            raise NotFound("there are no passwords here; HANDRAISE_PASSWORDS=true allows them")

    def _is_right(self, name: str, password: str, address: str) -> bool:
        keys = {_key("name", name): _FREE_BY_NAME, _key("address", address): _FREE_BY_ADDRESS}
        with self._store.write() as transaction:
            self._count(transaction, keys)
            kept = _kept(transaction, name)
        if not self._hasher.verify(kept, password[: MOST_CHARACTERS + 1]):
            self._metrics.logins_failed.inc()
            return False
        self._forgive(*keys)
        return True

    def _forgive(self, by_name: str, by_address: str) -> None:
        """A right password clears its name; of the address only this attempt is taken back."""
        now = self._clock.now()
        with self._store.write() as transaction:
            counted = transaction.passwords.lock_attempts([by_name, by_address], now)
            transaction.passwords.remember_attempts(by_name, Attempts(0, now, now))
            less = max(counted[by_address].failures - 1, 0)
            transaction.passwords.remember_attempts(by_address, Attempts(less, now, now))

    def _count(self, transaction: Transaction, keys: dict[str, int]) -> None:
        now = self._clock.now()
        earlier = transaction.passwords.lock_attempts(keys.keys(), now)
        wait = max(seen.wait(now) for seen in earlier.values())
        if wait:
            self._metrics.logins_refused.inc()
            raise TooManyAttempts(wait)
        for key, free in keys.items():
            transaction.passwords.remember_attempts(key, after_failure(earlier[key], free, now))


def _require_strength(password: str, name: str) -> None:
    weak = weakness(password, name)
    if weak:
        raise Invalid(weak)


def _kept(transaction: Transaction, name: str) -> str | None:
    known = is_name(name) and transaction.users.get(name)
    return transaction.passwords.get(name) if known else None


def _key(kind: str, text: str) -> str:
    """Names and addresses come from anybody: what is kept of them has one length."""
    return f"{kind}:{hashlib.sha256(text.encode(errors='replace')).hexdigest()}"
