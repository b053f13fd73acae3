"""Users: adding, changing and disabling them; each act is in the access log."""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime

from services.review.domain.access import ADMIN, RESERVED, Role, User
from services.review.domain.people import AccessEntry, Account, Act, NewAccessEntry
from services.review.domain.tokens import TokenKind
from services.review.errors import Invalid, NotFound
from services.review.ports import Store, Transaction
from services.review.use_cases.pages import Page
from shared.clock import Clock


class KeepPeople:
    """What administrators do with users."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def page(self, limit: int, after: str | None) -> Page[Account]:
        """Users by name, disabled ones too, from behind a name."""
        with self._store.read() as transaction:
            return Page.of(transaction.users.accounts(after, limit + 1), limit)

    def get(self, name: str) -> Account:
        """One user.

        Raises:
            NotFound: no such user.
        """
        with self._store.read() as transaction:
            return _existing(transaction, name)

    def add(self, user: User, actor: User) -> Account:
        """Add a user, or bring one to this role and these projects; who was disabled may return.

        Raises:
            Invalid: a name that is taken by the system, or a project that does not exist.
        """
        with self._store.write() as transaction:
            known = transaction.users.account(user.name)
            if known != Account(user):
                _check(transaction, user, known)
                act = Act.USER_CHANGED if known else Act.USER_ADDED
                self._put(transaction, user, actor, act)
        return Account(user)

    def change(self, name: str, change: Callable[[User], User], actor: User) -> Account:
        """Give a user another role or other projects, from the next request on."""
        with self._store.write() as transaction:
            known = _existing(transaction, name)
            user = change(known.user)
            if user != known.user:
                if known.disabled_at is not None:
                    raise Invalid(f"{name} is disabled; add the user again instead")
                _check(transaction, user, known)
                self._put(transaction, user, actor, Act.USER_CHANGED)
        return replace(known, user=user)

    def disable(self, name: str, actor: User) -> None:
        """Let a user in no more: tokens, sessions and password end at once."""
        now = self._clock.now()
        with self._store.write() as transaction:
            known = _existing(transaction, name)
            if name == ADMIN.name:
                raise Invalid("`admin` cannot be disabled; empty the admin token's file instead")
            if known.disabled_at is None:
                transaction.users.disable(name, now)
                for token in transaction.tokens.of_user(name):
                    transaction.tokens.revoke(token.prefix, now)
                transaction.tokens.drop_all(name, (TokenKind.LOGIN, TokenKind.SESSION))
                transaction.passwords.forget(name)
                _record(transaction, now, actor, Act.USER_DISABLED, name)

    def end_sessions(self, name: str, actor: User) -> int:
        """Log a user out everywhere, and make unused login links void; how many ended."""
        now = self._clock.now()
        with self._store.write() as transaction:
            _existing(transaction, name)
            ended = transaction.tokens.drop_all(name, (TokenKind.LOGIN, TokenKind.SESSION))
            _record(transaction, now, actor, Act.SESSIONS_ENDED, name, ended=ended)
        return ended

    def access_log(self, limit: int, before: int | None) -> Page[AccessEntry]:
        """What was done about access, newest first."""
        with self._store.read() as transaction:
            return Page.of(transaction.access_log.page(limit + 1, before), limit)

    def _put(self, transaction: Transaction, user: User, actor: User, act: Act) -> None:
        transaction.users.put(user)
        projects = None if user.projects is None else sorted(user.projects)
        detail = {"role": user.role.value, "projects": projects}
        _record(transaction, self._clock.now(), actor, act, user.name, **detail)


def _existing(transaction: Transaction, name: str) -> Account:
    account = Account(ADMIN) if name == ADMIN.name else transaction.users.account(name)
    if account is None:
        raise NotFound(f"there is no user {name!r}; `handraise user list` names them")
    return account


def _check(transaction: Transaction, user: User, known: Account | None) -> None:
    if user.name == ADMIN.name and user != ADMIN:
        raise Invalid("the user `admin` keeps the role admin and all projects; choose another name")
    if user.name in RESERVED:
        raise Invalid(f"{user.name!r} is nobody's name; choose another")
    if user.role is Role.ADMIN and user.projects is not None:
        raise Invalid("an admin sees all projects; leave out `projects` or choose another role")
    had = known.user.projects if known else None
    _check_projects(transaction, (user.projects or frozenset()) - (had or frozenset()))


def _check_projects(transaction: Transaction, projects: Collection[str]) -> None:
    for project in sorted(projects):
        if transaction.projects.get(project) is None:
            raise Invalid(f"there is no project {project!r}; apply its file first")


def _record(
    transaction: Transaction, now: datetime, actor: User, act: Act, name: str, **detail: object
) -> None:
    transaction.access_log.append(NewAccessEntry(now, actor.name, act, name, detail))
