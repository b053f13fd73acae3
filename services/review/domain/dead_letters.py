"""Dead letters: what could not be processed waits, whole, until a person settles it."""

from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.errors import DeadLetter, Malformed
from shared.events import CloudEvent, EventDeadLettered
from shared.streams import Stream

UNREADABLE = "unreadable"
OTHER = "other"
UNKNOWN_PROJECT = "unknown"

RETRIABLE = frozenset({Stream.REQUESTS, Stream.PREDICTIONS, Stream.CORRECTIONS, Stream.MODELS})
"""Where an original may go back to: the streams whose readers refuse entries.

A letter is only a claim. That one with another stream would be put, say, on `control` by whoever
operates, would let everybody who may write dead letters speak with the operator's voice.
"""


class LetterState(StrEnum):
    """What became of a dead letter."""

    WAITING = "waiting"
    RETRIED = "retried"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class NewLetter:
    """A dead letter as it came in.

    Attributes:
        document_id: the CloudEvent's id; the same letter is kept once.
        stream: the key of the original's stream, as the letter has it.
        entry_id: the original's id on that stream.
        reason: stable and safe to alert on, see `shared.errors`.
        original: the bytes that were refused.
        at: when they were refused.
    """

    document_id: str
    project: str
    stream: str
    entry_id: str
    reason: str
    error: str
    message: str
    attempts: int
    original: bytes
    at: datetime

    @property
    def event(self) -> CloudEvent | None:
        """The event that the original is, if it is one."""
        try:
            return CloudEvent.decode(self.original)
        except Malformed:
            return None


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter that is kept, but for its original; `size` is that of the original."""

    id: int
    document_id: str
    project: str
    stream: str
    entry_id: str
    reason: str
    error: str
    message: str
    attempts: int
    size: int
    at: datetime
    state: LetterState = LetterState.WAITING
    settled_by: str | None = None
    settled_at: datetime | None = None
    settle_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """Which letters are meant; None means any.

    Attributes:
        streams: keys of the originals' streams.
        upto: no letter that came in after this one.
    """

    project: str | None = None
    reason: str | None = None
    streams: frozenset[str] | None = None
    state: LetterState | None = LetterState.WAITING
    id: int | None = None
    upto: int | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """How waiting letters are settled: what becomes of them, by whom, when and why."""

    state: LetterState
    by: str
    at: datetime
    why: str | None = None


def _kinds_of(error: type[DeadLetter]) -> Iterator[type[DeadLetter]]:
    for kind in error.__subclasses__():
        yield kind
        yield from _kinds_of(kind)


CURES: Mapping[str, str] = {
    **{kind.reason: " ".join((kind.__doc__ or "").split()) for kind in _kinds_of(DeadLetter)},
    UNREADABLE: "Not a dead letter of ours: find who else writes to `dead-letters`, then drop it.",
}
"""What each reason means and what to do, from the docstrings of `shared.errors`."""


def cure(reason: str) -> str:
    """What a reason means and what to do about it.

    >>> cure("unknown_project")
    'No such project: apply its file (`handraise project apply FILE`), then retry.'
    """
    return CURES.get(reason, "Refused by a newer or another program: its log says more.")


def read_letter(document: bytes) -> NewLetter:
    """The dead letter that a document holds.

    Raises:
        Malformed: it holds none.
    """
    event = CloudEvent.decode(document)
    data = event.data
    if not isinstance(data, EventDeadLettered):
        raise Malformed(f"type: {event.type.value} does not belong on `dead-letters`")
    try:
        original = b64decode(data.original_base64, validate=True)
    except ValueError as error:
        raise Malformed(f"data.original_base64: {error}") from error
    return NewLetter(
        document_id=_text(event.id, 600),
        project=event.project,
        stream=_text(data.stream, 600),
        entry_id=_text(data.entry_id, 100),
        reason=_text(data.reason, 100),
        error=_text(data.error, 200),
        message=_text(data.message, 10_000),
        attempts=min(data.attempts, 2**31 - 1),
        original=original,
        at=event.time,
    )


def unreadable(
    stream: str, entry_id: str, document: bytes, error: Malformed, now: datetime
) -> NewLetter:
    """A letter about a document on `dead-letters` that is none itself: kept, not sent round."""
    return NewLetter(
        document_id=f"{UNREADABLE}/{stream}/{entry_id}",
        project=UNKNOWN_PROJECT,
        stream=stream,
        entry_id=entry_id,
        reason=UNREADABLE,
        error=type(error).__name__,
        message=_text(str(error), 10_000),
        attempts=1,
        original=document,
        at=now,
    )


def readable_original(original: bytes) -> str | None:
    r"""The original as text, None if it is not UTF-8.

    >>> readable_original(b"{"), readable_original(b"\xff")
    ('{', None)
    """
    try:
        return original.decode()
    except UnicodeDecodeError:
        return None


def _text(text: str, longest: int) -> str:
    """What every database keeps: bounded, since parts of it are indexed, and without NUL."""
    return text.replace("\x00", "\ufffd")[:longest]
