"""`handraise stop` and `handraise resume`: the switch for all automatic decisions."""

from typing import Annotated

import typer

from handraise.client import ProjectState
from handraise.commands.access import reach

Reason = Annotated[str, typer.Option(help="Why; it is kept in the record.")]


def stop(project: str, *, reason: Reason) -> None:
    """Stop all automatic decisions of a project: everything goes to people."""
    with reach() as client:
        _say(client.stop(project, reason))


def resume(project: str, *, reason: Reason) -> None:
    """Let a project decide automatically again."""
    with reach() as client:
        _say(client.resume(project, reason))


def _say(state: ProjectState) -> None:
    typer.echo(f"automation of {state.configuration.name}: {state.automation}")
