"""Bad documents, and strange ones that are good, made out of a good one."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from tests.builders import a_prediction_event, a_request

Change = Callable[[dict[str, Any]], object]

RLO, ZERO_WIDTH = "\u202e", "\u200b"
SCRIPT = "<script>alert(1)</script>"


def request(event_id: str = "strange") -> dict[str, Any]:
    """A good scoring request, as JSON."""
    return dict(json.loads(a_request(event_id).encode()))


def prediction(event_id: str = "strange") -> dict[str, Any]:
    """A good prediction, as JSON."""
    return dict(json.loads(a_prediction_event(event_id).encode()))


def changed(document: dict[str, Any], **data: object) -> bytes:
    """The document with other data."""
    document["data"] |= data
    return json.dumps(document).encode()


def envelope(document: dict[str, Any], **fields: object) -> bytes:
    """The document with another envelope; None takes a field away."""
    whole = {name: value for name, value in (document | fields).items() if value is not None}
    return json.dumps(whole).encode()


def raw(document: dict[str, Any], value: bytes) -> bytes:
    """The document with these bytes as the value of a feature."""
    return changed(document, features={"tenure": "@@"}).replace(b'"@@"', value)


def nested(depth: int) -> bytes:
    """Lists within lists."""
    return b"[" * depth + b"]" * depth


def _malformed(good: Callable[[], dict[str, Any]]) -> dict[str, bytes]:
    """Refused on either stream as `malformed`."""
    whole = json.dumps(good()).encode()
    return {
        "nothing": b"",
        "not JSON": b"{",
        "truncated": whole[: len(whole) // 2],
        "a list": b"[]",
        "a number": b"1",
        "two documents": whole + whole,
        "binary": bytes(range(256)),
        "pickle": b"\x80\x04\x95\x0b\x00\x00\x00\x00\x00\x00\x00\x8c\x07os.name\x94.",
        "UTF-16": json.dumps(good()).encode("utf-16"),
        "bad UTF-8": raw(good(), b'"\xff\xfe"'),
        "lone surrogate": raw(good(), b'"\\ud800"'),
        "lone surrogate in a name": whole.replace(b'"tenure"', b'"\\ud800"'),
        "raw control character": raw(good(), b'"\x00"'),
        "NaN": raw(good(), b"NaN"),
        "infinity": raw(good(), b"-Infinity"),
        "1e400": raw(good(), b"1e400"),
        "depth 10,000": raw(good(), nested(10_000)),
        "depth 10,000 in an unknown field": whole[:-1] + b',"x":' + nested(10_000) + b"}",
        "a feature that is a list": changed(good(), features={"tenure": [1]}),
        "other version": envelope(good(), specversion="0.3"),
        "unknown type": envelope(good(), type="scoring.requested.v99"),
        "type of another stream": envelope(good(), type="decision.made.v1"),
        "no type": envelope(good(), type=None),
        "no id": envelope(good(), id=None),
        "empty id": envelope(good(), id=""),
        "NUL in the id": envelope(good(), id="a\0b"),
        "no data": envelope(good(), data=None),
        "time without offset": envelope(good(), time="2026-01-01T00:00:00"),
        "time as a number": envelope(good(), time=1772619330),
        "time past the year 9999 in UTC": envelope(good(), time="9999-12-31T23:59:59-01:00"),
        "deadline before the year 1": changed(good(), deadline="0001-01-01T00:00:00+05:00"),
        "deadline without offset": changed(good(), deadline="2026-01-01T00:00:00"),
        "project that is a path": envelope(good(), project="../../etc"),
        "no event id": changed(good(), event_id=None),
        "empty event id": changed(good(), event_id=""),
        "long event id": changed(good(), event_id="x" * 257),
        "NUL in the event id": changed(good(), event_id="a\0b"),
        "event id of another type": changed(good(), event_id=7),
        "features of another type": changed(good(), features=[]),
        "slices of another type": changed(good(), slices={"country": 1}),
    }


def bad_requests() -> Mapping[str, tuple[bytes, str]]:
    """Documents that the scorer must refuse, with the reason."""
    found = {name: (document, "malformed") for name, document in _malformed(request).items()}
    found["10 MB"] = (changed(request(), context={"x": "x" * 10_000_000}), "too_large")
    names = {f"name {number}": 1 for number in range(100_000)}
    found["100,000 names"] = (changed(request(), features=names), "too_large")
    found["unknown project"] = (envelope(request(), project="nowhere"), "unknown_project")
    return found


def bad_predictions() -> Mapping[str, tuple[bytes, str]]:
    """Documents that the review service must refuse, with the reason."""
    odd: dict[str, object] = {
        "probability above 1": {"stay": 1.5, "leave": -0.5},
        "probability below 0": {"stay": -0.1, "leave": 1.1},
        "probabilities that do not sum to 1": {"stay": 0.5, "leave": 0.1},
        "no probabilities": {},
        "probability as text": {"stay": "0.5", "leave": 0.5},
    }
    found = {name: (document, "malformed") for name, document in _malformed(prediction).items()}
    for name, probabilities in odd.items():
        found[name] = (changed(prediction(), probabilities=probabilities), "malformed")
    version = {"name": "m", "version": -1, "sha256": ""}
    found["negative version"] = (changed(prediction(), model=version), "malformed")
    other = changed(prediction(), probabilities={"stay": 0.5, "perhaps": 0.5})
    found["unknown label"] = (other, "unknown_label")
    found["10 MB"] = (changed(prediction(), context={"x": "x" * 10_000_000}), "too_large")
    found["unknown project"] = (envelope(prediction(), project="nowhere"), "unknown_project")
    return found


STRANGE: dict[str, dict[str, object]] = {
    "HTML": {"features": {"contract": SCRIPT}, "context": {"note": "<img src=x onerror=alert(1)>"}},
    "template": {"features": {"contract": "{{7*7}}${7*7}<%= 7*7 %>"}},
    "formula": {"features": {"contract": "=HYPERLINK(0)"}, "context": {"note": "@SUM(1+1)"}},
    "SQL": {"features": {"contract": "'; DROP TABLE review_ledger; --"}},
    "path-like id": {"event_id": "../../etc/passwd"},
    "id with spaces and quotes": {"event_id": "a \"b\" 'c' %00 \\ ?#"},
    "right to left": {"event_id": f"{RLO}abc", "features": {"contract": f"x{ZERO_WIDTH}y{RLO}"}},
    "emoji": {"event_id": "🙋", "features": {"🙋": "🙋"}},
    "NUL in a value": {"features": {"contract": "a\0b"}, "context": {"a\0": ["\0"]}},
    "empty text": {"features": {"contract": "", "": ""}, "context": {"": ""}},
    "no features": {"features": {}},
    "whole number over 2^63": {"features": {"tenure": 2**63, "other": -(2**200)}},
    "largest float": {"features": {"tenure": 1.7976931348623157e308}},
    "smallest float": {"features": {"tenure": 5e-324}},
    "last moment": {"deadline": "9999-12-31T23:59:59Z"},
    "first moment": {"deadline": "0001-01-01T00:00:00Z"},
    "past deadline": {"deadline": "1970-01-01T00:00:00Z"},
    "binary in base64": {"context": {"__data__": "AAECAwT/"}},
    "unknown fields": {"confidence": 7, "state": "settled", "reviewer_id": "me"},
    "60,000 names": {"features": {f"{number:x}": 1 for number in range(60_000)}},
}
"""Data that is odd but good: it must arrive as it was sent."""
