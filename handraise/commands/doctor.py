"""`handraise doctor`: what is wrong with this installation, and the cure."""

from typing import Annotated

import typer

from handraise.commands.access import settings_for
from handraise.diagnosis import examine
from handraise.output import AsJson, DataDir, show


def doctor(
    *,
    repair: Annotated[
        bool, typer.Option("--repair", help="Let what is missing follow, at once.")
    ] = False,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Look for what is wrong with this installation, and name the cure."""
    findings = examine(settings_for(data_dir), mend=repair)
    rows = [
        {"check": f.check, "state": "ok" if f.good else "WRONG", "found": f.found, "cure": f.cure}
        for f in findings
    ]
    show(rows, as_json=as_json, empty="")
    if not all(finding.good for finding in findings):
        raise typer.Exit(1)
