"""Writes docs/reference from the code; `--check` names the files that are out of date."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from docs.generator.access import access_page
from docs.generator.cli import cli_page
from docs.generator.events import events_page, streams_page
from docs.generator.http import http_page, read_api
from docs.generator.metrics import metrics_page
from docs.generator.settings import settings_page
from handraise.client import StoredEntry
from shared import asyncapi

REFERENCE = Path(__file__).parent / "reference"


def pages() -> dict[str, str]:
    """The content of every generated file, by its path within docs/reference."""
    api = read_api()
    schemas = asyncapi.json_schemas()
    return {
        "settings.md": settings_page(),
        "metrics.md": metrics_page(),
        "streams.md": streams_page(),
        "events.md": events_page(),
        "access.md": access_page(),
        "http.md": http_page(api),
        "cli.md": cli_page(),
        "openapi.json": _json(api.openapi),
        "asyncapi.json": _json(asyncapi.document()),
        "schemas/ledger.entry.json": _json(StoredEntry.model_json_schema()),
        **{f"schemas/{kind.value}.json": _json(schema) for kind, schema in schemas.items()},
    }


def stale(directory: Path, wanted: Mapping[str, str]) -> list[str]:
    """Files that are missing, differ, or should not be there."""
    present = {str(path.relative_to(directory)) for path in directory.rglob("*") if path.is_file()}
    different = {
        name
        for name in present & wanted.keys()
        if (directory / name).read_text(encoding="utf-8") != wanted[name]
    }
    return sorted(different | (present ^ wanted.keys()))


def write(directory: Path, wanted: Mapping[str, str]) -> None:
    """Bring a directory in line with what it should hold."""
    for name in stale(directory, wanted):
        path = directory / name
        if name in wanted:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[name], encoding="utf-8")
        else:
            path.unlink()


def main(arguments: list[str]) -> int:
    """Write the files, or with `--check` only compare them."""
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: python docs/generate.py [--check]\n")
        return 2
    wanted = pages()
    if not arguments:
        write(REFERENCE, wanted)
        return 0
    names = stale(REFERENCE, wanted)
    for name in names:
        sys.stderr.write(f"out of date: docs/reference/{name}; run python docs/generate.py\n")
    return 1 if names else 0


def _json(document: object) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
