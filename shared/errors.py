"""Errors that every service shares. An error's type is its fate.

    HandraiseError
    ├── DeadLetter            never processable: kept whole in `dead-letters`, with the reason
    │   ├── Malformed         not a document of the announced type
    │   ├── TooLarge          over the size limit
    │   ├── UnknownProject    nobody has configured that project
    │   ├── UnknownLabel      a label that the project does not have
    │   ├── IdConflict        the same event id with another content
    │   └── Unprocessable     failed too often on our side
    ├── Unavailable           a database is away: the same batch is tried again, uncounted
    └── Misconfigured         the operator must act; the message says how
Everything else that a handler raises is tried again, and buried after too many tries.
"""

from typing import ClassVar


class HandraiseError(Exception):
    """Base of the errors that Handraise raises on purpose."""


class DeadLetter(HandraiseError):
    """This entry can never be processed; its `reason` is stable and safe to alert on."""

    reason: ClassVar[str] = "refused"


class Malformed(DeadLetter):
    """Not a document of the announced type: correct the sender, then retry the dead letter."""

    reason = "malformed"


class TooLarge(DeadLetter):
    """Larger than HANDRAISE_MAX_EVENT_BYTES: send a reference instead of the content."""

    reason = "too_large"


class UnknownProject(DeadLetter):
    """No such project: apply its file (`handraise project apply FILE`), then retry."""

    reason = "unknown_project"


class UnknownLabel(DeadLetter):
    """A label that the project does not have: correct the sender or extend the project."""

    reason = "unknown_label"


class IdConflict(DeadLetter):
    """The event id was seen before with another content: event ids are for one event only."""

    reason = "id_conflict"


class Unprocessable(DeadLetter):
    """Every try failed on our side: the log of the service has the error; mend, then retry."""

    reason = "unprocessable"


class Unavailable(HandraiseError):
    """Something we stand on (a database) is away: wait and try the same again."""


class Misconfigured(HandraiseError):
    """The installation cannot work as configured; the message names the cure."""
