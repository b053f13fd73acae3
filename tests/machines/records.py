"""What stands in the database, read past the product's own code, and what must hold of it."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine

_TABLES = {
    "items": "SELECT * FROM review_items WHERE queue <> 'churn.gold' ORDER BY id",
    "copies": "SELECT * FROM review_items WHERE queue = 'churn.gold' ORDER BY id",
    "slots": "SELECT * FROM review_slots ORDER BY id",
    "votes": "SELECT * FROM review_votes ORDER BY item_id, number",
    "leases": "SELECT id, queue FROM review_leases",
    "ledger": "SELECT kind, subject, revision, detail, body FROM review_ledger"
    " WHERE kind IN ('routed', 'decided', 'corrected') ORDER BY sequence",
    "outbox": "SELECT document FROM review_outbox ORDER BY id",
    "reviewers": "SELECT * FROM review_reviewers ORDER BY reviewer",
}
_ALSO = {
    "through": "SELECT * FROM review_through ORDER BY item_id, reviewer",
    "withdrawn": "SELECT * FROM review_ledger ORDER BY sequence",
    "leases": "SELECT * FROM review_leases ORDER BY id",
}

Row = dict[str, Any]


@dataclass
class Records:
    """The rows of one moment; `copies` are those of gold items."""

    items: list[Row]
    copies: list[Row]
    slots: list[Row]
    votes: list[Row]
    leases: list[Row]
    ledger: list[Row]
    outbox: list[Row]
    reviewers: list[Row]

    def slots_of(self, item: Row) -> list[Row]:
        return [slot for slot in self.slots if slot["item_id"] == item["id"]]

    def of_kind(self, kind: str) -> dict[str, list[Row]]:
        """Entries of the ledger, by event."""
        found: dict[str, list[Row]] = defaultdict(list)
        for entry in self.ledger:
            if entry["kind"] == kind:
                found[entry["subject"]].append(entry)
        return found

    def counted(self, item: Row) -> list[Row]:
        of_item = (item["id"], item["round"], "counted")
        return [v for v in self.votes if (v["item_id"], v["round"], v["state"]) == of_item]


def read(engine: Engine) -> Records:
    with _driver(engine) as driver:
        return Records(**{name: _rows(driver, query) for name, query in _TABLES.items()})


def fingerprint(engine: Engine) -> list[object]:
    """All that an answer or claim in vain must leave alone; drafts may come."""
    queries = _TABLES | _ALSO
    with _driver(engine) as driver:
        return [driver.execute(query).fetchall() for query in queries.values()]


@contextmanager
def _driver(engine: Engine) -> Iterator[Any]:
    """The database's own connection: the machine reads more often than all else it does."""
    with engine.connect() as connection:
        yield connection.connection.driver_connection


def _rows(driver: Any, query: str) -> list[Row]:
    found = driver.execute(query)
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def broken(found: Records, most: int) -> Iterator[str]:
    """Each promise of the queue that does not hold, with its example."""
    for item in found.items:
        yield from (f"{item['event_id']}: {what}" for what in _of_slots(found, item, most))
        yield from (f"{item['event_id']}: {what}" for what in _of_answers(found, item, most))
    yield from _of_decisions(found)
    known = {item["event_id"] for item in found.items} | found.of_kind("decided").keys()
    yield from (f"{event}: lost" for event in found.of_kind("routed").keys() - known)


def _of_slots(found: Records, item: Row, most: int) -> Iterator[str]:
    slots = found.slots_of(item)
    held = [slot for slot in slots if slot["lease_id"] is not None]
    if item["settled"] and slots:
        yield "settled, and still offered"
    if not item["settled"] and not any(slot["queue"] == item["queue"] for slot in slots):
        yield "waits, and is offered nowhere"
    if _repeats(slot["holder"] for slot in held):
        yield "held twice by one person"
    if _repeats(slot["lease_id"] for slot in held):
        yield "one lease on two slots"
    queues = {lease["id"]: lease["queue"] for lease in found.leases}
    by_leads = [slot for slot in held if queues[slot["lease_id"]] != item["project"]]
    if len(by_leads) > 1:
        yield "held by two leads"
    answers = [v for v in found.counted(item) if queues[v["lease_id"]] == item["project"]]
    if not item["settled"] and len(held) - len(by_leads) + len(answers) > most:
        yield "more people than answers are needed"
    voters = {v["reviewer"] for v in found.counted(item)}
    if voters & {slot["holder"] for slot in held}:
        yield "held by who has answered it"


def _of_answers(found: Records, item: Row, most: int) -> Iterator[str]:
    votes, counted = [v for v in found.votes if v["item_id"] == item["id"]], found.counted(item)
    if [vote["number"] for vote in votes] != list(range(1, item["votes"] + 1)):
        yield "votes are not numbered without a gap"
    if len(counted) > most + 1:
        yield "more votes count than are needed"
    if _repeats(vote["reviewer"] for vote in counted):
        yield "two votes of one person count"
    if _repeats(vote["lease_id"] for vote in votes):
        yield "two votes under one lease"


def _of_decisions(found: Records) -> Iterator[str]:
    decided, corrected = found.of_kind("decided"), found.of_kind("corrected")
    left = _left(found)
    for event, entries in decided.items():
        if [entry["revision"] for entry in entries] != list(range(1, len(entries) + 1)):
            yield f"{event}: revisions with a gap"
        labels = [json.loads(entry["body"])["label"] for entry in entries]
        said = [document["label"] for document in left["decision.made.v1"].get(event, [])]
        if labels != said:
            yield f"{event}: the ledger says {labels}, upstream was told {said}"
    for item in found.items:
        event, entries = item["event_id"], decided.get(item["event_id"], [])
        if item["decisions"] != len(entries):
            yield f"{event}: {len(entries)} decisions, {item['decisions']} counted"
        if item["settled"]:
            last = json.loads(entries[-1]["body"])["label"] if entries else None
            truths = [json.loads(entry["body"])["label"] for entry in corrected.get(event, [])]
            if not last == item["label"] == (truths or [None])[-1]:
                yield f"{event}: settled {item['label']}, decided {last}, corrected {truths}"


def _left(found: Records) -> dict[str, dict[str, list[Row]]]:
    """Payloads that are to leave, by type and event."""
    left: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in found.outbox:
        document = json.loads(row["document"])
        if "event_id" in document["data"]:
            left[document["type"]][document["data"]["event_id"]].append(document["data"])
    return left


def _repeats(values: Iterable[object]) -> bool:
    found = list(values)
    return len(found) != len(set(found))
