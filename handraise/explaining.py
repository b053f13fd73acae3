"""What entries of the ledger say, for people who audit a decision."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from handraise.client import Proof, StoredEntry

Body = Mapping[str, Any]


def story(proof: Proof) -> list[dict[str, object]]:
    """A row for each entry of a record: where it stands, what happened, and how it is sealed."""
    return [
        {
            "entry": proven.entry.sequence,
            "at": proven.entry.at[:19].replace("T", " "),
            "what": proven.entry.kind.replace("_", " "),
            "said": said(proven.entry),
            "seal": proven.seal,
        }
        for proven in proof.entries
    ]


def said(entry: StoredEntry) -> str:
    """What an entry says, in a sentence."""
    body = json.loads(entry.body)
    tell = _WORDS.get(entry.kind)
    return tell(body) if tell else entry.detail


def _routed(body: Body) -> str:
    route, prediction = body["route"], body["prediction"]
    model, probabilities = prediction["model"], prediction["probabilities"]
    likely = sorted(probabilities.items(), key=lambda pair: -pair[1])[:3]
    shares = ", ".join(f"{label} {share:.3f}" for label, share in likely)
    version = f"version {model['version']}" if model["version"] else "no version yet"
    whom = "the model decides" if route["kind"] == "auto" else "people decide"
    chance = f"{route['inclusion_probability']:.3g}"
    return (
        f"{whom} ({route['reason']}): {model['name']} {version} says {shares}; a person was to see "
        f"it with probability {chance}; policy {route['policy_version']}"
    )


def _voted(body: Body) -> str:
    saw = "having seen" if body.get("saw_model") else "without having seen"
    return f"{body['reviewer']} says {body['label']}, {saw} the model's answer"


def _model(body: Body) -> str:
    return (
        f"version {body['version']}, {body['reason']}, up to entry {body['learned_up_to']}; "
        f"sha256 {body['sha256']}"
    )


_WORDS: Mapping[str, Callable[[Body], str]] = {
    "routed": _routed,
    "voted": _voted,
    "decided": lambda body: f"{body['label']}, by {body['decided_by']}",
    "corrected": lambda body: f"the truth is {body['label']}: {body['verdict']}",
    "appealed": lambda body: f"{body['actor']} contests it",
    "escalated": lambda body: f"{body['reviewer']} asks for a lead",
    "withdrawn": lambda body: f"the answer of {body['reviewer']} was taken back",
    "project": lambda body: f"the project file in force, applied by {body['actor']}",
    "model": _model,
}
