"""`handraise stop` and `handraise resume`: the switch for all automatic decisions."""

from typing import Annotated

import typer

from handraise.commands.access import reach

Reason = Annotated[str, typer.Option(help="Why; it is kept in the record.")]


def stop(project: str, *, reason: Reason) -> None:
    """Stop all automatic decisions of a project: everything goes to people."""
    _switch(project, "stop", reason)


def resume(project: str, *, reason: Reason) -> None:
    """Let a project decide automatically again."""
    _switch(project, "resume", reason)


def _switch(project: str, action: str, reason: str) -> None:
    with reach() as client:
        state = client.switch(project, action, reason)
    typer.echo(f"automation of {project}: {state.automation}")
