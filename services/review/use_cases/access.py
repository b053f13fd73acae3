"""Who is calling: tokens, login links and sessions prove it."""

from datetime import datetime

from services.review.domain.access import ADMIN, User
from services.review.domain.people import Act, NewAccessEntry
from services.review.domain.tokens import TokenKind, digest, is_same, read
from services.review.errors import NotAuthenticated
from services.review.ports import Store, Transaction
from services.review.use_cases.proofs import Proofs
from services.review.use_cases.tokens import Order, issue
from shared.clock import Clock


class ControlAccess:
    """Lets people and programs in, and says who they are."""

    def __init__(self, store: Store, clock: Clock, admin_token: str) -> None:
        self._store = store
        self._clock = clock
        self._admin_token = admin_token
        self._proofs = Proofs(store)
        self._uses: dict[str, datetime] = {}

    def user_of_token(self, token: str) -> User:
        """Whom an API token proves.

        Raises:
            NotAuthenticated: unknown, ended, or not for this use.
        """
        if self._admin_token and is_same(token, self._admin_token):
            return ADMIN
        now = self._clock.now()
        user, prefix = self._prove(token, TokenKind.API, now)
        self._uses[prefix] = now
        return user

    def user_of_session(self, session: str) -> User:
        """Whom a session cookie proves.

        Raises:
            NotAuthenticated: unknown or over.
        """
        return self._prove(session, TokenKind.SESSION, self._clock.now())[0]

    def log_in(self, login_token: str) -> str:
        """Exchange a one-time login token for a session token."""
        now = self._clock.now()
        user, prefix = self._prove(login_token, TokenKind.LOGIN, now)
        with self._store.write() as transaction:
            if not transaction.tokens.drop(prefix):
                raise NotAuthenticated("this login link was used already; ask for a new one")
            return open_session(transaction, user, now, way="link")

    def log_out(self, session: str) -> None:
        """End a session; ending what is over changes nothing."""
        shape = read(session)
        with self._store.write() as transaction:
            proof = shape and transaction.tokens.find(
                shape[0], TokenKind.SESSION, self._clock.now()
            )
            if shape and proof and is_same(digest(shape[1]), proof.digest):
                transaction.tokens.drop(shape[0])
                name = proof.user.name
                transaction.access_log.append(
                    NewAccessEntry(self._clock.now(), name, Act.LOGGED_OUT, name)
                )

    def write_down_uses(self) -> None:
        """Keep when tokens were used since the last time; callers need not wait for that."""
        uses, self._uses = self._uses, {}
        if uses:
            with self._store.write() as transaction:
                transaction.tokens.mark_used(uses)

    def _prove(self, text: str, kind: TokenKind, now: datetime) -> tuple[User, str]:
        proved = self._proofs.find(text, kind, now)
        if proved is None:
            raise NotAuthenticated(
                "the token is unknown, expired or revoked; `handraise token create` makes a new one"
            )
        return proved


def open_session(transaction: Transaction, user: User, now: datetime, way: str) -> str:
    """A new session of a user who has proved themselves, within a transaction."""
    text, token = issue(transaction, Order(user.name, TokenKind.SESSION, user.name), now)
    detail = {"way": way, "token": token.prefix}
    transaction.access_log.append(NewAccessEntry(now, user.name, Act.LOGGED_IN, user.name, detail))
    return text
