"""What must hold after any number of kills, each with a name."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tests.chaos.evidence import Evidence
from tests.chaos.witness import Witness


@dataclass(frozen=True)
class Verdict:
    """One invariant.

    Attributes:
        examples: what breaks it; nothing if it holds.
    """

    name: str
    examples: list[str]

    @property
    def holds(self) -> bool:
        return not self.examples


def judge(told: Witness, found: Evidence) -> list[Verdict]:
    """Every invariant about data."""
    return [Verdict(name, list(examples)) for name, examples in _all(told, found)]


def _all(told: Witness, found: Evidence) -> Iterator[tuple[str, Iterable[str]]]:
    recorded = {event_id: labels[-1] for event_id, labels in found.decided.items()}
    streamed = {key[0]: documents[-1]["label"] for key, documents in found.decisions.items()}
    settled = {item["event_id"] for item in found.items if item["settled"]}
    correct = {f"chaos/{event_id}/1" for event_id in settled}
    yield "nothing is decided that was not sent", recorded.keys() - told.sent
    yield "every acknowledged event has a decision", told.acknowledged - recorded.keys()
    yield (
        "no event has two decisions",
        (i for i, labels in found.decided.items() if len(labels) > 1),
    )
    yield "every decision is on the stream", recorded.keys() ^ streamed.keys()
    yield "the stream says what the ledger says", _differing(recorded, streamed)
    yield (
        "a decision sent twice says the same",
        (f"{key}" for key, said in found.decisions.items() if not _alike(said)),
    )
    yield (
        "an answer given is the decision recorded",
        (
            f"{event_id}: told {label}, recorded {recorded.get(event_id)}"
            for event_id, labels in told.decided.items()
            for label in labels
            if recorded.get(event_id) != label
        ),
    )
    yield "only the newest lease decides", _late_votes(found)
    yield "no item is settled without a correction", settled ^ found.corrected
    yield (
        "no item is open that is decided",
        (
            item["event_id"]
            for item in found.items
            if not item["settled"] and item["event_id"] in recorded
        ),
    )
    yield "no item waits for ever", (i["event_id"] for i in found.items if not i["settled"])
    yield "every correction is on the stream", correct ^ found.corrections.keys()
    yield (
        "a correction sent twice says the same",
        (key for key, said in found.corrections.items() if not _alike(said)),
    )
    yield "every correction is learned", correct ^ set(found.learned)
    yield "no correction is learned twice", _twice(found.learned)
    yield "every answer was taken in the end", told.unanswered
    yield "no answer is strange", told.strange
    yield (
        "nothing is buried",
        (
            f"{letter['reason']}: {letter['message']}"
            for letter in found.dead_letters
            if letter["reason"] != "model_refused"  # no event: the version before serves on
        ),
    )
    yield "nothing is left pending", (f"{name}: {n}" for name, n in found.pending.items())
    yield "model versions are numbered without a gap", _gaps(found)
    yield "the newest model has learned each correction once", _miscounted(found)


def _differing(one: dict[str, str], other: dict[str, str]) -> Iterator[str]:
    for event_id in one.keys() & other.keys():
        if one[event_id] != other[event_id]:
            yield f"{event_id}: {one[event_id]}, {other[event_id]}"


def _alike(said: list[dict[str, object]]) -> bool:
    return len({json.dumps(document, sort_keys=True) for document in said}) == 1


def _late_votes(found: Evidence) -> Iterator[str]:
    """An item's token rises with each new holder; nobody holds it after it was decided."""
    newest = {item["event_id"]: item["lease_token"] for item in found.items}
    for event_id, token in found.votes.items():
        if newest.get(event_id) != token:
            yield f"{event_id}: decided under token {token}, newest {newest.get(event_id)}"


def _twice(identities: list[str]) -> Iterator[str]:
    seen: set[str] = set()
    for identity in identities:
        if identity in seen:
            yield identity
        seen.add(identity)


def _gaps(found: Evidence) -> Iterator[str]:
    for place, row in enumerate(found.versions, start=1):
        if row["version"] != place or row["rejected"]:
            yield f"version {row['version']} at place {place}"


def _miscounted(found: Evidence) -> Iterator[str]:
    newest = [row for row in found.versions if row["promoted"]][-1:]
    for row in newest:
        examples = int(json.loads(row["metrics"])["examples"])
        if examples != len(set(found.learned)):
            yield f"version {row['version']}: {examples} of {len(set(found.learned))}"
