"""Erasing what describes an event: which documents are about it."""

import json
from base64 import b64decode
from collections.abc import Collection
from typing import Any

DETAIL_ASKED = "asked"
DETAIL_RETENTION = "retention"


def is_about(document: bytes, project: str, event_ids: Collection[str]) -> bool:
    """Whether a document of any stream is about one of these events; dead letters hold others.

    >>> is_about(b'{"project":"churn","subject":"c-1","data":{}}', "churn", ["c-1"])
    True
    >>> is_about(b'{"project":"churn","data":{"event_id":"c-2"}}', "churn", ["c-1"])
    False
    """
    try:
        content: Any = json.loads(document)
    except (ValueError, RecursionError):
        return _quotes(document, event_ids)
    if not isinstance(content, dict):
        return _quotes(document, event_ids)
    data = content.get("data")
    inner = data if isinstance(data, dict) else {}
    held = inner.get("original_base64")
    if isinstance(held, str):
        return is_about(_decoded(held), project, event_ids)
    named = [content.get("subject"), inner.get("event_id")]
    mine = content.get("project", project) == project
    return mine and any(name in event_ids for name in named if isinstance(name, str))


def _quotes(document: bytes, event_ids: Collection[str]) -> bool:
    """Whether something that cannot be read holds an id, as JSON would."""
    return any(json.dumps(event_id).encode() in document for event_id in event_ids)


def _decoded(text: str) -> bytes:
    try:
        return b64decode(text)
    except ValueError:
        return b""
