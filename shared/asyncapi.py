"""The event contracts as an AsyncAPI 3.0 document and as JSON Schemas, from `shared.events`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from shared.events import CATALOGUE, CloudEvent, EventType
from shared.streams import Stream

JsonSchema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_PREFIX = "handraise"


@dataclass(frozen=True, slots=True)
class Flow:
    """Which streams a service reads, and on which it speaks."""

    receives: tuple[Stream, ...]
    sends: tuple[Stream, ...]


FLOWS: Mapping[str, Flow] = {
    "upstream": Flow(receives=(Stream.DECISIONS,), sends=(Stream.REQUESTS, Stream.PREDICTIONS)),
    "scorer": Flow(
        receives=(Stream.REQUESTS, Stream.CONTROL, Stream.MODELS),
        sends=(Stream.PREDICTIONS, Stream.DEAD_LETTERS),
    ),
    "review": Flow(
        receives=(Stream.PREDICTIONS, Stream.MODELS, Stream.DEAD_LETTERS),
        sends=(
            Stream.REQUESTS,
            Stream.PREDICTIONS,
            Stream.DECISIONS,
            Stream.CORRECTIONS,
            Stream.CONTROL,
            Stream.DEAD_LETTERS,
        ),
    ),
    "retrainer": Flow(
        receives=(Stream.CORRECTIONS, Stream.CONTROL),
        sends=(Stream.MODELS, Stream.DEAD_LETTERS),
    ),
}
"""Who speaks and who listens. Review puts on `requests` and `predictions` what came over HTTP."""


def json_schemas() -> dict[EventType, JsonSchema]:
    """A self-contained JSON Schema of the whole document, for each event type."""
    return {kind: _document_schema(kind) for kind in EventType}


def document() -> JsonSchema:
    """The AsyncAPI 3.0 document of all streams; keys have the default prefix."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Handraise events",
            "version": "1",
            "description": "CloudEvents 1.0 in JSON on Redis Streams. Each stream entry has one "
            "field, `data`, whose value is one document. Unknown fields are ignored; a breaking "
            "change is a new type.",
        },
        "defaultContentType": "application/cloudevents+json",
        "servers": {"redis": {"host": "localhost:6379", "protocol": "redis"}},
        "channels": {stream.value: _channel(stream) for stream in Stream},
        "operations": dict(_operations()),
        "components": {
            "messages": {kind.value: _message(kind) for kind in EventType},
            "schemas": _shared_schemas(),
        },
    }


def _channel(stream: Stream) -> JsonSchema:
    kinds = [kind for kind, (home, _) in CATALOGUE.items() if home is stream]
    return {
        "address": stream.key(_PREFIX),
        "messages": {kind.value: {"$ref": f"#/components/messages/{kind.value}"} for kind in kinds},
    }


def _operations() -> Iterator[tuple[str, JsonSchema]]:
    for service, flow in FLOWS.items():
        for action, streams in (("receive", flow.receives), ("send", flow.sends)):
            for stream in streams:
                yield (
                    f"{service}.{action}.{stream.value}",
                    {
                        "action": action,
                        "channel": {"$ref": f"#/channels/{stream.value}"},
                        "tags": [{"name": service}],
                    },
                )


def _message(kind: EventType) -> JsonSchema:
    payload = CATALOGUE[kind][1]
    return {
        "name": kind.value,
        "title": payload.__name__,
        "summary": _summary(payload),
        "contentType": "application/cloudevents+json",
        "payload": _envelope(kind, {"$ref": f"#/components/schemas/{payload.__name__}"}),
    }


def _shared_schemas() -> JsonSchema:
    schemas: JsonSchema = {}
    for payload in dict.fromkeys(payload for _, payload in CATALOGUE.values()):
        schema = payload.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= schema.pop("$defs", {})
        schemas[payload.__name__] = schema
    return dict(sorted(schemas.items()))


def _document_schema(kind: EventType) -> JsonSchema:
    payload = CATALOGUE[kind][1]
    data = payload.model_json_schema()
    parts = data.pop("$defs", {})
    schema = {
        "$schema": DIALECT,
        "title": kind.value,
        "description": _summary(payload),
        **_envelope(kind, data),
    }
    return schema | ({"$defs": parts} if parts else {})


def _envelope(kind: EventType, data: JsonSchema) -> JsonSchema:
    """The CloudEvent's own schema, narrowed to one type and its payload."""
    envelope = _any_envelope()
    own = {"type": {"const": kind.value, "title": "Type", "type": "string"}, "data": data}
    return {
        "type": "object",
        "properties": envelope["properties"] | own,
        "required": envelope["required"],
    }


@cache
def _any_envelope() -> JsonSchema:
    return CloudEvent.model_json_schema()


def _summary(payload: type) -> str:
    return (payload.__doc__ or "").strip().partition("\n")[0]
