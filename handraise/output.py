"""What commands show: a table for people, JSON for programs."""

import json
from collections.abc import Mapping, Sequence
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
DataDir = Annotated[
    str | None,
    typer.Option("--data-dir", help="Where data lives (default: ./.handraise).", metavar="DIR"),
]


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
            table.add_row(*(_cell(value) for value in row.values()))
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
    return f"{value:.3f}" if isinstance(value, float) else str(value)
