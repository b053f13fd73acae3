"""What the routes for people take and give."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Field, StringConstraints, model_validator

from services.review.api.bodies import Body
from services.review.api.cursors import NextCursor, written
from services.review.domain.access import NAME, Role, User
from services.review.domain.people import AccessEntry, Account, Act
from services.review.domain.tokens import Token, TokenKind
from services.review.use_cases.pages import Page

MOST_SECONDS = 366 * 86_400
UserName = Annotated[str, StringConstraints(pattern=NAME)]
Scope = Annotated[list[Annotated[str, StringConstraints(max_length=100)]], Field(max_length=1000)]
Prefix = Annotated[str, StringConstraints(pattern=r"^[0-9a-z]{12}$")]


class NewUser(Body):
    """A user to add; without `projects` the user sees all."""

    name: UserName
    role: Role
    projects: Scope | None = None

    def user(self) -> User:
        """The user that is meant."""
        return User(self.name, self.role, _scope(self.projects))


class UserChange(Body):
    """What is to change about a user; `"projects": null` gives all."""

    role: Role | None = None
    projects: Scope | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.role is None and "projects" not in self.model_fields_set:
            raise ValueError("name `role`, `projects` or both")
        return self

    def __call__(self, user: User) -> User:
        """The user as changed."""
        changed = replace(user, role=self.role or user.role)
        if "projects" in self.model_fields_set:
            changed = replace(changed, projects=_scope(self.projects))
        return changed


class NewToken(Body):
    """A token to make; the description says where it is used."""

    kind: Literal[TokenKind.API, TokenKind.LOGIN] = TokenKind.API
    ttl_seconds: Annotated[int, Field(ge=1, le=MOST_SECONDS)] | None = None
    description: Annotated[str, StringConstraints(max_length=200)] = ""


class Rotation(Body):
    """How long the old token still works beside its successor."""

    overlap_seconds: Annotated[int, Field(ge=0, le=30 * 86_400)] = 86_400


class MeAnswer(BaseModel):
    """Who is calling; `projects` is null for all."""

    name: str
    role: Role
    projects: list[str] | None

    @classmethod
    def about(cls, user: User) -> Self:
        """From a user."""
        return cls(name=user.name, role=user.role, projects=_listed(user))


class UserAnswer(MeAnswer):
    """A user, as administrators see one."""

    disabled_at: datetime | None

    @classmethod
    def of(cls, account: Account) -> Self:
        """From an account."""
        user = account.user
        return cls(
            name=user.name,
            role=user.role,
            projects=_listed(user),
            disabled_at=account.disabled_at,
        )


class UsersAnswer(BaseModel):
    """Users, by name."""

    users: list[UserAnswer]
    next_cursor: NextCursor

    @classmethod
    def of(cls, page: Page[Account]) -> Self:
        """From a page of accounts."""
        last = page.last
        return cls(
            users=[UserAnswer.of(account) for account in page.items],
            next_cursor=written("users", last.user.name) if last else None,
        )


class TokenView(BaseModel):
    """A token without its secret."""

    prefix: str
    user: str
    description: str
    state: Literal["active", "expired", "revoked"]
    created_at: datetime
    created_by: str
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None

    @classmethod
    def of(cls, token: Token, now: datetime) -> Self:
        """From a token."""
        return cls.model_validate(
            {name: getattr(token, name) for name in cls.model_fields if name != "state"}
            | {"state": token.state(now)}
        )


class TokensAnswer(BaseModel):
    """API tokens, newest first."""

    tokens: list[TokenView]
    next_cursor: NextCursor

    @classmethod
    def of(cls, page: Page[Token], now: datetime) -> Self:
        """From a page of tokens."""
        last = page.last
        place = (last.created_at.isoformat(), last.prefix) if last else None
        return cls(
            tokens=[TokenView.of(token, now) for token in page.items],
            next_cursor=written("tokens", *place) if place else None,
        )


class TokenAnswer(BaseModel):
    """A new token; its text is shown this once."""

    token: str
    prefix: str
    expires_at: datetime
    login_url: str | None = None

    @classmethod
    def of(cls, text: str, token: Token, login_url: str | None = None) -> Self:
        """From what was made."""
        return cls(
            token=text, prefix=token.prefix, expires_at=token.expires_at, login_url=login_url
        )


class Ended(BaseModel):
    """How many sessions and login links ended."""

    ended: int


class AccessEntryAnswer(BaseModel):
    """One act about access."""

    id: int
    at: datetime
    actor: str
    act: Act
    subject: str
    detail: dict[str, Any]


class AccessLogAnswer(BaseModel):
    """What was done about access, newest first."""

    entries: list[AccessEntryAnswer]
    next_before: int | None
    next_cursor: NextCursor

    @classmethod
    def of(cls, page: Page[AccessEntry]) -> Self:
        """From a page of entries."""
        shown = [
            AccessEntryAnswer(
                id=e.id,
                at=e.at,
                actor=e.actor,
                act=e.act,
                subject=e.subject,
                detail=dict(e.detail),
            )
            for e in page.items
        ]
        last = page.last.id if page.last else None
        following = written("access-log", last) if last else None
        return cls(entries=shown, next_before=last, next_cursor=following)


def _scope(projects: list[str] | None) -> frozenset[str] | None:
    return None if projects is None else frozenset(projects)


def _listed(user: User) -> list[str] | None:
    return None if user.projects is None else sorted(user.projects)
