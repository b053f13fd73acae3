"""A correction without what describes its event: it is recorded, and nobody learns from it."""

import json
from typing import Any

_DESCRIBES = ("features", "slices")


def blanked(body: str, event_id: str) -> str | None:
    """A correction's body without what describes its event; None: nothing is to be changed.

    >>> blanked('{"event_id": "a", "label": "stay", "features": {"x": 1}, "slices": {}}', "a")
    '{"event_id": "a", "label": "stay", "features": {}, "slices": {}}'
    >>> blanked('{"event_id": "a/1", "features": {"x": 1}}', "a")
    """
    content: dict[str, Any] = json.loads(body)
    if content["event_id"] != event_id or not any(content.get(name) for name in _DESCRIBES):
        return None
    return json.dumps(content | {name: {} for name in _DESCRIBES})


def is_blank(body: str) -> bool:
    """Whether a correction says nothing from which anybody could learn."""
    return not json.loads(body)["features"]
