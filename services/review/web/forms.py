"""Reading the small forms of our pages."""

from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import parse_qs

from fastapi import Request

from services.review.errors import Invalid

_MOST_DIGITS = 15
Read = Callable[[Request], Awaitable[dict[str, str]]]


def form_of(most_bytes: int) -> Read:
    """A dependency that reads the fields of a form which is at most so long."""

    async def read(request: Request) -> dict[str, str]:
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > most_bytes:
                raise Invalid("this form is too large; go back and answer again")
        fields = parse_qs(body.decode(errors="replace"), keep_blank_values=True)
        return {name: values[-1] for name, values in fields.items()}

    return read


def number_of(form: Mapping[str, str], name: str) -> int:
    """An id that a form carries; 0, which nothing has, where it is none.

    >>> number_of({"task": "42"}, "task"), number_of({"task": "4.2"}, "task")
    (42, 0)
    """
    text = form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else 0
