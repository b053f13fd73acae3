"""What the event types promise to programs that are not ours."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from shared import asyncapi
from shared.errors import Malformed
from shared.events import CATALOGUE, CloudEvent, EventType
from shared.streams import Stream
from tests.contracts.goldens import DIRECTORY, golden, raw

Document = dict[str, Any]
OLDER = DIRECTORY.parent / "golden_older"
KINDS = pytest.mark.parametrize("kind", list(EventType), ids=lambda kind: kind.value)


def says_all_of(older: Any, newer: Any) -> bool:
    if isinstance(older, dict):
        return all(says_all_of(value, newer[name]) for name, value in older.items())
    return bool(older == newer)


def test_every_type_has_a_golden_file_and_nothing_else_has() -> None:
    assert {path.name for path in DIRECTORY.iterdir()} == {f"{kind}.json" for kind in EventType}


@KINDS
def test_a_golden_file_is_read_and_written_without_a_change(kind: EventType) -> None:
    event = CloudEvent.decode(raw(kind))

    assert event.type is kind
    assert isinstance(event.data, CATALOGUE[kind][1])
    assert json.loads(event.encode()) == golden(kind)


@pytest.mark.parametrize("path", sorted(OLDER.iterdir()), ids=lambda path: path.name)
def test_what_was_written_before_is_read_for_ever(path: Path) -> None:
    """Fields that came later have defaults; nothing that was said is lost."""
    older = json.loads(path.read_bytes())
    again = json.loads(CloudEvent.decode(path.read_bytes()).encode())

    assert says_all_of(older, again)


@KINDS
def test_the_published_schema_fits_the_golden_file(kind: EventType) -> None:
    schema = asyncapi.json_schemas()[kind]
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(
        schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )

    validator.validate(golden(kind))
    for field in ("project", "data"):
        without = golden(kind)
        del without[field]
        assert not validator.is_valid(without)
    assert not validator.is_valid(golden(kind) | {"type": "something.else.v1"})


@KINDS
def test_fields_that_we_do_not_know_are_passed_over(kind: EventType) -> None:
    newer = golden(kind) | {"traceparent": "00-4bf9", "later": {"deep": [1, None]}}
    newer["data"] = newer["data"] | {"later": {"deep": [1, None]}}

    assert json.loads(CloudEvent.decode(json.dumps(newer)).encode()) == golden(kind)


@KINDS
def test_a_missing_field_is_named(kind: EventType) -> None:
    schema = asyncapi.json_schemas()[kind]
    for field in schema["required"]:
        document = golden(kind)
        del document[field]
        with pytest.raises(Malformed, match=f"^{field}: "):
            CloudEvent.decode(json.dumps(document))
    for field in schema["properties"]["data"]["required"]:
        document = golden(kind)
        del document["data"][field]
        with pytest.raises(Malformed, match=rf"^data\.{field}: "):
            CloudEvent.decode(json.dumps(document))


@KINDS
def test_a_field_of_another_type_is_named(kind: EventType) -> None:
    for field in asyncapi.json_schemas()[kind]["properties"]["data"]["required"]:
        document = golden(kind)
        document["data"][field] = [[]]
        with pytest.raises(Malformed, match=rf"^data\.{field}"):
            CloudEvent.decode(json.dumps(document))


def put(*path: str | int, value: object) -> Callable[[Document], None]:
    """A change of one value."""

    def change(document: Document) -> None:
        place: Any = document
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value

    return change


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (put("type", value="scoring.requested.v99"), "type"),
        (put("type", value=["scoring.requested.v1"]), "type"),
        (put("specversion", value="0.3"), "specversion"),
        (put("project", value="No Such Name"), "project"),
        (put("project", value="churn\n"), "project"),
        (put("time", value="2026-03-04T10:15:30"), "time"),
        (put("time", value=1772619330), "time"),
        (put("time", value="1772619330"), "time"),
        (put("id", value=""), "id"),
        (put("data", value=[]), "data"),
        (put("data", "event_id", value="x" * 257), "data.event_id"),
        (put("data", "event_id", value="a\x00b"), "data.event_id"),
        (put("data", "event_id", value=7), "data.event_id"),
        (put("data", "features", "tenure", value={"nested": 1}), "data.features.tenure"),
        (put("data", "probabilities", "leaves", value=0.9), "data.probabilities"),
        (put("data", "probabilities", "leaves", value=1.54), "data.probabilities.leaves"),
        (put("data", "probabilities", "leaves", value="0.54"), "data.probabilities.leaves"),
        (put("data", "probabilities", value={}), "data.probabilities"),
        (put("data", "model", "sha256", value="abc"), "data.model.sha256"),
        (put("data", "model", "version", value=-1), "data.model.version"),
        (put("data", "model", "version", value=True), "data.model.version"),
        (put("data", "deadline", value="tomorrow"), "data.deadline"),
    ],
)
def test_a_wrong_value_is_refused_with_its_place(
    change: Callable[[Document], None], where: str
) -> None:
    document = golden(EventType.PREDICTION_MADE)
    change(document)

    with pytest.raises(Malformed) as caught:
        CloudEvent.decode(json.dumps(document))
    assert str(caught.value).startswith(where)


@pytest.mark.parametrize(
    "document",
    [b"", b"null", b"[]", b"not json", b"{", b'{"a": \xff}', b"\xef\xbb\xbf{}", b"[" * 100_000],
)
def test_what_is_no_json_object_is_refused(document: bytes) -> None:
    with pytest.raises(Malformed, match=r"^document: "):
        CloudEvent.decode(document)


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
@pytest.mark.parametrize("place", ["89.35", '"Ms Example"', '"north"'])
def test_what_is_no_number_is_refused_wherever_it_stands(word: str, place: str) -> None:
    document = json.dumps(golden(EventType.SCORING_REQUESTED))
    assert place in document

    with pytest.raises(Malformed, match=r"^document: "):
        CloudEvent.decode(document.replace(place, word))


@pytest.mark.parametrize(
    ("place", "where"), [("89.35", "data.features.monthly_charges"), ('"Ms Example"', "data.conte")]
)
def test_a_number_beyond_all_numbers_is_refused(place: str, where: str) -> None:
    document = json.dumps(golden(EventType.SCORING_REQUESTED)).replace(place, "1e400")

    with pytest.raises(Malformed) as caught:
        CloudEvent.decode(document)
    assert str(caught.value).startswith(where)


def test_the_asyncapi_document_knows_every_stream_and_type() -> None:
    document = asyncapi.document()

    assert {channel["address"] for channel in document["channels"].values()} == {
        stream.key("handraise") for stream in Stream
    }
    messages = [name for channel in document["channels"].values() for name in channel["messages"]]
    assert sorted(messages) == sorted(EventType)
    assert set(document["components"]["messages"]) == set(EventType)


def test_every_reference_in_the_asyncapi_document_leads_somewhere() -> None:
    document = asyncapi.document()

    for reference in _references(document):
        place: Any = document
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


def _references(part: object) -> list[str]:
    if isinstance(part, list):
        return [reference for member in part for reference in _references(member)]
    if not isinstance(part, dict):
        return []
    own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
    return own + [reference for member in part.values() for reference in _references(member)]
