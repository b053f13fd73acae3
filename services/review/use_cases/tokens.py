"""Making, listing, rotating and ending tokens; the text of one is given once and not kept."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.review.domain.access import ADMIN, User
from services.review.domain.people import Act, NewAccessEntry
from services.review.domain.tokens import Token, TokenKind, digest, written
from services.review.errors import Invalid, MadeBefore, NotFound
from services.review.ports import Store, Transaction
from services.review.use_cases.pages import Page
from services.review.use_cases.repeating import UNNAMED, Once
from shared.clock import Clock

SESSION_LIFETIME = timedelta(hours=12)
_PASSING = (TokenKind.LOGIN, TokenKind.SESSION)
_LIFETIMES = {
    TokenKind.API: timedelta(days=365),
    TokenKind.LOGIN: timedelta(minutes=15),
    TokenKind.SESSION: SESSION_LIFETIME,
}


@dataclass(frozen=True, slots=True)
class Order:
    """A token to make: whose, by whom, and for how long (by default, as its kind usually lives)."""

    user: str
    kind: TokenKind
    actor: str
    lifetime: timedelta | None = None
    description: str = ""


class KeepTokens:
    """What administrators do with tokens."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def page(
        self, user: str | None, limit: int, before: tuple[datetime, str] | None
    ) -> Page[Token]:
        """API tokens of a user or of everybody, newest first; ended ones too."""
        with self._store.read() as transaction:
            return Page.of(transaction.tokens.page(user, limit + 1, before), limit)

    def add(self, order: Order, once: Once = UNNAMED) -> tuple[str, Token]:
        """A new token for a user: its text, and what is kept of it.

        Raises:
            NotFound: no such user, or a disabled one.
            MadeBefore: this request made one already.
        """
        now = self._clock.now()
        with self._store.write() as transaction:
            _check_first(transaction, order.actor, once)
            if order.user == ADMIN.name:
                transaction.users.put(ADMIN)
            elif transaction.users.get(order.user) is None:
                raise NotFound(f"there is no user {order.user!r}; `handraise user add` adds one")
            text, token = issue(transaction, order, now)
            once.done(transaction, order.actor, token.prefix, now)
            _record(transaction, Act.TOKEN_CREATED, order.actor, token, now)
        return text, token

    def rotate(
        self, prefix: str, actor: User, overlap: timedelta, once: Once = UNNAMED
    ) -> tuple[str, Token]:
        """A successor of an API token, as long-lived; the old one still works for `overlap`.

        Raises:
            NotFound: no such API token.
            Invalid: it proves nothing any more.
            MadeBefore: this request made a successor already.
        """
        now = self._clock.now()
        with self._store.write() as transaction:
            _check_first(transaction, actor.name, once)
            old = _api_token(transaction, prefix)
            if old.state(now) != "active" or transaction.users.get(old.user) is None:
                raise Invalid("this token has ended; make a new one for its user instead")
            lifetime = old.expires_at - old.created_at
            order = Order(old.user, TokenKind.API, actor.name, lifetime, old.description)
            text, token = issue(transaction, order, now)
            once.done(transaction, actor.name, token.prefix, now)
            transaction.tokens.end(prefix, now + overlap)
            _record(transaction, Act.TOKEN_ROTATED, actor.name, token, now, replaces=prefix)
        return text, token

    def revoke(self, prefix: str, actor: User) -> None:
        """End an API token at once; ending it again changes nothing.

        Raises:
            NotFound: no such API token.
        """
        now = self._clock.now()
        with self._store.write() as transaction:
            token = _api_token(transaction, prefix)
            if transaction.tokens.revoke(prefix, now):
                _record(transaction, Act.TOKEN_REVOKED, actor.name, token, now)


def _check_first(transaction: Transaction, actor: str, once: Once) -> None:
    """The text of a token is not kept: it cannot be given a second time."""
    made = once.earlier(transaction, actor)
    if made is not None:
        raise MadeBefore(
            f"it made the token {made!r}, whose text is given once; revoke that one, and ask for "
            "another with a new Idempotency-Key"
        )


def issue(transaction: Transaction, order: Order, now: datetime) -> tuple[str, Token]:
    """A new token, within a transaction; login links and sessions that are over go."""
    prefix, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    token = Token(
        prefix=prefix,
        user=order.user,
        kind=order.kind,
        description=order.description,
        created_at=now,
        created_by=order.actor,
        expires_at=now + (order.lifetime or _LIFETIMES[order.kind]),
    )
    transaction.tokens.drop_expired(_PASSING, now)
    transaction.tokens.add(token, digest(secret))
    return written(prefix, secret), token


def _api_token(transaction: Transaction, prefix: str) -> Token:
    token = transaction.tokens.get(prefix)
    if token is None or token.kind is not TokenKind.API:
        raise NotFound(f"there is no API token {prefix!r}; `handraise token list` names them")
    return token


def _record(
    transaction: Transaction, act: Act, actor: str, token: Token, now: datetime, **more: object
) -> None:
    detail = {"token": token.prefix, "kind": token.kind.value, **more}
    transaction.access_log.append(NewAccessEntry(now, actor, act, token.user, detail))
