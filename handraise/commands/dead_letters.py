"""`handraise dead-letters`: entries that could not be processed, until somebody settles them."""

import json
import sys
from enum import StrEnum
from typing import Annotated

import typer

from handraise.client import DeadLetter, DeadLetters
from handraise.commands.access import reach
from handraise.output import AsJson, say, show, visible

app = typer.Typer(no_args_is_help=True, help="Entries that could not be processed.")

_LONGEST_MESSAGE = 80


class State(StrEnum):
    """What became of a dead letter."""

    WAITING = "waiting"
    RETRIED = "retried"
    DROPPED = "dropped"
    ALL = "all"


Id = Annotated[int, typer.Argument(metavar="ID", min=1)]
MaybeId = Annotated[int | None, typer.Argument(metavar="[ID]", min=1)]
All = Annotated[bool, typer.Option("--all", help="All that wait and match, instead of one.")]
OfProject = Annotated[str | None, typer.Option("--project", "-p", help="Of this project only.")]
OfKind = Annotated[
    str | None, typer.Option("--reason", "--kind", help="Refused for this reason only.")
]
OfStream = Annotated[str | None, typer.Option("--stream", help="From this stream only.")]


@app.command("list")
def list_(  # noqa: PLR0913 - each is an option
    *,
    project: OfProject = None,
    reason: OfKind = None,
    stream: OfStream = None,
    state: Annotated[State, typer.Option(help="What became of them.")] = State.WAITING,
    limit: Annotated[int, typer.Option(min=1, max=500, help="At most so many.")] = 50,
    before: Annotated[int | None, typer.Option(min=1, help="Only older ones.")] = None,
    as_json: AsJson = False,
) -> None:
    """List dead letters, newest first, with what to do about them."""
    wanted = _wanted(project, reason, stream) | {"state": state.value}
    with reach() as client:
        found = client.dead_letters(wanted, limit=limit, before=before)
    rows = [_row(letter) for letter in found.dead_letters]
    if as_json:
        show([_whole(letter) for letter in found.dead_letters], as_json=True, empty="")
        return
    show(rows, as_json=False, empty="no dead letters")
    _advise(found, wanted)


@app.command("show")
def show_(
    letter: Id,
    *,
    original: Annotated[
        bool, typer.Option("--original", help="Print the original only, byte for byte.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show one dead letter with its original."""
    with reach() as client:
        shown = client.dead_letter(letter)
    if original:
        sys.stdout.buffer.write(shown.original.bytes)
        return
    row = _whole(shown) | {
        "retriable": shown.retriable,
        "original": shown.original.content,
        "original_encoding": shown.original.encoding,
    }
    if as_json:
        typer.echo(json.dumps(row, indent=2))
        return
    show([{"key": key, "value": value} for key, value in row.items()], as_json=False, empty="")
    if shown.state == State.WAITING:
        retry = f"`handraise dead-letters retry {shown.id}` or " if shown.retriable else ""
        say(f"next: {retry}`handraise dead-letters drop {shown.id} --reason WHY`")


@app.command("retry")
def retry(
    letter: MaybeId = None,
    *,
    every: All = False,
    project: OfProject = None,
    reason: OfKind = None,
    stream: OfStream = None,
) -> None:
    """Send originals again, once the cause is mended; what fails again is a new dead letter."""
    wanted = _wanted(project, reason, stream)
    _one_or_all(letter, wanted, every=every)
    with reach() as client:
        if letter is not None:
            back = client.retry_dead_letter(letter)
            typer.echo(f"dead letter {letter}: its original went back to {visible(back.stream)}")
            return
        done = client.retry_dead_letters(wanted)
    typer.echo(f"{done.retried} originals went back to their streams")
    if done.refused:
        say(
            f"error: {done.refused} cannot be retried: their streams are none that originals go "
            "back to; look at them with `handraise dead-letters list`, then drop them"
        )
        raise typer.Exit(1)


@app.command("drop")
def drop(
    letter: MaybeId = None,
    *,
    why: Annotated[str, typer.Option("--reason", help="Why; it is kept in the record.")],
    every: All = False,
    project: OfProject = None,
    kind: Annotated[
        str | None, typer.Option("--kind", help="Refused for this reason only.")
    ] = None,
    stream: OfStream = None,
) -> None:
    """Settle dead letters without sending anything; they are kept for a while."""
    wanted = _wanted(project, kind, stream)
    _one_or_all(letter, wanted, every=every)
    with reach() as client:
        if letter is not None:
            client.drop_dead_letter(letter, why)
            typer.echo(f"dead letter {letter} is dropped")
        else:
            typer.echo(f"{client.drop_dead_letters(wanted, why)} dead letters are dropped")


def _wanted(project: str | None, reason: str | None, stream: str | None) -> dict[str, str]:
    given = {"project": project, "reason": reason, "stream": stream}
    return {name: value for name, value in given.items() if value is not None}


def _one_or_all(letter: int | None, wanted: dict[str, str], *, every: bool) -> None:
    """A slip of the finger must not settle more than was meant."""
    if (letter is None) != every:
        raise typer.BadParameter("name one ID, or say --all (with --project and the like)")
    if letter is not None and wanted:
        raise typer.BadParameter("one ID needs no filter; with --all, leave the ID out")


def _row(letter: DeadLetter) -> dict[str, object]:
    message = " ".join(letter.message.split())
    cut = message if len(message) <= _LONGEST_MESSAGE else f"{message[:_LONGEST_MESSAGE]}..."
    settled = f"{letter.state} by {letter.settled_by}" if letter.settled_by else letter.state
    return {
        "id": letter.id,
        "at": f"{letter.at:%Y-%m-%d %H:%M:%S}",
        "project": letter.project,
        "stream": letter.stream,
        "reason": letter.reason,
        "tries": letter.attempts,
        "message": cut,
        "state": settled,
    }


def _whole(letter: DeadLetter) -> dict[str, object]:
    return letter.model_dump(mode="json", exclude={"original", "retriable"})


def _advise(found: DeadLetters, wanted: dict[str, str]) -> None:
    """For people, on standard error: what waits in all, why, and what to type next."""
    cures = {kind.reason: kind.cure for kind in found.waiting}
    for reason, cure in sorted(cures.items()):
        count = sum(kind.count for kind in found.waiting if kind.reason == reason)
        say(f"{count} wait as {visible(reason)}. {cure}")
    if found.next_before:
        words = " ".join(f"--{name} {value}" for name, value in wanted.items())
        older = f"{visible(words)} --before {found.next_before}"
        say(f"older ones: `handraise dead-letters list {older}`")
    if found.dead_letters:
        say(
            f"next: `handraise dead-letters show {found.dead_letters[0].id}`; the cause mended: "
            "`handraise dead-letters retry ID`, or `retry --all --reason R`"
        )
