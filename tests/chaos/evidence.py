"""What the stores and streams say when all is over."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shared.streams import Stream
from tests.chaos.children import RECLAIMED
from tests.chaos.senders import PROJECT
from tests.chaos.stage import Stage

LEAST_EXAMPLES = 32  # before so many there is no model

GROUPS = (
    ("requests", "scorer"),
    ("predictions", "review"),
    ("models", "review"),
    ("corrections", "retrainer"),
)


@dataclass
class Evidence:
    """Rows and documents, as they are.

    Attributes:
        decided: label by event id, of every decision in the review ledger.
        votes: fencing token under which an event was decided by people.
        corrected: event ids with a correction in the review ledger.
        items: rows of the queue.
        decisions: payloads on the stream, by event id and revision.
        corrections: payloads on the stream, by correction id.
        learned: identities of the corrections in the retrainer's ledger.
        versions: rows of model versions, oldest first, and whether they were `promoted` or
            `rejected`.
        pending: entries that some group has not acknowledged, or not read.
    """

    decided: dict[str, list[str]] = field(default_factory=dict)
    votes: dict[str, int] = field(default_factory=dict)
    corrected: set[str] = field(default_factory=set)
    items: list[dict[str, Any]] = field(default_factory=list)
    decisions: dict[tuple[str, int], list[dict[str, Any]]] = field(default_factory=dict)
    corrections: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    dead_letters: list[dict[str, Any]] = field(default_factory=list)
    learned: list[str] = field(default_factory=list)
    versions: list[dict[str, Any]] = field(default_factory=list)
    pending: dict[str, int] = field(default_factory=dict)
    reclaimed: int = 0


_STEP = """EXISTS (SELECT 1 FROM retrainer_steps AS s WHERE s.project = v.project
    AND s.version = v.version AND s.kind = 'model.{step}.v1') AS {step}"""
_VERSIONS = (
    f"SELECT v.*, {_STEP.format(step='promoted')}, {_STEP.format(step='rejected')} "  # noqa: S608
    "FROM retrainer_versions AS v ORDER BY version"
)
_ITEMS = (
    "SELECT review_items.*, (SELECT coalesce(max(token), 0) FROM review_leases"
    " WHERE item_id = review_items.id) AS lease_token FROM review_items"
)


def gather(stage: Stage) -> Evidence:
    """Read everything; the services may still run."""
    found = Evidence(pending=backlog(stage), reclaimed=taken_over(stage.directory))
    ledger = "SELECT kind, subject, body FROM review_ledger WHERE project = ? ORDER BY sequence"
    for row in rows(stage.directory / "review.db", ledger, PROJECT.name):
        body = json.loads(row["body"])
        if row["kind"] == "decided":
            found.decided.setdefault(row["subject"], []).append(body["label"])
        elif row["kind"] == "voted":
            found.votes[row["subject"]] = body["lease"]["token"]
        elif row["kind"] == "corrected":
            found.corrected.add(row["subject"])
    found.items = rows(stage.directory / "review.db", _ITEMS)
    training = stage.directory / "retrainer.db"
    learned = "SELECT body FROM retrainer_ledger WHERE kind = 'correction'"
    found.learned = [json.loads(row["body"])["correction_id"] for row in rows(training, learned)]
    found.versions = rows(training, _VERSIONS)
    with stage.redis() as client:
        for event in _documents(stage, client, "decisions"):
            key = (event["event_id"], event["revision"])
            found.decisions.setdefault(key, []).append(event)
        for event in _documents(stage, client, "corrections"):
            found.corrections.setdefault(event["correction_id"], []).append(event)
        found.dead_letters = _documents(stage, client, "dead-letters")
    return found


def backlog(stage: Stage) -> dict[str, int]:
    """What has not been read, acknowledged, sent or learned yet, where there is any."""
    found = dict.fromkeys((f"{group} on {stream}" for stream, group in GROUPS), 1)
    with stage.redis() as client:
        for stream, group in GROUPS:
            left = [_left_to(client, key, group) for key in _keys(stage, client, stream)]
            if left:
                found[f"{group} on {stream}"] = sum(left)
    found["outbox"] = _count(
        stage.directory / "review.db", "SELECT count(*) AS n FROM review_outbox"
    )
    training = stage.directory / "retrainer.db"
    recorded = _count(
        training, "SELECT count(*) AS n FROM retrainer_ledger WHERE kind='correction'"
    )
    newest = rows(
        training,
        "SELECT metrics FROM retrainer_versions JOIN retrainer_steps USING (project, version) "
        "WHERE announced AND kind = 'model.promoted.v1' ORDER BY version DESC LIMIT 1",
    )
    learned = int(json.loads(newest[0]["metrics"])["examples"]) if newest else 0
    if recorded >= LEAST_EXAMPLES:
        found["learning"] = abs(recorded - learned)
    return {name: count for name, count in found.items() if count}


def _left_to(client: Any, key: str, group: str) -> int:
    """Entries unread or unacknowledged. Redis' own lag may be wrong after a restart."""
    newest = client.xinfo_stream(key)["last-generated-id"]
    for state in client.xinfo_groups(key):
        if state["name"] == group.encode():
            unread = state["last-delivered-id"] != newest
            return int(state["pending"]) + (max(1, int(state["lag"] or 0)) if unread else 0)
    return 1


def waiting(stage: Stage) -> int:
    """Items that people have still to decide."""
    query = "SELECT count(*) AS n FROM review_items WHERE NOT settled"
    return _count(stage.directory / "review.db", query)


def rows(database: Path, query: str, *parameters: object) -> list[dict[str, Any]]:
    """A query's rows, read beside the service."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)
    try:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(query, parameters)]
    finally:
        connection.close()


def _count(database: Path, query: str) -> int:
    return int(rows(database, query)[0]["n"])


def _keys(stage: Stage, client: Any, stream: str) -> list[str]:
    return [key for key in stage.keys.all(Stream(stream)) if client.exists(key)]


def _documents(stage: Stage, client: Any, stream: str) -> list[dict[str, Any]]:
    """Payloads of a whole stream, in order; of its partitions one after another."""
    keys = stage.keys.all(Stream(stream))
    return [payload for key in keys for payload in _payloads(client, key)]


def _payloads(client: Any, key: str) -> list[dict[str, Any]]:
    found, last = [], "-"
    while True:
        part: Sequence[Any] = client.xrange(key, last, "+", 5000)
        found += [json.loads(fields[b"data"])["data"] for _, fields in part]
        if len(part) < 5000:
            return found
        last = f"({part[-1][0].decode()}"


def taken_over(directory: Path) -> int:
    """How many entries of killed consumers others have gone on with."""
    path = directory / RECLAIMED
    return sum(map(int, path.read_text().split())) if path.exists() else 0
