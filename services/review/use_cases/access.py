"""Users and their tokens; a token is shown once and kept as its SHA-256."""

import hashlib
import hmac
import secrets
from datetime import timedelta

from services.review.domain.access import Role, TokenKind, User
from services.review.errors import Invalid, NotAuthenticated, NotFound
from services.review.ports import Store
from shared.clock import Clock

ADMIN = User("admin", Role.ADMIN)
SESSION_LIFETIME = timedelta(hours=12)
_LIFETIMES = {
    TokenKind.API: timedelta(days=365),
    TokenKind.LOGIN: timedelta(minutes=15),
    TokenKind.SESSION: SESSION_LIFETIME,
}


class ControlAccess:
    """Who is calling, and who may."""

    def __init__(self, store: Store, clock: Clock, admin_token: str) -> None:
        self._store = store
        self._clock = clock
        self._admin_token = admin_token

    def user_of_token(self, token: str) -> User:
        """Whom an API token proves.

        Raises:
            NotAuthenticated: unknown, expired, or not for this use.
        """
        if self._admin_token and _is_same(token, self._admin_token):
            return ADMIN
        return self._find(token, TokenKind.API)

    def user_of_session(self, token: str) -> User:
        """Whom a session cookie proves."""
        return self._find(token, TokenKind.SESSION)

    def add_user(self, user: User) -> User:
        """Add a user, or give one another role."""
        if user.name == ADMIN.name and user.role is not Role.ADMIN:
            raise Invalid("the user `admin` keeps the role admin; choose another name")
        with self._store.write() as transaction:
            transaction.users.put(user)
        return user

    def add_token(self, name: str, kind: TokenKind, ttl: timedelta | None = None) -> str:
        """A new token for a user; its text is not kept.

        Raises:
            NotFound: no such user.
        """
        token = secrets.token_urlsafe(32)
        with self._store.write() as transaction:
            if name == ADMIN.name:
                transaction.users.put(ADMIN)
            elif transaction.users.get(name) is None:
                raise NotFound(f"there is no user {name!r}; add it first")
            expires_at = self._clock.now() + (ttl or _LIFETIMES[kind])
            transaction.users.add_token(_digest(token), name, kind, expires_at)
        return token

    def log_in(self, login_token: str) -> str:
        """Exchange a one-time login token for a session token."""
        user = self._find(login_token, TokenKind.LOGIN)
        with self._store.write() as transaction:
            used_now = transaction.users.drop_token(_digest(login_token))
        if not used_now:
            raise NotAuthenticated("this login link was used already; ask for a new one")
        return self.add_token(user.name, TokenKind.SESSION)

    def _find(self, token: str, kind: TokenKind) -> User:
        with self._store.read() as transaction:
            user = transaction.users.find_token(_digest(token), [kind], self._clock.now())
        if user is None:
            raise NotAuthenticated(
                "the token is unknown or expired; `handraise token create` makes a new one"
            )
        return user


def _is_same(token: str, secret: str) -> bool:
    """Compared in constant time, as bytes: a header may hold what is not ASCII."""
    return hmac.compare_digest(token.encode(), secret.encode())


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
