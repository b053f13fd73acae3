import json
from collections.abc import Iterable

import pytest

from handraise.rows import BadRow, Row, csv_rows, json_rows
from shared.events import ScoringRequested
from shared.project import Project

PROJECT = Project.model_validate(
    {
        "name": "p",
        "title": "?",
        "labels": ["a", "b"],
        "fields": {"size": "number", "paid": "boolean", "note": "text"},
    }
)


def csv(text: str, id_field: str = "event_id") -> list[Row]:
    return list(csv_rows(text.splitlines(keepends=True), id_field=id_field, project=PROJECT))


def jsonl(lines: Iterable[str], id_field: str = "event_id") -> list[Row]:
    return list(json_rows(lines, id_field=id_field))


def test_a_full_event_is_taken_as_it_is() -> None:
    line = json.dumps(
        {"event_id": "1", "features": {"size": 2.5, "paid": None}, "context": {"seen": [1]}}
    )

    [event] = jsonl([line])

    assert isinstance(event, ScoringRequested)
    assert event.features == {"size": 2.5, "paid": None}
    assert event.context == {"seen": [1]}


def test_flat_fields_become_features_and_nested_ones_context() -> None:
    [event] = jsonl(['{"key": 7, "size": 1, "note": "x", "more": {"a": 1}}'], id_field="key")

    assert isinstance(event, ScoringRequested)
    assert event.event_id == "7"
    assert event.features == {"size": 1, "note": "x"}
    assert event.context == {"more": {"a": 1}}


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "not JSON"),
        ("[1]", "not an object"),
        ('{"size": 1}', "no event id in 'event_id'"),
        ('{"event_id": "", "size": 1}', "no event id"),
        ('{"event_id": ["1"], "size": 1}', "no event id"),
        ('{"event_id": "1", "size": NaN}', "NaN is not a number"),
        ('{"event_id": "1", "features": {"size": 1e999}}', "finite"),
        ('{"event_id": "1", "features": {"size": {"deep": 1}}}', "features.size"),
        ('{"event_id": "1", "deep": ' + "[" * 100_000 + "}", "recursion"),
    ],
)
def test_a_bad_line_is_named_and_the_next_is_read(line: str, why: str) -> None:
    good = '{"event_id": "2", "size": 1}'

    bad, event = jsonl([line, good])

    assert isinstance(bad, BadRow)
    assert bad.line == 1
    assert why in bad.why
    assert isinstance(event, ScoringRequested)


def test_blank_lines_count_but_are_no_rows() -> None:
    [bad] = jsonl(["\n", "   ", "oops"])

    assert isinstance(bad, BadRow)
    assert bad.line == 3


def test_cells_are_read_by_the_kind_of_their_field() -> None:
    [event] = csv("event_id,size,paid,note,other\n1,3,YES,007,5\n")

    assert isinstance(event, ScoringRequested)
    assert event.features == {"size": 3, "paid": True, "note": "007", "other": "5"}


@pytest.mark.parametrize("number", ["-2", "0.5", "1e3"])
def test_numbers_come_in_every_usual_form(number: str) -> None:
    [event] = csv(f"event_id,size\n1,{number}\n")

    assert isinstance(event, ScoringRequested)
    assert event.features["size"] == float(number)


def test_an_empty_cell_is_null() -> None:
    [event] = csv("event_id,size,note\n1,,\n")

    assert isinstance(event, ScoringRequested)
    assert event.features == {"size": None, "note": None}


def test_a_quoted_cell_may_span_lines_and_the_line_number_is_that_of_its_end() -> None:
    rows = csv('event_id,size,note\n1,2,"two\nlines"\n2,many,x\n')

    assert isinstance(rows[0], ScoringRequested)
    assert rows[0].features["note"] == "two\nlines"
    assert rows[1] == BadRow(4, "size: 'many' is not a number")


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("1,2,perhaps", "paid: 'perhaps' is neither true nor false"),
        ("1,2,yes,extra", "more cells than the header"),
        (",2,yes", "no event id"),
        ("1,inf,yes", "finite"),
        ('1,2,"yes', "unexpected end of data"),
    ],
)
def test_a_bad_csv_row_is_named(row: str, why: str) -> None:
    [bad] = csv(f"event_id,size,paid\n{row}\n")

    assert isinstance(bad, BadRow)
    assert why in bad.why


def test_an_id_column_of_another_name() -> None:
    [event] = csv("size,customer\n1,c-9\n", id_field="customer")

    assert isinstance(event, ScoringRequested)
    assert event.event_id == "c-9"
    assert event.features == {"size": 1}
