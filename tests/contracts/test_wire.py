"""The fast decoder accepts and refuses what the documented contract does.

Two differences are known and harmless: of a key that occurs twice the fast decoder checks both
values, the contract only the last; and in fields that we do not know the fast decoder passes over
whole numbers of more than 4300 digits, which the contract refuses.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared import wire
from shared.errors import Malformed
from shared.events import CloudEvent, EventType, PredictionMade, ScoringRequested
from tests.contracts.goldens import golden, raw

Path = tuple[str | int, ...]
FAST: dict[EventType, Callable[[bytes], wire.Request | wire.Prediction]] = {
    EventType.SCORING_REQUESTED: wire.decode_request,
    EventType.PREDICTION_MADE: wire.decode_prediction,
}
HOT = pytest.mark.parametrize("kind", list(FAST), ids=lambda kind: kind.value)
TIMES = (
    "2026-03-04T10:15:30Z",
    "2026-03-04t10:15:30.5z",
    "2026-03-04 10:15:30+01:00",
    "2026-03-04T10:15:30+0100",
    "2026-03-04T10:15:30+01",
    "2026-03-04T10:15:30",
    "2026-03-04T10:15Z",
    "2026-03-04",
    "2026-03-04_10:15:30Z",
    "2026-03-04T10:15:30,5Z",
    "2026-03-04T10:15:60Z",
    "2026-03-04T24:00:00Z",
    "2026-02-30T10:15:30Z",
    "2026-03-04T10:15:30+24:00",
    "0000-01-01T00:00:00Z",
    "9999-12-31T23:59:59-01:00",
    "1772619330",
    1772619330,
    1772619330.5,
)
VALUES: tuple[object, ...] = (
    None, True, 0, 1, -1, 3.0, 0.5, 1e308, 2**63, 2**70, 10**400, "", "x", "0.5", "a\x00b",
    "é" * 256, "é" * 257, "😀", "churn\n", "ab" * 32, "ab" * 32 + "\n", [], [1], {}, {"a": 1},
    {"a": {"b": [None]}}, *TIMES,
)  # fmt: skip
FRAGMENTS = (
    b"NaN", b"Infinity", b"-Infinity", b"1e400", b"-1e400", b"1e-400", b"-0", b"01", b"1.", b".5",
    b"1e", b"+1", b"tru", b"nul", b"'a'", b'"\\ud800"', b'"\\ud83d\\ude00"', b'"\\x"', b'"\x01"',
    b'"\xff"', b'"\xed\xa0\x80"', b'{"\xff": 1}', b"9" * 4300, b"9" * 4301, b"[1,]", b"{,}",
)  # fmt: skip


def judged_alike(kind: EventType, document: bytes) -> bool:
    """Whether both accept or both refuse; anything but Malformed is an error of its own."""
    try:
        FAST[kind](document)
        fast = True
    except Malformed:
        fast = False
    try:
        documented = CloudEvent.decode(document).type is kind
    except Malformed:
        documented = False
    assert fast == documented, f"fast {fast}, documented {documented}: {document[:2000]!r}"
    return fast


def places(part: object, path: Path = ()) -> Iterator[Path]:
    """Every place in a document."""
    if path:
        yield path
    if isinstance(part, dict):
        for key, member in part.items():
            yield from places(member, (*path, key))
    elif isinstance(part, list):
        for number, member in enumerate(part):
            yield from places(member, (*path, number))


def changed(kind: EventType, path: Path, change: Callable[[Any, Any], None]) -> dict[str, Any]:
    """The golden document after a change at one place."""
    document = golden(kind)
    place: Any = document
    for step in path[:-1]:
        place = place[step]
    change(place, path[-1])
    return document


def remove(place: Any, step: Any) -> None:
    del place[step]


def put(value: object) -> Callable[[Any, Any], None]:
    return lambda place, step: place.__setitem__(step, value)


@HOT
def test_the_golden_file_means_the_same_to_both(kind: EventType) -> None:
    document = raw(kind)

    assert judged_alike(kind, document)
    assert CloudEvent.decode(wire.encode(FAST[kind](document))) == CloudEvent.decode(document)


@HOT
def test_what_may_be_left_out_may_be_left_out_of_both(kind: EventType) -> None:
    document = {**golden(kind), "data": {}}
    for field, value in golden(kind)["data"].items():
        if field in {"event_id", "features", "probabilities", "model"}:
            document["data"][field] = value

    assert judged_alike(kind, json.dumps(document).encode())


@HOT
def test_both_judge_every_removal_and_every_strange_value_alike(kind: EventType) -> None:
    verdicts = []
    for path in places(golden(kind)):
        changes = [remove, *(put(value) for value in VALUES)]
        for change in changes:
            document = json.dumps(changed(kind, path, change)).encode()
            verdicts.append(judged_alike(kind, document))

    assert len(set(verdicts)) == 2


@HOT
@pytest.mark.parametrize("fragment", FRAGMENTS, ids=lambda fragment: repr(fragment[:12]))
def test_both_judge_bad_json_alike_wherever_it_stands(kind: EventType, fragment: bytes) -> None:
    unknown: list[Path] = [("unknown",), ("data", "unknown")]
    elsewhere = [] if len(fragment) > 4300 else unknown
    for path in [*places(golden(kind)), *elsewhere]:
        document = json.dumps(changed(kind, path, put("@@"))).encode()
        judged_alike(kind, document.replace(b'"@@"', fragment))


@HOT
@pytest.mark.parametrize("around", [b"\xef\xbb\xbf%b", b" \n%b\t", b"%b x", b"%b%b", b"[%b]", b""])
def test_both_judge_what_stands_around_alike(kind: EventType, around: bytes) -> None:
    judged_alike(kind, around.replace(b"%b", raw(kind)))


@HOT
@pytest.mark.parametrize("depth", [50, 150, 190, 200, 201, 250, 990, 2_000, 100_000])
def test_both_survive_deep_nesting(kind: EventType, depth: int) -> None:
    nested = b'{"a":' * depth + b"1" + b"}" * depth
    for path in (("data", "context"), ("data", "features"), ("unknown",)):
        document = json.dumps(changed(kind, path, put("@@"))).encode()
        judged_alike(kind, document.replace(b'"@@"', nested))


@HOT
@given(data=st.data())
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_both_judge_changed_documents_alike(kind: EventType, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(list(places(golden(kind)))))
    leaf = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
    value = data.draw(
        st.recursive(
            leaf,
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner),
            max_leaves=5,
        )
    )
    document = changed(kind, path, put(value))

    judged_alike(kind, json.dumps(document).encode(errors="surrogatepass"))


@HOT
@given(data=st.data())
@settings(max_examples=300, deadline=None)
def test_both_judge_damaged_bytes_alike(kind: EventType, data: st.DataObject) -> None:
    document = bytearray(json.dumps(golden(kind), ensure_ascii=False).encode())
    start = data.draw(st.integers(0, len(document)))
    stop = data.draw(st.integers(start, min(len(document), start + 3)))
    document[start:stop] = data.draw(st.binary(max_size=2) | st.sampled_from(FRAGMENTS))

    judged_alike(kind, bytes(document))


@given(
    features=st.dictionaries(
        st.text(max_size=5),
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        max_size=5,
    ),
    split=st.floats(0, 1),
)
def test_what_the_fast_decoder_writes_reads_as_it_was_sent(
    features: dict[str, object], split: float
) -> None:
    request = golden(EventType.SCORING_REQUESTED)
    request["data"]["features"] = features
    prediction = golden(EventType.PREDICTION_MADE)
    prediction["data"] |= {"features": features, "probabilities": {"a": split, "b": 1 - split}}

    first, second = json.dumps(request).encode(), json.dumps(prediction).encode()
    if not judged_alike(EventType.SCORING_REQUESTED, first):
        return
    sent = CloudEvent.decode(wire.encode(wire.decode_request(first)))
    made = CloudEvent.decode(wire.encode(wire.decode_prediction(second)))

    assert isinstance(sent.data, ScoringRequested)
    assert isinstance(made.data, PredictionMade)
    assert sent.data.features == made.data.features == features
    assert made.data.probabilities == {"a": split, "b": 1 - split}
