"""Users in SQL."""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import collate
from sqlmodel import Session, col, select, update

from services.review.domain.access import Role, User
from services.review.domain.people import Account
from services.review.tables import UserRow


class SqlUsers:
    """Implements `ports.Users`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, name: str) -> User | None:
        """One user who is not disabled."""
        account = self.account(name)
        return account.user if account and account.disabled_at is None else None

    def account(self, name: str) -> Account | None:
        """One user, disabled or not."""
        row = self._session.get(UserRow, name)
        return _account(row) if row else None

    def accounts(self, after: str | None, limit: int) -> Sequence[Account]:
        """The users that come after a name, by name."""
        is_postgresql = self._session.get_bind().dialect.name == "postgresql"
        name = collate(col(UserRow.name), "C") if is_postgresql else col(UserRow.name)
        later = [name > after] if after is not None else []
        rows = self._session.exec(select(UserRow).where(*later).order_by(name).limit(limit))
        return [*map(_account, rows)]

    def put(self, user: User) -> None:
        """Add a user, or replace role and projects; who was disabled is so no longer."""
        projects = None if user.projects is None else json.dumps(sorted(user.projects))
        row = UserRow(name=user.name, role=user.role.value, projects=projects, disabled_at=None)
        self._session.merge(row)
        self._session.flush()  # a token in the same transaction refers to it

    def disable(self, name: str, at: datetime) -> None:
        """Let a user in no more."""
        statement = update(UserRow).where(col(UserRow.name) == name).values(disabled_at=at)
        self._session.connection().execute(statement)
        self._session.expire_all()


def user_of(name: str, role: str, projects: str | None) -> User:
    """A user out of the columns of a row."""
    return User(name, Role(role), None if projects is None else frozenset(json.loads(projects)))


def _account(row: UserRow) -> Account:
    return Account(user_of(row.name, row.role, row.projects), row.disabled_at)
