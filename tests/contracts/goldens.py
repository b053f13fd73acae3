"""The golden files: one document for each event type, readable for ever."""

import json
from pathlib import Path
from typing import Any

from shared.events import EventType

DIRECTORY = Path(__file__).parent / "golden"


def golden(kind: EventType) -> dict[str, Any]:
    """The golden document of an event type."""
    content: dict[str, Any] = json.loads(raw(kind))
    return content


def raw(kind: EventType) -> bytes:
    """The golden file of an event type, as it is."""
    return (DIRECTORY / f"{kind.value}.json").read_bytes()
