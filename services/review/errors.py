"""Errors of the review service; each is one problem document of the HTTP API.

The class's docstring is the title; the message holds the detail and the cure.
"""

from datetime import timedelta
from typing import ClassVar

from shared.errors import HandraiseError


class ReviewError(HandraiseError):
    """The request could not be carried out."""

    status: ClassVar[int] = 400
    slug: ClassVar[str] = "bad-request"


class NotFound(ReviewError):
    """There is no such thing."""

    status = 404
    slug = "not-found"


class NotAuthenticated(ReviewError):
    """The request names no valid token or session."""

    status = 401
    slug = "not-authenticated"


class Forbidden(ReviewError):
    """The caller's role does not allow this."""

    status = 403
    slug = "forbidden"


class TooManyAttempts(ReviewError):
    """Wrong passwords were given too often."""

    status = 429
    slug = "too-many-attempts"

    def __init__(self, wait: timedelta) -> None:
        self.retry_after = max(1, round(wait.total_seconds()))
        super().__init__(f"wait {self.retry_after} seconds, then try again")


class Paused(ReviewError):
    """The caller is paused in this project."""

    status = 403
    slug = "paused"


class NotQualified(ReviewError):
    """The caller has not passed the project's exam."""

    status = 403
    slug = "not-qualified"


class NoExam(ReviewError):
    """The caller has no exam to pass."""

    status = 409
    slug = "no-exam"


class NothingToPractise(ReviewError):
    """There is nothing to practise on."""

    status = 409
    slug = "nothing-to-practise"


class TooFewQuestions(ReviewError):
    """There are too few questions for an exam."""

    status = 409
    slug = "too-few-questions"


class AlreadyAnswered(ReviewError):
    """The question was answered before."""

    status = 409
    slug = "already-answered"


class StillToAnswer(ReviewError):
    """The record is for those who have answered the event, until it is settled."""

    status = 409
    slug = "still-to-answer"


class LeaseLost(ReviewError):
    """The lease no longer holds."""

    status = 409
    slug = "lease-lost"


class AlreadySettled(ReviewError):
    """The dead letter does not wait any more."""

    status = 409
    slug = "already-settled"


class TooLate(ReviewError):
    """It can no longer be taken back."""

    status = 409
    slug = "too-late"


class WrongState(ReviewError):
    """The model version is not in a state for this."""

    status = 409
    slug = "wrong-state"


class AlreadyAppealed(ReviewError):
    """The decision is being looked at again already."""

    status = 409
    slug = "already-appealed"


class MadeBefore(ReviewError):
    """The request has made a secret before, which is given only once."""

    status = 409
    slug = "made-before"


class KeyReused(ReviewError):
    """The Idempotency-Key was used before for another request."""

    status = 422
    slug = "idempotency-key-reused"


class Invalid(ReviewError):
    """The request's content is not acceptable."""

    status = 422
    slug = "invalid"


class Busy(ReviewError):
    """Somebody else has asked for the same just now."""

    status = 409
    slug = "busy"
