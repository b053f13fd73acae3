"""Pages and tables in Markdown."""

from collections.abc import Iterable, Sequence

NOTICE = "<!-- Written by docs/generate.py: change the code, then run it again. -->"


def page(title: str, *parts: str) -> str:
    """A page of reference, its parts separated by empty lines."""
    return "\n\n".join([f"# {title}", NOTICE, *parts]) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; what would break a cell is escaped."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(_cell(text) for text in line)} |" for line in lines)


def code(text: str) -> str:
    """Text as code, nothing for nothing.

    >>> code("a"), code("")
    ('`a`', '')
    """
    return f"`{text}`" if text else ""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
