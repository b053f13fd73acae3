"""What the API tells of the sealed ledger."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field

from services.review.api.cursors import NextCursor
from services.review.domain.faults import Fault
from services.review.domain.ledger import Kind
from services.review.domain.seals import SignedHead, Stored
from services.review.use_cases.proving import Proven, Record, State
from services.review.use_cases.verifying import Verified

RECORD_FORMAT = "handraise.record.v1"


class SignedHeadAnswer(BaseModel):
    """A signed head of the ledger; keep it elsewhere, and `ledger verify` can compare with it.

    Attributes:
        number: its place in the chain.
        last: the place in the ledger up to which it seals.
        sha256: by which later heads name it.
        key: the public key of the signature, in hex.
        document: the text that is signed, byte for byte.
        signature: Ed25519, in hex.
    """

    number: int
    last: int
    sealed_at: datetime
    sha256: str
    key: str
    document: str
    signature: str

    @classmethod
    def of(cls, signed: SignedHead) -> Self:
        """From a head."""
        head = signed.head
        return cls(
            number=head.number,
            last=head.last,
            sealed_at=head.sealed_at,
            sha256=signed.sha256,
            key=head.key,
            document=signed.document,
            signature=signed.signature,
        )


class FaultAnswer(BaseModel):
    """One thing that is not as it was sealed, and what to do; `entry` is its place, if known."""

    seal: int
    entry: int | None
    wrong: str
    cure: str

    @classmethod
    def of(cls, fault: Fault) -> Self:
        """From a fault."""
        return cls(seal=fault.seal, entry=fault.entry, wrong=fault.wrong, cure=fault.cure)


class LedgerVerificationAnswer(BaseModel):
    """What reading the whole ledger again has shown; no fault: nothing was altered.

    Attributes:
        unsealed: entries that wait for the next seal, and cannot be checked yet.
        faults: at most 100.
    """

    seals: int
    entries: int
    unsealed: int
    newest: SignedHeadAnswer | None
    faults: list[FaultAnswer]

    @classmethod
    def of(cls, found: Verified) -> Self:
        """From what was found."""
        return cls(
            seals=found.seals,
            entries=found.entries,
            unsealed=found.unsealed,
            newest=SignedHeadAnswer.of(found.newest) if found.newest else None,
            faults=[FaultAnswer.of(fault) for fault in found.faults],
        )


class StoredEntry(BaseModel):
    """An entry of the ledger as it is stored: all of which its hash is made.

    Attributes:
        at: a moment in UTC, as it is hashed.
        body: a JSON document as text, byte for byte.
        salt: hides the personal part in the hash; empty once that is erased.
        erased: the commitment to the personal part that was erased.
    """

    sequence: int
    project: str
    kind: Kind
    subject: str
    revision: int
    detail: str
    at: str
    body: str
    salt: str
    erased: str | None

    @classmethod
    def of(cls, entry: Stored) -> Self:
        """From an entry."""
        said = {name: getattr(entry, name) for name in cls.model_fields}
        return cls(**said | {"at": entry.at.isoformat()})


class EntriesAnswer(BaseModel):
    """A part of a project's ledger, in order."""

    entries: list[StoredEntry]
    next_cursor: NextCursor


class ProvenEntry(BaseModel):
    """An entry, and how its hash leads to a signed head.

    Attributes:
        seal: the number of the head; null while it waits for the next.
        index: which entry of the seal it is, from 0.
        path: the hashes beside the way from its own to the root, in hex, from below.
    """

    entry: StoredEntry
    seal: int | None
    index: int | None
    path: list[str]

    @classmethod
    def of(cls, proven: Proven) -> Self:
        """From a proven entry."""
        return cls(
            entry=StoredEntry.of(proven.entry),
            seal=proven.seal,
            index=proven.index,
            path=list(proven.beside),
        )


class ProofAnswer(BaseModel):
    """The record of an event with its proof, to be checked without this installation.

    Attributes:
        state: what this installation finds itself.
        entries: of the event, then of the project file and the model version in force.
        heads: the heads that they lead to, and those over which the newest leads there.
    """

    format: str = Field(RECORD_FORMAT, description="The format of this document.")
    project: str
    event_id: str
    state: State
    entries: list[ProvenEntry]
    heads: list[SignedHeadAnswer]

    @classmethod
    def of(cls, record: Record) -> Self:
        """From a record."""
        return cls(
            format=RECORD_FORMAT,
            project=record.project,
            event_id=record.event_id,
            state=record.state,
            entries=[ProvenEntry.of(proven) for proven in record.entries],
            heads=[SignedHeadAnswer.of(signed) for signed in record.heads.values()],
        )
