"""`handraise ledger`: checking the record."""

from typing import Annotated

import typer

from handraise.client import Verification
from handraise.commands.access import reach
from handraise.output import AsJson, show
from shared.errors import Misconfigured

app = typer.Typer(no_args_is_help=True, help="The record of all that was decided.")


@app.callback()
def _ledger() -> None:
    """The record of all that was decided."""


@app.command("verify")
def verify(
    *,
    certificates: Annotated[
        bool, typer.Option("--certificates", help="Count every block of every project again.")
    ] = False,
    project: Annotated[str | None, typer.Option(help="Of this project only.")] = None,
    as_json: AsJson = False,
) -> None:
    """Check the record; exit 1 if anything in it contradicts the rest."""
    if not certificates:
        raise Misconfigured("say what to check: --certificates")
    with reach() as client:
        names = [project] if project else [s.configuration.name for s in client.projects()]
        found = [client.verify_certificates(name) for name in names]
    show([_row(one) for one in found], as_json=as_json, empty="there is no project")
    if any(one.contradictions for one in found):
        raise typer.Exit(1)


def _row(found: Verification) -> dict[str, object]:
    return {
        "project": found.project,
        "entries": found.entries,
        "blocks": found.blocks,
        "verdict": "\n".join(found.contradictions) or "as recorded",
    }
