"""The sealed ledger: heads to be kept elsewhere, records with their proof, all entries."""

from collections.abc import Collection
from typing import Any

from pydantic import AwareDatetime

from handraise.client.steps import Answer, Page, Request, Steps, ask, part

_LONG = 3600.0
"""The whole ledger is read."""


class SignedHead(Answer):
    """A signed head; kept elsewhere, it shows later whether anything before it was altered."""

    number: int
    last: int
    sealed_at: AwareDatetime
    sha256: str
    key: str
    document: str
    signature: str


class LedgerFault(Answer):
    """One thing that is not as it was sealed, and what to do."""

    seal: int
    entry: int | None
    wrong: str
    cure: str


class LedgerVerification(Answer):
    """What reading the whole ledger again has shown."""

    seals: int
    entries: int
    unsealed: int
    newest: SignedHead | None
    faults: list[LedgerFault]


class StoredEntry(Answer):
    """An entry of the ledger as it is stored; `body` is a JSON document as text."""

    sequence: int
    project: str
    kind: str
    subject: str
    revision: int
    detail: str
    at: str
    body: str
    salt: str
    erased: str | None


class StoredEntries(Page):
    """A part of a project's ledger, in order."""

    entries: list[StoredEntry]


class ProvenEntry(Answer):
    """An entry, and how its hash leads to a signed head."""

    entry: StoredEntry
    seal: int | None
    index: int | None
    path: list[str]


class Proof(Answer):
    """The record of an event with its proof; `handraise/standalone/verify_record.py` checks it."""

    format: str
    project: str
    event_id: str
    state: str
    entries: list[ProvenEntry]
    heads: list[dict[str, Any]]


def ledger_head() -> Steps[SignedHead]:
    """The newest signed head."""
    return ask(SignedHead, Request("GET", "/v1/ledger/head"))


def verify_ledger(
    kept: SignedHead | None = None, keys: Collection[str] = ()
) -> Steps[LedgerVerification]:
    """Read the whole ledger again and compare it with its seals, and with a head that was kept."""
    query = {"number": str(kept.number), "sha256": kept.sha256} if kept else {}
    if keys:
        query["keys"] = ",".join(keys)
    path = "/v1/ledger/verification"
    return ask(LedgerVerification, Request("GET", path, query=query, seconds=_LONG))


def ledger_entries(
    project: str, *, limit: int = 500, cursor: str | None = None
) -> Steps[StoredEntries]:
    """The ledger of a project as it is stored, oldest first."""
    query = {"limit": str(limit)} | ({"cursor": cursor} if cursor else {})
    path = f"/v1/ledger/entries/{part(project)}"
    return ask(StoredEntries, Request("GET", path, query=query))


def prove(project: str, event_id: str, *, kept: int | None = None) -> Steps[Proof]:
    """The record of an event with all that is needed to check it without the installation.

    `kept` is the number of a head that was kept elsewhere, so that the record leads over it.
    """
    query = {"kept": str(kept)} if kept is not None else {}
    path = f"/v1/decisions/{part(project)}/{part(event_id)}/record"
    return ask(Proof, Request("GET", path, query=query))
