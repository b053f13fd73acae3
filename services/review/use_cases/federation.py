"""Logging in by the word of a provider of identities."""

from services.review.domain.access import User
from services.review.domain.identity import Claims, PendingLogin, Reading, granted, name_of
from services.review.domain.people import Act, NewAccessEntry
from services.review.domain.tokens import is_same
from services.review.errors import Forbidden, NotAuthenticated
from services.review.ports import IdentityProvider, Store, Transaction
from services.review.use_cases.access import open_session
from shared.clock import Clock

_ACTOR = "identity provider"


class LogInByProvider:
    """Lets in whom the provider names, if they are known here or it gives them a role."""

    def __init__(
        self, store: Store, provider: IdentityProvider, reading: Reading, clock: Clock
    ) -> None:
        self._store = store
        self._provider = provider
        self._reading = reading
        self._clock = clock

    def begin(self, secret: str, redirect_uri: str) -> str:
        """The provider's address; `secret` must come back with the browser's answer."""
        return self._provider.begin(redirect_uri, PendingLogin.of(secret))

    def finish(self, secret: str, redirect_uri: str, state: str, code: str) -> str:
        """A new session.

        Raises:
            NotAuthenticated: the answer is not to a login that this browser began, or is no good.
            Forbidden: who it is has no business here.
        """
        pending = PendingLogin.of(secret)
        if not secret or not code or not is_same(state, pending.state):
            raise NotAuthenticated("this login was not begun here, or too long ago; begin again")
        needed = {self._reading.name_claim, self._reading.role_claim} - {None}
        claims = self._provider.finish(redirect_uri, pending, code, [n for n in needed if n])
        name = name_of(claims, self._reading)
        with self._store.write() as transaction:
            user = self._admit(transaction, name, claims)
            return open_session(transaction, user, self._clock.now(), way="provider")

    def _admit(self, transaction: Transaction, name: str, claims: Claims) -> User:
        account = transaction.users.account(name)
        if account is not None and account.disabled_at is not None:
            raise Forbidden(f"{name} is disabled here; an administrator can change that")
        if self._reading.role_claim is None:
            if account is None:
                raise Forbidden(f"there is no user {name} here; an administrator adds one")
            return account.user
        user = granted(claims, self._reading, name)
        if account is None or account.user != user:
            transaction.users.put(user)
            act = Act.USER_CHANGED if account else Act.USER_ADDED
            projects = None if user.projects is None else sorted(user.projects)
            detail = {"role": user.role.value, "projects": projects}
            transaction.access_log.append(
                NewAccessEntry(self._clock.now(), _ACTOR, act, name, detail)
            )
        return user
