"""`handraise send`: upstream in one line."""

import contextlib
import itertools
import sys
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TextIO

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from handraise.client import MAX_EVENTS, Client
from handraise.commands.access import installation, reach, settings_for
from handraise.installation import require_redis
from handraise.output import say
from handraise.publish import Publisher
from handraise.rows import BadRow, Row, csv_rows, json_rows
from shared.clock import SystemClock
from shared.connecting import connect_blocking
from shared.errors import Misconfigured
from shared.events import ScoringRequested
from shared.layout import check
from shared.project import Project

Deliver = Callable[[Sequence[ScoringRequested]], None]


class Layout(StrEnum):
    """How a file is written."""

    JSONL = "jsonl"
    CSV = "csv"


class Via(StrEnum):
    """Which door the events take."""

    HTTP = "http"
    REDIS = "redis"


def send(
    file: Annotated[Path, typer.Argument(help="JSON Lines or CSV; - for standard input.")],
    *,
    project: Annotated[str, typer.Option("--project", "-p", help="Which project decides.")],
    id_field: Annotated[str, typer.Option(help="Field or column with the id.")] = "event_id",
    layout: Annotated[
        Layout | None, typer.Option("--format", help="By default from the file's name.")
    ] = None,
    via: Annotated[Via, typer.Option(help="The HTTP API, or straight into Redis.")] = Via.HTTP,
    batch: Annotated[int, typer.Option(min=1, max=MAX_EVENTS, help="Events a request.")] = 500,
) -> None:
    """Send events to be decided; sending one again changes nothing."""
    layout = layout or (Layout.CSV if file.suffix.lower() == ".csv" else Layout.JSONL)
    with reach(retries=6) as client, _opened(file) as lines:
        known = client.project(project).configuration
        rows = _rows(lines, layout, id_field, known)
        with _door(via, client, project) as deliver:
            sent, bad = _send_all(rows, deliver, batch, _count(file))
    say(f"{sent} events sent to {project}, {bad} bad lines skipped")
    if bad:
        raise typer.Exit(1)


def _rows(lines: TextIO, layout: Layout, id_field: str, project: Project) -> Iterator[Row]:
    if layout is Layout.CSV:
        return csv_rows(lines, id_field=id_field, project=project)
    return json_rows(lines, id_field=id_field)


def _send_all(
    rows: Iterator[Row], deliver: Deliver, size: int, total: int | None
) -> tuple[int, int]:
    """Deliver in batches; gives the counts of sent and of bad rows."""
    sent = bad = 0
    columns = (TextColumn("sending"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    screen = Console(stderr=True)
    hidden = not screen.is_terminal
    with Progress(*columns, console=screen, transient=True, disable=hidden) as progress:
        task = progress.add_task("sending", total=total)
        while chunk := list(itertools.islice(rows, size)):
            events = [row for row in chunk if isinstance(row, ScoringRequested)]
            for row in chunk:
                if isinstance(row, BadRow):
                    bad += 1
                    say(f"line {row.line}: {row.why}")
            if events:
                deliver(events)
            sent += len(events)
            progress.advance(task, len(chunk))
    return sent, bad


@contextlib.contextmanager
def _door(via: Via, client: Client, project: str) -> Iterator[Deliver]:
    if via is Via.HTTP:
        yield lambda events: client.send(project, events)
        return
    place = installation()
    with connect_blocking(require_redis(place)) as redis:
        check(redis, place.keys)
        publisher = Publisher(
            redis,
            keys=place.keys,
            project=project,
            clock=SystemClock(),
            wait_replicas=settings_for().wait_replicas,
        )
        yield publisher.send


@contextlib.contextmanager
def _opened(file: Path) -> Iterator[TextIO]:
    if str(file) == "-":
        yield sys.stdin
        return
    try:
        lines = file.open(encoding="utf-8-sig", errors="strict", newline="")
    except OSError as error:
        raise Misconfigured(f"{file}: {error.strerror}") from error
    with lines:
        yield lines


def _count(file: Path) -> int | None:
    if not file.is_file():
        return None
    with file.open("rb") as content:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: content.read(1 << 20), b""))
