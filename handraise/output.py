"""What commands show: a table for people, JSON for programs."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
DataDir = Annotated[
    str | None,
    typer.Option("--data-dir", help="Where data lives (default: ./.handraise).", metavar="DIR"),
]

_COMMANDS = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Control characters, and those that turn the direction of writing."""


def show(rows: Sequence[Mapping[str, object]], *, as_json: bool, empty: str) -> None:
    """Print rows that have the same keys.

    Args:
        rows: one mapping a row; its keys head the columns.
        as_json: a JSON array instead of a table.
        empty: said to people when there is no row.
    """
    if as_json:
        typer.echo(json.dumps([*map(dict, rows)], indent=2, default=str))
    elif not rows:
        typer.echo(empty)
    else:
        table = Table(*rows[0], box=None, pad_edge=False, header_style="bold")
        for row in rows:
            table.add_row(*(Text(_cell(value)) for value in row.values()))
        console().print(table)


def console() -> Console:
    """Standard output, plain where it is not a terminal."""
    found = Console(highlight=False, soft_wrap=False)
    return found if found.is_terminal else Console(highlight=False, width=160)


def say(line: str) -> None:
    """One line for people, apart from a command's result."""
    typer.echo(line, err=True)


def _cell(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:.3f}" if isinstance(value, float) else visible(str(value))


def visible(text: str) -> str:
    r"""Text from outside as a terminal may show it: what would command it is spelled out.

    >>> visible("red: \x1b[31m, backwards: \u202e")
    'red: \\x1b[31m, backwards: \\u202e'
    """
    return "".join(c if c in "\n\t" or not _COMMANDS.match(c) else _spelled(c) for c in text)


def _spelled(character: str) -> str:
    return character.encode("unicode_escape").decode()
