"""`handraise simulate`: what another policy would come to."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from handraise.client import Compared, Simulation, Support
from handraise.commands.access import reach
from handraise.output import AsJson, show
from handraise.project_changes import changed
from handraise.project_file import read_project
from handraise.report_page import told
from shared.errors import Misconfigured


def simulate(  # noqa: PLR0913 - its options
    project: str,
    *,
    file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Another project file (YAML).")
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Change a setting, as alpha=0.02."),
    ] = None,
    reviewers: Annotated[
        int | None, typer.Option(min=1, max=1000, help="So many people (default: as there were).")
    ] = None,
    events: Annotated[int, typer.Option(min=100, max=20_000, help="The newest, at most.")] = 5000,
    since: Annotated[datetime | None, typer.Option(help="No events from before (UTC).")] = None,
    runs: Annotated[int, typer.Option(min=2, max=40, help="Plays of each file.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Tell what another policy would have made of the recorded past; nothing is changed."""
    if file is None and not settings:
        raise Misconfigured("say what to try: --file OTHER.yaml, or --set alpha=0.02")
    with reach() as client:
        other = read_project(file) if file else client.project(project).configuration
        found = client.simulate(
            changed(other, settings or ()),
            events=events,
            since=since.replace(tzinfo=UTC) if since else None,
            reviewers=reviewers,
            runs=runs,
        )
    if as_json:
        typer.echo(found.model_dump_json(indent=2))
    else:
        _tell(found)


def _tell(found: Simulation) -> None:
    typer.echo(
        f"{found.events:,} events of {found.project}, {found.since:%Y-%m-%d %H:%M} to "
        f"{found.until:%Y-%m-%d %H:%M} UTC; {found.reviewers} people, "
        f"{found.answer_seconds:.1f} s an answer; {found.runs} plays of each policy.\n"
        f"The replay of what was in force routes {found.reproduced:,} of them as they were.\n"
    )
    shown = [_row(figure) for figure in found.figures if _is_told(figure)]
    show(shown, as_json=False, empty="nothing is known")
    typer.echo("\nErrors of what would be automatic, by people's answers alone:")
    show([_supported(each) for each in found.support], as_json=False, empty="nothing would be")
    typer.echo("\nWhat this cannot know:")
    for doubt in found.doubts:
        typer.echo(f"- {doubt}")


def _is_told(figure: Compared) -> bool:
    return any(
        value is not None for value in (figure.recorded, figure.now.value, figure.other.value)
    )


def _row(figure: Compared) -> dict[str, object]:
    now, other = figure.now, figure.other
    return {
        "figure": figure.name.replace("_", " "),
        "recorded": told(figure.recorded, figure.unit),
        "now": told(now.value, figure.unit),
        "now, 95 %": _ends(now.low, now.high, figure.unit),
        "other": told(other.value, figure.unit),
        "other, 95 %": _ends(other.low, other.high, figure.unit),
    }


def _supported(support: Support) -> dict[str, object]:
    return {
        "predicted": "all" if support.label is None else support.label,
        "automatic": told(support.automatic, "events"),
        "answers": support.answers,
        "worth": told(support.effective, "events"),
        "wrong": told(support.estimate, "share"),
        "95 %": _ends(support.low, support.high, "share"),
        "support": "yes" if support.is_enough else "no",
    }


def _ends(low: float | None, high: float | None, unit: str) -> str:
    return "-" if low is None and high is None else f"{told(low, unit)} to {told(high, unit)}"
