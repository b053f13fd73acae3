"""The ledger as files for other programs: JSON Lines, and Parquet."""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from handraise.client import StoredEntry
from shared.errors import Misconfigured

_ROWS = 20_000
"""In a row group of Parquet."""


def write_lines(entries: Iterable[StoredEntry], file: TextIO) -> int:
    """One JSON object a line; how many."""
    count = 0
    for count, entry in enumerate(entries, 1):  # noqa: B007 - the last count is the answer
        file.write(f"{entry.model_dump_json()}\n")
    return count


def write_parquet(entries: Iterable[StoredEntry], path: Path) -> int:
    """The same fields as columns; how many rows.

    Raises:
        Misconfigured: pyarrow is not installed.
    """
    try:
        import pyarrow as arrow  # noqa: PLC0415 - 100 MB, for this only
        from pyarrow import parquet  # noqa: PLC0415 - the same
    except ImportError as error:
        raise Misconfigured(
            "Parquet needs pyarrow: `pip install handraise[parquet]`, or export as jsonl"
        ) from error
    numbers, count = {"sequence": arrow.int64(), "revision": arrow.int32()}, 0
    fields = {name: numbers.get(name, arrow.string()) for name in StoredEntry.model_fields}
    schema = arrow.schema([*(fields | {"at": arrow.timestamp("us", tz="UTC")}).items()])
    with parquet.ParquetWriter(path, schema) as writer:
        for rows in _groups(entries):
            table = arrow.Table.from_pylist(rows, schema=arrow.schema([*fields.items()]))
            writer.write_table(table.cast(schema))
            count += len(rows)
    return count


def _groups(entries: Iterable[StoredEntry]) -> Iterator[list[dict[str, Any]]]:
    rest = iter(entries)
    while rows := [entry.model_dump() for entry in islice(rest, _ROWS)]:
        yield rows
