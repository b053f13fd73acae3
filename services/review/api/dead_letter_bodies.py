"""What the routes for dead letters take and give."""

from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, StringConstraints

from services.review.api.bodies import Body
from services.review.api.cursors import LARGEST, NextCursor, written
from services.review.domain.dead_letters import (
    Letter,
    LetterState,
    Selection,
    cure,
    readable_original,
)
from services.review.use_cases.dead_letters import Listed, Shown, WorkDeadLetters

Word = Annotated[str, StringConstraints(min_length=1, max_length=600, pattern=r"^[^\x00]*$")]
LetterId = Annotated[int, Field(ge=1, le=LARGEST)]
Why = Annotated[str, StringConstraints(min_length=1, max_length=1000, pattern=r"^[^\x00]*$")]


class Filter(Body):
    """Which waiting letters are meant; what is left out means any.

    `upto` spares the letters that came in after that one, so that nothing unseen is settled.
    """

    project: Word | None = None
    reason: Word | None = None
    stream: Word | None = None
    upto: LetterId | None = None

    def selection(self, letters: WorkDeadLetters) -> Selection:
        """The same for the use cases."""
        selection = Selection(project=self.project, reason=self.reason, upto=self.upto)
        return letters.of_stream(selection, self.stream)


class Drop(Body):
    """Why a letter is dropped."""

    reason: Why


class DropAll(Body):
    """Which letters are dropped, and why."""

    filter: Filter
    reason: Why


class LetterAnswer(BaseModel):
    """A dead letter; `size` is that of the original in bytes."""

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
    state: LetterState
    settled_by: str | None
    settled_at: datetime | None
    settle_reason: str | None
    cure: str

    @classmethod
    def of(cls, letter: Letter) -> Self:
        """From a letter."""
        return cls(**_values(letter))


class Original(BaseModel):
    """The bytes that were refused: as text where they are UTF-8, else in base64."""

    encoding: Literal["text", "base64"]
    content: str

    @classmethod
    def of(cls, original: bytes) -> Self:
        """From the bytes."""
        text = readable_original(original)
        if text is None:
            return cls(encoding="base64", content=b64encode(original).decode())
        return cls(encoding="text", content=text)


class ShownLetterAnswer(LetterAnswer):
    """A dead letter with its original."""

    retriable: bool
    original: Original

    @classmethod
    def shown(cls, shown: Shown) -> Self:
        """From a letter with its original."""
        return cls(
            **_values(shown.letter),
            retriable=shown.retriable,
            original=Original.of(shown.original),
        )


class KindAnswer(BaseModel):
    """How many letters of a kind wait, and what to do about them."""

    project: str
    reason: str
    count: int
    cure: str


class LettersAnswer(BaseModel):
    """Dead letters, newest first; `waiting` counts all that wait, whatever was asked for."""

    dead_letters: list[LetterAnswer]
    next_before: int | None
    next_cursor: NextCursor
    waiting: list[KindAnswer]

    @classmethod
    def of(cls, listed: Listed) -> Self:
        """From a page of letters."""
        return cls(
            dead_letters=[LetterAnswer.of(letter) for letter in listed.letters],
            next_before=listed.older,
            next_cursor=written("dead-letters", listed.older) if listed.older else None,
            waiting=kinds(listed.counts),
        )


class RetriedAnswer(BaseModel):
    """How many went back, and how many of those asked for cannot: their stream is not ours."""

    retried: int
    refused: int


class DroppedAnswer(BaseModel):
    """How many were dropped."""

    dropped: int


def kinds(counts: Mapping[tuple[str, str], int]) -> list[KindAnswer]:
    """Counts by project and reason, the most frequent first."""
    ordered = sorted(counts.items(), key=lambda kind: (-kind[1], kind[0]))
    return [
        KindAnswer(project=project, reason=reason, count=count, cure=cure(reason))
        for (project, reason), count in ordered
    ]


def _values(letter: Letter) -> dict[str, object]:
    names = (name for name in LetterAnswer.model_fields if name != "cure")
    return {name: getattr(letter, name) for name in names} | {"cure": cure(letter.reason)}
