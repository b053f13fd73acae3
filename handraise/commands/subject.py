"""`handraise subject`: what describes the people whom events are about."""

from typing import Annotated

import typer

from handraise.commands.access import reach

app = typer.Typer(no_args_is_help=True, help="What describes the people whom events are about.")


@app.callback()
def _subjects() -> None:
    """What describes the people whom events are about."""


@app.command("erase")
def erase(
    project: str,
    event_ids: Annotated[list[str], typer.Argument(help="Ids of 1 to 100 events.")],
    *,
    reason: Annotated[str, typer.Option(help="Why; it is kept in the record.")],
) -> None:
    """Erase for ever what describes events; decisions stay, and so does the proof of them."""
    with reach() as client:
        done = client.erase_subjects(project, event_ids, reason)
    typer.echo(
        f"erased in {done.entries} entries of the ledger, {done.letters} dead letters and "
        f"{done.documents} entries of streams"
    )
