"""Dead letters."""

from base64 import b64decode
from collections.abc import Mapping
from typing import Literal
from uuid import uuid4

from pydantic import AwareDatetime

from handraise.client.steps import Answer, Page, Request, Steps, ask, part

_PATH = "/v1/dead-letters"


class DeadLetter(Answer):
    """An entry that could not be processed; `size` is that of the original in bytes."""

    id: int
    project: str
    stream: str
    entry_id: str
    reason: str
    message: str
    attempts: int
    size: int
    at: AwareDatetime
    state: str
    settled_by: str | None
    settled_at: AwareDatetime | None
    settle_reason: str | None
    cure: str


class Original(Answer):
    """The bytes that were refused, as text or in base64."""

    encoding: Literal["text", "base64"]
    content: str

    @property
    def bytes(self) -> bytes:
        """The original, byte for byte."""
        return self.content.encode() if self.encoding == "text" else b64decode(self.content)


class ShownDeadLetter(DeadLetter):
    """A dead letter with its original."""

    retriable: bool
    original: Original


class DeadLetterKind(Answer):
    """How many dead letters of a kind wait, and what to do about them."""

    project: str
    reason: str
    count: int
    cure: str


class DeadLetters(Page):
    """Dead letters, newest first, and how many wait in all."""

    dead_letters: list[DeadLetter]
    next_before: int | None
    waiting: list[DeadLetterKind]


class Retried(Answer):
    """How many went back, and how many cannot."""

    retried: int
    refused: int


class _Dropped(Answer):
    dropped: int


def dead_letters(
    wanted: Mapping[str, str] | None = None,
    *,
    limit: int = 50,
    before: int | None = None,
    cursor: str | None = None,
) -> Steps[DeadLetters]:
    """Dead letters, newest first; `wanted` may name project, reason, stream and state."""
    given = {**(wanted or {}), "limit": limit, "before": before, "cursor": cursor}
    query = {name: str(value) for name, value in given.items() if value is not None}
    return ask(DeadLetters, Request("GET", _PATH, query=query))


def dead_letter(identity: int) -> Steps[ShownDeadLetter]:
    """One dead letter with its original."""
    return ask(ShownDeadLetter, Request("GET", f"{_PATH}/{part(identity)}"))


def retry_dead_letter(identity: int) -> Steps[DeadLetter]:
    """Put an original back on its stream; a letter is retried once."""
    request = Request("POST", f"{_PATH}/{part(identity)}/retry", key=str(uuid4()))
    return ask(DeadLetter, request)


def retry_dead_letters(wanted: Mapping[str, str | int]) -> Steps[Retried]:
    """Put all waiting originals of a kind back on their streams."""
    return ask(Retried, Request("POST", f"{_PATH}/retry", dict(wanted), repeatable=True))


def drop_dead_letter(identity: int, reason: str) -> Steps[DeadLetter]:
    """Settle a dead letter without sending anything."""
    path, body = f"{_PATH}/{part(identity)}/drop", {"reason": reason}
    return ask(DeadLetter, Request("POST", path, body, key=str(uuid4())))


def drop_dead_letters(wanted: Mapping[str, str | int], reason: str) -> Steps[int]:
    """Settle all waiting dead letters of a kind without sending anything; how many."""
    body = {"filter": dict(wanted), "reason": reason}
    request = Request("POST", f"{_PATH}/drop", body, repeatable=True)
    return (yield from ask(_Dropped, request)).dropped
