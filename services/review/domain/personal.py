"""Which part of an entry is personal: it can be erased, and what is left still proves the rest."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.review.domain.ledger import Kind

PERSONAL: Mapping[Kind, Sequence[str]] = {
    Kind.ROUTED: (
        "prediction.features",
        "prediction.context",
        "prediction.slices",
        "prediction.evidence",
    ),
    Kind.VOTED: ("comment",),
    Kind.WITHDRAWN: ("reason",),
    Kind.ESCALATED: ("reason",),
    Kind.APPEALED: ("reason",),
    Kind.GOLD: ("explanation",),
}
"""What people are described by, and what was written about them in words of one's own."""


_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Parts:
    """An entry's body in two.

    Attributes:
        rest: what stays when the personal part is erased.
        personal: canonical JSON; empty if there is nothing personal in it.
    """

    rest: str
    personal: str


def split(kind: Kind, body: str) -> Parts:
    """The parts of a body; bodies of kinds that hold nothing personal stay as they stand.

    >>> split(Kind.VOTED, '{"label": "a", "comment": "Ada is ill"}')
    Parts(rest='{"label":"a"}', personal='{"comment":"Ada is ill"}')
    >>> split(Kind.VOTED, '{"label": "a", "comment": null}').personal
    ''
    """
    content = _object(body) if kind in PERSONAL else None
    if content is None:
        return Parts(body, "")
    personal: dict[str, Any] = {}
    for name in PERSONAL[kind]:
        value = _taken(content, name.split("."))
        if value not in (None, {}, []):
            personal[name] = value
    return Parts(canonical(content), canonical(personal) if personal else "")


def _object(body: str) -> dict[str, Any] | None:
    """What a body says; None if somebody has made it something else than an object."""
    try:
        content = json.loads(body)
    except ValueError:
        return None
    return content if isinstance(content, dict) else None


def _taken(content: dict[str, Any], steps: Sequence[str]) -> object:
    """Take a value out, if it is there."""
    *outer, last = steps
    holder: object = content
    for step in outer:
        holder = holder.get(step) if isinstance(holder, dict) else None
    return holder.pop(last, None) if isinstance(holder, dict) else None


def commitment(salt: str, personal: str) -> str:
    """A hash that binds a personal part and, once the salt is gone, tells nothing of it.

    Args:
        salt: of the entry alone, 128 random bits in hex.
        personal: canonical JSON; of nothing the commitment is empty.
    """
    if not personal:
        return ""
    return hashlib.sha256(f"{salt}:{personal}".encode()).hexdigest()


def canonical(content: object) -> str:
    """JSON that is the same for the same content: sorted, without spaces, in ASCII."""
    return _CANONICAL.encode(content)
