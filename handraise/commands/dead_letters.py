"""`handraise dead-letters`: entries that could not be processed."""

import base64
import json
from typing import Annotated

import typer

from handraise.commands.access import installation
from handraise.embedded import connect
from handraise.installation import require_redis
from handraise.output import AsJson, show
from shared.errors import HandraiseError, Malformed
from shared.events import CloudEvent, EventDeadLettered
from shared.streams import FIELD, Stream

app = typer.Typer(no_args_is_help=True, help="Entries that could not be processed.")


@app.command("list")
def list_(
    *,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List dead letters, newest first."""
    place = installation()
    with connect(require_redis(place)) as redis:
        key = Stream.DEAD_LETTERS.key(place.prefix)
        entries = redis.xrevrange(key, count=limit)
    rows = [_row(entry.decode(), fields.get(FIELD, b"")) for entry, fields in entries]
    show(rows, as_json=as_json, empty="no dead letters")


@app.command("show")
def show_(entry: Annotated[str, typer.Argument(metavar="ID")], *, as_json: AsJson = False) -> None:
    """Show one dead letter with the original, byte for byte."""
    place = installation()
    with connect(require_redis(place)) as redis:
        found = redis.xrange(Stream.DEAD_LETTERS.key(place.prefix), min=entry, max=entry, count=1)
    if not found:
        raise HandraiseError(f"no dead letter {entry}: `handraise dead-letters list` names them")
    document = found[0][1].get(FIELD, b"")
    original = base64.b64decode(_letter(document).original_base64).decode(errors="replace")
    row = _row(entry, document) | {"original": original}
    if as_json:
        typer.echo(json.dumps(row, indent=2))
    else:
        rows = [{"key": key, "value": value} for key, value in row.items()]
        show(rows, as_json=False, empty="")


def _row(entry: str, document: bytes) -> dict[str, object]:
    try:
        event = CloudEvent.decode(document)
    except Malformed as error:
        return {"id": entry, "project": None, "reason": "unreadable", "message": str(error)}
    letter = _letter(document)
    return {
        "id": entry,
        "project": event.project,
        "stream": letter.stream,
        "reason": letter.reason,
        "attempts": letter.attempts,
        "message": letter.message,
        "at": event.time.isoformat(timespec="seconds"),
    }


def _letter(document: bytes) -> EventDeadLettered:
    data = CloudEvent.decode(document).data
    if not isinstance(data, EventDeadLettered):
        raise Malformed("not an event.dead_lettered.v1 document")
    return data
