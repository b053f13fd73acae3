"""Tokens in SQL."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, CursorResult, Delete, Update, bindparam
from sqlmodel import Session, and_, col, delete, or_, select, update
from sqlmodel.sql.expression import SelectOfScalar

from services.review.adapters.users import user_of
from services.review.domain.tokens import Token, TokenKind
from services.review.ports import Proof
from services.review.tables import TokenRow, UserRow
from shared.database import Prepared

_FIND = Prepared(
    select(UserRow.name, UserRow.role, UserRow.projects, TokenRow.digest)
    .add_columns(col(TokenRow.expires_at))
    .join(TokenRow, col(TokenRow.user) == UserRow.name)
    .where(
        col(TokenRow.prefix) == bindparam("prefix"),
        col(TokenRow.kind) == bindparam("kind"),
        col(TokenRow.expires_at) > bindparam("now"),
        col(TokenRow.revoked_at).is_(None),
        col(UserRow.disabled_at).is_(None),
    )
)
"""Asked with every request: built once, since building costs more than asking."""


class SqlTokens:
    """Implements `ports.Tokens`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, token: Token, digest: str) -> None:
        """Keep a new token with the digest of its secret."""
        self._session.add(
            TokenRow(
                prefix=token.prefix,
                digest=digest,
                user=token.user,
                kind=token.kind.value,
                description=token.description,
                created_at=token.created_at,
                created_by=token.created_by,
                expires_at=token.expires_at,
            )
        )
        self._session.flush()

    def find(self, prefix: str, kind: TokenKind, now: datetime) -> Proof | None:
        """What a token proves that is neither expired nor revoked, its user not disabled."""
        asked = {"prefix": prefix, "kind": kind.value, "now": now}
        found = _FIND.on(self._session, **asked).first()
        if found is None:
            return None
        name, role, projects, digest, expires_at = found
        return Proof(user_of(name, role, projects), digest, expires_at)

    def get(self, prefix: str) -> Token | None:
        """One token, as others may know it."""
        row = self._session.get(TokenRow, prefix, populate_existing=True)
        return _token(row) if row else None

    def of_user(self, name: str) -> Sequence[Token]:
        """API tokens of a user, newest first."""
        return [_token(row) for row in self._session.exec(_newest().where(TokenRow.user == name))]

    def page(
        self, user: str | None, limit: int, before: tuple[datetime, str] | None
    ) -> Sequence[Token]:
        """API tokens of a user or of everybody, newest first, then by prefix."""
        statement = _newest().limit(limit)
        if user is not None:
            statement = statement.where(TokenRow.user == user)
        if before is not None:
            at, prefix = before
            same = and_(TokenRow.created_at == at, TokenRow.prefix > prefix)
            statement = statement.where(or_(TokenRow.created_at < at, same))
        return [_token(row) for row in self._session.exec(statement)]

    def mark_used(self, uses: Mapping[str, datetime]) -> None:
        """Note when tokens, by prefix, were last used."""
        for prefix, at in uses.items():
            mark = update(TokenRow).where(col(TokenRow.prefix) == prefix).values(last_used_at=at)
            self._run(mark)

    def end(self, prefix: str, at: datetime) -> None:
        """Let a token expire at a time, unless it does so earlier."""
        self._run(
            update(TokenRow)
            .where(col(TokenRow.prefix) == prefix, col(TokenRow.expires_at) > at)
            .values(expires_at=at)
        )

    def revoke(self, prefix: str, at: datetime) -> bool:
        """End a token at once, and say so for ever. False if it was revoked before."""
        unrevoked = (col(TokenRow.prefix) == prefix, col(TokenRow.revoked_at).is_(None))
        return self._run(update(TokenRow).where(*unrevoked).values(revoked_at=at)) == 1

    def drop(self, prefix: str) -> bool:
        """Forget a token. False if it was not there (somebody else used it up)."""
        return self._run(delete(TokenRow).where(col(TokenRow.prefix) == prefix)) == 1

    def drop_all(self, user: str, kinds: Collection[TokenKind]) -> int:
        """Forget a user's tokens of these kinds; how many."""
        return self._run(delete(TokenRow).where(col(TokenRow.user) == user, _is(kinds)))

    def drop_expired(self, kinds: Collection[TokenKind], now: datetime) -> None:
        """Forget tokens of these kinds that prove nothing any more."""
        gone = or_(col(TokenRow.expires_at) <= now, col(TokenRow.revoked_at).is_not(None))
        self._run(delete(TokenRow).where(_is(kinds), gone))

    def _run(self, statement: Delete | Update) -> int:
        result = self._session.connection().execute(statement)
        assert isinstance(result, CursorResult)  # noqa: S101 - a DELETE or UPDATE always gives one
        return result.rowcount


def _newest() -> SelectOfScalar[TokenRow]:
    chosen = select(TokenRow).where(TokenRow.kind == TokenKind.API.value)
    return chosen.order_by(col(TokenRow.created_at).desc(), col(TokenRow.prefix))


def _is(kinds: Collection[TokenKind]) -> ColumnElement[bool]:
    return col(TokenRow.kind).in_([kind.value for kind in kinds])


def _token(row: TokenRow) -> Token:
    return Token(
        prefix=row.prefix,
        user=row.user,
        kind=TokenKind(row.kind),
        description=row.description,
        created_at=row.created_at,
        created_by=row.created_by,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
    )
