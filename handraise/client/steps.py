"""What an operation asks and how it reads the answer, without saying how it is sent.

An operation is a generator: it yields requests, is given responses, and returns its result. So each
is written once, and a client that waits and one that awaits both run it.
"""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar
from urllib.parse import quote

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from shared.errors import HandraiseError

T = TypeVar("T")
_A_PAGE = "500"


class Answer(BaseModel):
    """What the service answers; what a newer one says besides is ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Request:
    """One request.

    Attributes:
        repeatable: sent twice, it does no more than sent once.
        seconds: how long an answer may take.
    """

    method: str
    path: str
    body: object = None
    query: Mapping[str, str] = field(default_factory=dict)
    key: str | None = None
    repeatable: bool = False
    seconds: float = 30.0

    @property
    def headers(self) -> dict[str, str]:
        """What it bears besides the token."""
        return {"Idempotency-Key": self.key} if self.key else {}

    @property
    def may_repeat(self) -> bool:
        """Whether it may be sent again when nobody knows what became of it."""
        return self.repeatable or self.key is not None or self.method != "POST"


Steps: TypeAlias = Generator[Request, httpx.Response, T]


def ask(answer: type[M], request: Request) -> Steps[M]:
    """One request, and its answer."""
    response = yield request
    try:
        return answer.model_validate_json(response.content)
    except ValidationError as error:
        raise HandraiseError(
            f"{request.path} gave an answer that this version does not understand: {error}"
        ) from error


def tell(request: Request) -> Steps[None]:
    """One request whose answer says nothing."""
    yield request


class Page(Answer):
    """A part of a list."""

    next_cursor: str | None = None


P = TypeVar("P", bound=Page)


def pages(page: type[P], path: str, query: Mapping[str, str] | None = None) -> Steps[Sequence[P]]:
    """A list, page by page to its end."""
    found: list[P] = []
    wanted = {**(query or {}), "limit": _A_PAGE}
    while True:
        found.append((yield from ask(page, Request("GET", path, query=wanted))))
        cursor = found[-1].next_cursor
        if cursor is None:
            return found
        wanted = {**wanted, "cursor": cursor}


def part(text: str | int) -> str:
    """Text as one part of a path.

    >>> part("a/b")
    'a%2Fb'
    """
    return quote(str(text), safe="")
