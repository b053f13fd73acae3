"""Rows of a file as events: JSON Lines, full or flat, and CSV."""

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NoReturn

from pydantic import ValidationError

from shared.events import FeatureValue, ScoringRequested
from shared.project import FieldKind, Project

_BOOLEANS = {
    **dict.fromkeys(("true", "yes", "y", "t", "1"), True),
    **dict.fromkeys(("false", "no", "n", "f", "0"), False),
}


@dataclass(frozen=True)
class BadRow:
    """A row that is no event.

    Attributes:
        line: its line number, from 1.
        why: what is wrong with it.
    """

    line: int
    why: str


Row = ScoringRequested | BadRow


def json_rows(lines: Iterable[str], *, id_field: str) -> Iterator[Row]:
    """Events of a JSON Lines file; blank lines are passed over.

    Args:
        lines: each a whole event (`event_id`, `features`, ...) or a flat object of features.
        id_field: the key of a flat object that holds the event id.
    """
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield _event(json.loads(line, parse_constant=_no_number), id_field)
        except (ValueError, RecursionError) as error:
            yield BadRow(number, _readable(error))


def csv_rows(lines: Iterable[str], *, id_field: str, project: Project) -> Iterator[Row]:
    """Events of a CSV file with a header.

    Args:
        lines: the file; every column but the id is a feature, an empty cell is null.
        id_field: the column that holds the event id.
        project: tells which columns are numbers or booleans.
    """
    reader = csv.DictReader(lines, strict=True)
    while True:
        try:
            row = next(reader)
            yield _event(_typed(row, project, id_field), id_field)
        except StopIteration:
            return
        except (ValueError, csv.Error) as error:
            yield BadRow(reader.line_num, _readable(error))


def _event(row: object, id_field: str) -> ScoringRequested:
    if not isinstance(row, dict):
        raise ValueError("not an object")  # noqa: TRY004 - a bad row like any other
    if isinstance(row.get("features"), dict):
        return ScoringRequested.model_validate_json(json.dumps(row))
    if not isinstance(row.get(id_field), str | int) or row[id_field] == "":
        raise ValueError(f"no event id in {id_field!r} (--id-field names another)")
    values = {name: value for name, value in row.items() if name != id_field}
    shown = {name: value for name, value in values.items() if isinstance(value, dict | list)}
    features = {name: value for name, value in values.items() if name not in shown}
    return ScoringRequested(event_id=str(row[id_field]), features=features, context=shown)


def _typed(
    row: dict[str | None, str | None], project: Project, id_field: str
) -> dict[str, FeatureValue]:
    if None in row:
        raise ValueError("more cells than the header has columns")
    return {
        name: text if name == id_field else _value(name, text, project.fields.get(name))
        for name, text in row.items()
        if name is not None
    }


def _value(name: str, text: str | None, kind: FieldKind | None) -> FeatureValue:
    if text is None or not text.strip():
        return None
    if kind is FieldKind.NUMBER:
        try:
            return int(text) if text.strip().lstrip("+-").isdecimal() else float(text)
        except ValueError:
            raise ValueError(f"{name}: {text!r} is not a number") from None
    if kind is FieldKind.BOOLEAN:
        try:
            return _BOOLEANS[text.strip().lower()]
        except KeyError:
            raise ValueError(f"{name}: {text!r} is neither true nor false") from None
    return text


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a number in JSON")


def _readable(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return _fault(error)
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON: {error.msg} at column {error.colno}"
    return str(error) or type(error).__name__


def _fault(error: ValidationError) -> str:
    faults = error.errors(include_url=False)
    first = faults[0]
    if first["loc"][0] != "features" or len(first["loc"]) == 1:
        return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
    finite = all(fault["type"] != "finite_number" for fault in faults)
    wanted = "a number, text, true, false or null" if finite else "a finite number"
    return f"features.{first['loc'][1]}: must be {wanted}"
