"""`handraise republish`: let review say again what it said."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from handraise.commands.access import reach
from shared.errors import Misconfigured


def republish(
    *,
    since: Annotated[
        str | None, typer.Option(help="From this time on, e.g. 2026-01-31T09:30:00Z.")
    ] = None,
    minutes: Annotated[
        int | None, typer.Option(min=1, max=527_040, help="Of the last so many minutes.")
    ] = None,
) -> None:
    """Send projects, decisions and corrections to Redis again, with the same ids."""
    if (since is None) == (minutes is None):
        raise Misconfigured("give either --since TIME or --minutes N")
    with reach() as client:
        answer = client.republish(since=_time(since), minutes=minutes)
    typer.echo(f"{answer.entries} entries since {answer.since.isoformat()} are gone through")


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Misconfigured(f"--since {text}: write it as 2026-01-31T09:30:00Z") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
