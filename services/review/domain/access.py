"""Who may do what."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person or system is to this installation."""

    UPSTREAM = "upstream"
    REVIEWER = "reviewer"
    LEAD = "lead"
    OPS = "ops"
    ADMIN = "admin"


class Permission(StrEnum):
    """What a route of the HTTP API asks for."""

    SEND = "send"
    REVIEW = "review"
    READ = "read"
    OPERATE = "operate"
    ADMINISTER = "administer"


_GRANTED: dict[Role, frozenset[Permission]] = {
    Role.UPSTREAM: frozenset({Permission.SEND, Permission.READ}),
    Role.REVIEWER: frozenset({Permission.REVIEW, Permission.READ}),
    Role.LEAD: frozenset({Permission.REVIEW, Permission.READ}),
    Role.OPS: frozenset({Permission.OPERATE, Permission.READ}),
    Role.ADMIN: frozenset(Permission),
}


@dataclass(frozen=True, slots=True)
class User:
    """Who is asking."""

    name: str
    role: Role

    def may(self, permission: Permission) -> bool:
        """Whether the user's role grants it.

        >>> User("ada", Role.REVIEWER).may(Permission.ADMINISTER)
        False
        """
        return permission in _GRANTED[self.role]


class TokenKind(StrEnum):
    """API tokens are sent with each call; login tokens are good for one visit to /login."""

    API = "api"
    LOGIN = "login"
    SESSION = "session"
