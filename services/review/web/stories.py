"""What an entry of the ledger says, in words."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from services.review.domain.ledger import Entry, Kind
from services.review.use_cases.proving import Record, State

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """One step of an event's story.

    Attributes:
        title: what happened, in one sentence.
        remark: what somebody wrote, or more about it.
        raw: the body as it stands in the ledger.
    """

    sequence: int
    kind: Kind
    at: datetime
    title: str
    remark: str
    body: Body
    raw: str

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """From the ledger."""
        body = json.loads(entry.body)
        title, remark = _WORDS.get(entry.kind, _other)(body) or (entry.kind.replace("_", " "), "")
        raw = json.dumps(body, indent=2, ensure_ascii=False)
        return cls(entry.sequence, entry.kind, entry.at, title, remark, body, raw)


def proof_of(record: Record) -> str:
    """Whether an event's entries are as they were sealed, in one sentence."""
    match record.state:
        case State.INTACT:
            return (
                f"Nothing of it was altered: every entry leads to signed head {max(record.heads)}."
            )
        case State.UNSEALED:
            return "Its newest entries are sealed within seconds; nothing else of it was altered."
        case State.ALTERED:
            places = [p.entry.sequence for p in record.entries if not p.is_intact]
            return f"ALTERED after it was sealed: entry {', '.join(map(str, places))}."


def _erased(body: Body) -> tuple[str, str]:
    return f"{body['actor']} erased what described it", body["reason"]


def percent(share: float) -> str:
    """A share as people read it.

    >>> percent(0.256), percent(0.004), percent(1e-9)
    ('26 %', '0.4 %', 'less than 0.1 %')
    """
    if 0 < share < 0.001:  # noqa: PLR2004
        return "less than 0.1 %"
    return f"{share * 100:.0f} %" if share >= 0.01 else f"{share * 100:.1f} %"  # noqa: PLR2004


def _routed(body: Body) -> tuple[str, str]:
    route, model = body["route"], body["prediction"]["model"]
    where = "The model decides it alone" if route["kind"] == "auto" else "It goes to people"
    version = f"version {model['version']}" if model["version"] else "no version yet"
    chance = percent(route["inclusion_probability"])
    said = sorted(body["prediction"]["probabilities"].items(), key=lambda pair: -pair[1])[:3]
    likely = ", ".join(f"{label} {percent(share)}" for label, share in said)
    more = f"{likely}; a person was to see it with a chance of {chance}; model: {version}"
    novelty = body["prediction"].get("novelty")
    if novelty:
        more += f"; novelty {novelty:.2f}"
    return f"{where}: {route['reason'].replace('_', ' ')}", more


def _voted(body: Body) -> tuple[str, str]:
    seen = "" if body.get("saw_model") else ", without the model's answer"
    seconds = body.get("seconds_spent")
    time = f", after {seconds:.1f} s" if seconds is not None else ""
    written = [text for text in (body.get("reason_code"), body.get("comment")) if text]
    return f"{body['reviewer']} answered {body['label']}{time}{seen}", "; ".join(written)


def _withdrawn(body: Body) -> tuple[str, str]:
    whose = "their" if body["actor"] == body["reviewer"] else f"{body['reviewer']}'s"
    return f"{body['actor']} took {whose} answer back", body["reason"] or ""


def _escalated(body: Body) -> tuple[str, str]:
    return f"{body['reviewer']} called a lead", body["reason"]


_BECAUSE = {
    "deadline": "its deadline had passed without an answer",
    "capacity": "more waited than people can answer",
}


def _decided(body: Body) -> tuple[str, str]:
    by = {"model": "the model", "reviewers": "people", "fallback": "the fallback"}
    amended = f" (revision {body['revision']})" if body.get("revision", 1) > 1 else ""
    why = _BECAUSE.get(body.get("because", ""), "")
    return f"Decided by {by[body['decided_by']]}: {body['label']}{amended}", why


def _corrected(body: Body) -> tuple[str, str]:
    return f"Learned from: {body['label']} ({body['verdict']})", ""


def _appealed(body: Body) -> tuple[str, str]:
    return f"{body['actor']} contests the decision", body["reason"]


def _doubted(body: Body) -> tuple[str, str]:
    return f"{body['actor']} asked for a second look", ""


def _other(_: Body) -> None:
    """The kind says it all."""


_WORDS: Mapping[Kind, Callable[[Body], tuple[str, str] | None]] = {
    Kind.ROUTED: _routed,
    Kind.VOTED: _voted,
    Kind.WITHDRAWN: _withdrawn,
    Kind.ESCALATED: _escalated,
    Kind.DECIDED: _decided,
    Kind.CORRECTED: _corrected,
    Kind.APPEALED: _appealed,
    Kind.DOUBTED: _doubted,
    Kind.ERASED: _erased,
}
