"""Whatever arrives, the readers answer with a value or with their own error, and never hang."""

import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from handraise.project_file import read_project
from shared import wire
from shared.errors import Malformed, Misconfigured
from shared.events import CloudEvent
from tests.builders import a_prediction_event, a_project, a_request

DECODERS: dict[str, Callable[[bytes], object]] = {
    "request": wire.decode_request,
    "prediction": wire.decode_prediction,
    "any event": CloudEvent.decode,
}
GOOD = [a_request("e").encode(), a_prediction_event("e").encode()]
thorough = settings(
    max_examples=2000,
    derandomize=os.environ.get("CI") == "true",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)

words = st.sampled_from(
    [b"{", b"}", b"[", b"]", b",", b":", b'"', b"\\", b"\\ud800", b"\x00", b"\xff", b"null",
     b"1e999", b"-", b"NaN", b"9" * 400, b"[" * 300, b'{"a":' * 300, b'"data"',
     b'"features"', b'"type"'],
)  # fmt: skip
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A good document with some of its bytes replaced."""
    document = bytearray(draw(st.sampled_from(GOOD)))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(document)))
        stop = draw(st.integers(start, min(len(document), start + 8)))
        document[start:stop] = draw(words | st.binary(max_size=4))
    return bytes(document)


@st.composite
def rebuilt(draw: st.DrawFn) -> bytes:
    """A good document with other values in it, at two levels."""
    document = json.loads(draw(st.sampled_from(GOOD)))
    place = document["data"] if draw(st.booleans()) else document
    place[draw(st.sampled_from(sorted(place)) | st.text(max_size=5))] = draw(values)
    return json.dumps(document).encode(errors="surrogatepass")


documents = damaged() | rebuilt() | st.binary(max_size=64) | st.lists(words).map(b"".join)


@pytest.mark.parametrize("decode", DECODERS.values(), ids=DECODERS)
@given(document=documents)
@thorough
def test_a_document_is_read_or_malformed(
    decode: Callable[[bytes], object], document: bytes
) -> None:
    try:
        decode(document)
    except Malformed as error:
        said = str(error)
        assert said


yaml_lines = st.lists(
    st.sampled_from(
        [
            "name: churn",
            "title: T",
            "labels: [a, b]",
            "labels: &a [*a]",
            "fields: {x: number}",
            "fields:\n  x: {}",
            "policy: {auto_margin: .nan}",
            "policy: []",
            "lease_seconds: 1e9",
            "? [1, 2]\n: 3",
            "<<: {name: x}",
            "- 1",
            "!!python/object:os.system {}",
            "a: *b",
            "\t",
            "%",
            "lease_seconds: 0x_",
            "when: 2026-99-99",
            "1: 2",
            "null: 3",
            "labels: [[1], {2: 3}]",
        ]
    )
    | st.text(max_size=12),
    max_size=8,
).map("\n".join)
projects = values.map(lambda value: json.dumps(a_project().model_dump(mode="json") | {"x": value}))
texts = yaml_lines.map(lambda text: text.encode(errors="surrogatepass"))
files = texts | projects.map(str.encode) | st.binary(max_size=40)


@given(content=files)
@example(content=b"x: " + b"[" * 2000)
@thorough
def test_a_project_file_is_read_or_refused_readably(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "project.yaml"
        path.write_bytes(content)
        try:
            read_project(path)
        except Misconfigured as error:
            said = str(error)
            assert said.startswith(str(path))
