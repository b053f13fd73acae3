"""`handraise ledger`: checking the record, and taking it out."""

import json
import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from handraise import ledger_files
from handraise.client import Client, LedgerVerification, SignedHead, StoredEntry, Verification
from handraise.commands.access import reach
from handraise.explaining import story
from handraise.output import AsJson, say, show
from shared.errors import Misconfigured

app = typer.Typer(no_args_is_help=True, help="The record of all that was decided.")
Head = Annotated[
    Path | None, typer.Option(help="A head that was kept elsewhere, to compare with it.")
]
Keys = Annotated[
    list[str] | None,
    typer.Option("--key", help="A public key, in hex, that is trusted besides the one in use."),
]
Out = Annotated[Path | None, typer.Option(help="Write to this file, not to standard output.")]


_STATES = {
    "intact": "nothing of it was altered; `handraise ledger export-record` takes the proof out",
    "unsealed": "its newest entries are sealed in a few seconds; nothing else of it was altered",
    "altered": "ALTERED after it was sealed: `handraise ledger verify` says what, and what to do",
}


class Format(StrEnum):
    """How a ledger is written down."""

    JSONL = "jsonl"
    PARQUET = "parquet"


@app.callback()
def _ledger() -> None:
    """The record of all that was decided."""


@app.command("verify")
def verify(
    *,
    head: Head = None,
    key: Keys = None,
    certificates: Annotated[
        bool, typer.Option("--certificates", help="Count every block of every project again.")
    ] = False,
    project: Annotated[
        str | None, typer.Option(help="With --certificates: of this project only.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check the record: edits, deletions, reordering, truncation; exit 1 if there is any."""
    with reach() as client:
        if certificates:
            _count_again(client, project, as_json=as_json)
        else:
            _verify(client.verify_ledger(_read_head(head), key or []), as_json=as_json)


@app.command("head")
def head(*, out: Out = None) -> None:
    """Print the newest signed head; keep it where whoever can change the ledger cannot write."""
    with reach() as client:
        _write(client.ledger_head().model_dump_json(indent=1), out)


@app.command("show")
def show_event(project: str, event_id: str, *, as_json: AsJson = False) -> None:
    """Tell why an event was decided as it was, by which model, and what that had learned from."""
    with reach() as client:
        proof = client.prove(project, event_id)
    show(story(proof), as_json=as_json, empty="nothing is recorded")
    if not as_json:
        typer.echo(_STATES.get(proof.state, proof.state))


@app.command("export-record")
def export_record(project: str, event_id: str, *, head: Head = None, out: Out = None) -> None:
    """Take the record of a decision out, with its proof; `verify-record` checks it anywhere."""
    kept = _read_head(head)
    with reach() as client:
        record = client.prove(project, event_id, kept=kept.number if kept else None)
    _write(record.model_dump_json(indent=1), out)


@app.command("verify-record")
def verify_record(
    record: Path,
    *,
    head: Head = None,
    key: Annotated[str | None, typer.Option(help="The public key that you trust, in hex.")] = None,
) -> None:
    """Check a record against its signed heads, without the installation; exit 1 if altered."""
    from handraise.standalone import verify_record as alone  # noqa: PLC0415 - for this only

    given = ["--head", str(head)] if head else []
    given += ["--key", key] if key else []
    raise typer.Exit(alone.main([str(record), *given]))


@app.command("export")
def export(
    project: str,
    *,
    form: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.JSONL,
    out: Out = None,
) -> None:
    """Write the ledger of a project as JSON Lines or Parquet, oldest entry first.

    Its fields are described by docs/reference/schemas/ledger.entry.json.
    """
    if form is Format.PARQUET and out is None:
        raise Misconfigured("Parquet is no text: name a file with --out")
    with reach() as client:
        if form is Format.PARQUET and out is not None:
            count = ledger_files.write_parquet(_entries(client, project), out)
        elif out is not None:
            with out.open("w", encoding="utf-8") as file:
                count = ledger_files.write_lines(_entries(client, project), file)
        else:
            count = ledger_files.write_lines(_entries(client, project), sys.stdout)
    say(f"{count} entries of {project}")


def _entries(client: Client, project: str) -> Iterator[StoredEntry]:
    cursor: str | None = None
    while True:
        page = client.ledger_entries(project, cursor=cursor)
        yield from page.entries
        cursor = page.next_cursor
        if cursor is None:
            return


def _verify(found: LedgerVerification, *, as_json: bool) -> None:
    if as_json:
        typer.echo(found.model_dump_json(indent=2))
    elif found.faults:
        rows = [fault.model_dump(include={"entry", "wrong", "cure"}) for fault in found.faults]
        show(rows, as_json=False, empty="")
    else:
        newest = (
            f"head {found.newest.number}, key {found.newest.key}" if found.newest else "no head"
        )
        typer.echo(
            f"nothing was altered: {found.entries} entries under {found.seals} seals ({newest}); "
            f"{found.unsealed} wait for the next"
        )
    if found.faults:
        raise typer.Exit(1)


def _count_again(client: Client, project: str | None, *, as_json: bool) -> None:
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


def _read_head(path: Path | None) -> SignedHead | None:
    if path is None:
        return None
    try:
        return SignedHead.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, ValidationError) as error:
        raise Misconfigured(
            f"{path} holds no head: write one with `handraise ledger head --out FILE` ({error})"
        ) from error


def _write(text: str, out: Path | None) -> None:
    if out is None:
        typer.echo(text)
    else:
        out.write_text(f"{text}\n", encoding="utf-8")
