"""docs/reference/streams.md and events.md."""

from collections.abc import Callable
from typing import Any

from docs.generator.markdown import code, page, table
from shared.asyncapi import FLOWS, json_schemas
from shared.events import CATALOGUE, EventType
from shared.streams import Stream

_STREAMS = (
    "Redis Streams. Each key starts with `HANDRAISE_PREFIX`; shown is the default. An entry has "
    "one field, `data`, whose value is one JSON document ([CloudEvents 1.0](https://cloudevents.io)"
    "). The same as a machine reads it: [asyncapi.json](asyncapi.json), served at `/asyncapi`. "
    "Review puts on `requests` and `predictions` what upstream sends over HTTP, and puts back on "
    "its stream what somebody retries of the dead letters."
)
_EVENTS = (
    "Every document has the same envelope; `data` is the payload. Unknown fields are ignored. A "
    "breaking change is a new `.vN` type, and old types stay readable. What is no document of its "
    "type is kept in the dead letters with the reason."
)
_ENVELOPE = {
    "specversion": "`1.0`",
    "id": "unique for a fact: saying the same again gives the same id",
    "source": "who speaks, e.g. `handraise/review`",
    "type": "one of the types below",
    "time": "when it happened, RFC 3339 with an offset",
    "subject": "the event id; for models and projects the version",
    "project": "the project's name",
    "data": "the payload",
}


def streams_page() -> str:
    """Every stream: who speaks, who listens, and what is said."""
    rows = [
        [
            code(stream.key("handraise")),
            ", ".join(name for name, flow in FLOWS.items() if stream in flow.sends),
            ", ".join(name for name, flow in FLOWS.items() if stream in flow.receives) or "ops",
            ", ".join(
                f"[{kind.value}](events.md#{_anchor(kind)})"
                for kind, (home, _) in CATALOGUE.items()
                if home is stream
            ),
        ]
        for stream in Stream
    ]
    return page("Streams", _STREAMS, table(["key", "from", "to", "event types"], rows))


def events_page() -> str:
    """Every event type with its payload."""
    held: dict[str, dict[str, Any]] = {}
    parts = ["## Envelope", table(["field", "meaning"], _envelope_rows())]
    for kind, schema in json_schemas().items():
        stream = CATALOGUE[kind][0]
        parts += [
            f"## {kind.value}",
            f"{schema['description']} On {code(stream.key('handraise'))}; "
            f"[JSON Schema](schemas/{kind.value}.json).",
            table(["field of `data`", "type", "required"], _fields(schema["properties"]["data"])),
        ]
        held |= schema.get("$defs", {})
    parts.append("## Parts of payloads")
    for name in sorted(held):
        parts += _part(name, held[name])
    return page("Events", _EVENTS, *parts)


def _envelope_rows() -> list[list[str]]:
    return [[code(name), meaning] for name, meaning in _ENVELOPE.items()]


def _fields(schema: dict[str, Any]) -> list[list[str]]:
    required = schema.get("required", [])
    return [
        [code(name), _kind(field), "yes" if name in required else ""]
        for name, field in schema["properties"].items()
    ]


def _kind(schema: dict[str, Any]) -> str:
    """A JSON Schema in a few words."""
    words: dict[str, Callable[[Any], str]] = {
        "$ref": lambda ref: _link(str(ref).rpartition("/")[2]),
        "anyOf": lambda choices: " or ".join(map(_kind, choices)),
        "enum": lambda values: " or ".join(code(str(value)) for value in values),
        "format": lambda _: "time",
        "items": lambda items: f"list of {_kind(items)}",
    }
    for key, say in words.items():
        if key in schema:
            return say(schema[key])
    inner = schema.get("additionalProperties")
    if isinstance(inner, dict):
        return f"object of {_kind(inner)}"
    return str(schema.get("type", "any"))


def _link(part: str) -> str:
    return f"[{part}](#{part.lower()})"


def _part(name: str, schema: dict[str, Any]) -> list[str]:
    """A section on something that several payloads hold."""
    description = " ".join(str(schema.get("description", "")).partition("\n\n")[0].split())
    rows = _fields(schema) if "properties" in schema else []
    shown = table(["field", "type", "required"], rows) if rows else f"One of: {_kind(schema)}."
    return [f"### {name}", description, shown]


def _anchor(kind: EventType) -> str:
    return kind.value.replace(".", "")
