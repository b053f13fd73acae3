"""`handraise report`: what people add to a project."""

from pathlib import Path
from typing import Annotated

import typer

from handraise import report_page
from handraise.client import Figure
from handraise.commands.access import reach
from handraise.output import AsJson, say, show


def report(
    project: str,
    *,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write a page to keep.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Tell what people add to a project, each figure with its interval and definition."""
    with reach() as client:
        found = client.contribution(project)
    if html is not None:
        html.write_text(report_page.page(found), encoding="utf-8")
        say(f"written to {html}")
    elif as_json:
        typer.echo(found.model_dump_json(indent=2))
    else:
        show([_row(figure) for figure in found.figures], as_json=False, empty="nothing is known")
        promises = [
            {"certificate": c.name, "says": c.statement, "estimated": c.estimated}
            for c in found.certificates
        ]
        typer.echo()
        show(promises, as_json=False, empty="nothing was promised of automatic decisions yet")


def _row(figure: Figure) -> dict[str, object]:
    return {
        "figure": figure.name.replace("_", " "),
        "value": report_page.told(figure.value, figure.unit),
        "95 % interval": report_page.interval(figure),
        "rests on": figure.rests_on,
        "definition": figure.definition,
    }
