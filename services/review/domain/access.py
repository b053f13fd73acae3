"""Who may do what, and where."""

import re
from collections.abc import Mapping
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
    """What a route asks for."""

    SEND = "send"
    READ = "read"
    RECORD = "record"
    LEDGER = "ledger"
    APPEAL = "appeal"
    REVIEW = "review"
    LEAD = "lead"
    PROMOTE = "promote"
    SIMULATE = "simulate"
    OPERATE = "operate"
    ADMINISTER = "administer"


MEANINGS: Mapping[Permission, str] = {
    Permission.SEND: "send events and predictions",
    Permission.READ: "read projects, reports and model versions",
    Permission.RECORD: "read decisions, and who answered what; no reviewer may, or they would "
    "neither be blind nor unaware of gold",
    Permission.LEDGER: "read the ledger as it is stored; no lead may, who is asked to answer blind",
    Permission.APPEAL: "contest a decision",
    Permission.REVIEW: "claim items and answer them",
    Permission.LEAD: "settle what reviewers disagree on, and look after their answers",
    Permission.PROMOTE: "approve and reject model versions, go back to an older one, and "
    "ask for one without somebody",
    Permission.SIMULATE: "ask what another policy would have made of the past",
    Permission.OPERATE: "apply project files, stop and resume automation, settle dead letters, "
    "repair gaps",
    Permission.ADMINISTER: "look after users, tokens and passwords, read the access log, "
    "and erase what describes events",
}
"""What each permission lets its holder do."""

_GRANTED: Mapping[Role, frozenset[Permission]] = {
    Role.UPSTREAM: frozenset(
        {
            Permission.SEND,
            Permission.READ,
            Permission.RECORD,
            Permission.LEDGER,
            Permission.APPEAL,
        }
    ),
    Role.REVIEWER: frozenset({Permission.REVIEW, Permission.READ}),
    Role.LEAD: frozenset(
        {
            Permission.REVIEW,
            Permission.LEAD,
            Permission.PROMOTE,
            Permission.SIMULATE,
            Permission.READ,
            Permission.RECORD,
            Permission.APPEAL,
        },
    ),
    Role.OPS: frozenset(
        {
            Permission.OPERATE,
            Permission.PROMOTE,
            Permission.SIMULATE,
            Permission.READ,
            Permission.RECORD,
            Permission.LEDGER,
            Permission.APPEAL,
        }
    ),
    Role.ADMIN: frozenset(Permission),
}


@dataclass(frozen=True, slots=True)
class User:
    """Who is asking.

    Attributes:
        projects: the projects, with their queues, that the user may work and see; None means all.
    """

    name: str
    role: Role
    projects: frozenset[str] | None = None

    def may(self, permission: Permission) -> bool:
        """Whether the user's role grants it.

        >>> User("ada", Role.REVIEWER).may(Permission.ADMINISTER)
        False
        """
        return permission in _GRANTED[self.role]

    def sees(self, project: str) -> bool:
        """Whether a project is one of the user's.

        >>> ada = User("ada", Role.REVIEWER, frozenset({"churn"}))
        >>> ada.sees("churn"), ada.sees("loans"), ada.sees(project_of("churn.leads"))
        (True, False, True)
        """
        return self.projects is None or project in self.projects


def project_of(queue: str) -> str:
    """The project whose queue this is: `churn` and `churn.leads` are queues of `churn`."""
    return queue.partition(".")[0]


ADMIN = User("admin", Role.ADMIN)
"""Whoever holds the token in the file of the installation; can be neither changed nor disabled."""

NAME = r"^[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}$"
"""What users may be called."""

RESERVED = frozenset({"me"})
"""No user's names: addresses use them."""


def is_name(text: str) -> bool:
    r"""Whether somebody may be called so.

    >>> is_name("ada@example.org"), is_name("a b"), is_name("ada\n")
    (True, False, False)
    """
    return re.fullmatch(NAME.removesuffix("$"), text) is not None
