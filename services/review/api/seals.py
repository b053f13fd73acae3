"""Routes that prove what the ledger says."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from services.review.api.caller import Doorkeeper
from services.review.api.cursors import LARGEST, CursorText, Limit, read, written
from services.review.api.document import may_say
from services.review.api.seal_answers import (
    EntriesAnswer,
    LedgerVerificationAnswer,
    ProofAnswer,
    SignedHeadAnswer,
    StoredEntry,
)
from services.review.domain.access import Permission, User
from services.review.errors import Invalid, StillToAnswer
from services.review.use_cases.proving import ProveRecord
from services.review.use_cases.verifying import VerifyLedger

_HEX = r"^[0-9a-f]{64}$"
_Number = Annotated[
    int | None, Query(ge=1, le=LARGEST, description="Number of a head that was kept elsewhere.")
]
_Sha256 = Annotated[
    str | None, Query(pattern=_HEX, description="SHA-256 of the head that was kept elsewhere.")
]
_Keys = Annotated[
    str | None,
    Query(
        pattern=r"^[0-9a-f]{64}(,[0-9a-f]{64}){0,19}$",
        description="Public keys, in hex with commas between, that are trusted besides the own.",
    ),
]


def router(door: Doorkeeper, verify: VerifyLedger, prove: ProveRecord) -> APIRouter:
    """`/v1/ledger`, and the proof of a decision's record."""
    routes = APIRouter(prefix="/v1", tags=["records"])
    Auditor = Annotated[User, Depends(door.allow(Permission.RECORD))]  # noqa: N806 - a type
    Keeper = Annotated[User, Depends(door.allow(Permission.LEDGER))]  # noqa: N806 - a type

    @routes.get("/ledger/head")
    def newest_head(_: Auditor) -> SignedHeadAnswer:
        """The newest signed head; keep it where nobody can change it who can change the ledger."""
        return SignedHeadAnswer.of(verify.newest())

    @routes.get("/ledger/verification")
    def verify_ledger(
        _: Auditor, number: _Number = None, sha256: _Sha256 = None, keys: _Keys = None
    ) -> LedgerVerificationAnswer:
        """Read the whole ledger again, and compare it with its seals and a head kept elsewhere."""
        if (number is None) != (sha256 is None):
            raise Invalid("number, sha256: give both of a head that was kept, or none")
        kept = (number, sha256) if number is not None and sha256 is not None else None
        return LedgerVerificationAnswer.of(verify(kept, keys.split(",") if keys else ()))

    @routes.get("/ledger/entries/{project}")
    def list_entries(
        project: str, _: Keeper, limit: Limit = 500, cursor: CursorText = None
    ) -> EntriesAnswer:
        """The ledger of a project as it is stored, oldest first."""
        after = int(read("entries", cursor, int)[0]) if cursor is not None else 0
        page = prove.entries(project, after, limit)
        return EntriesAnswer(
            entries=[StoredEntry.of(entry) for entry in page.items],
            next_cursor=written("entries", page.last.sequence) if page.last else None,
        )

    @routes.get("/decisions/{project}/{event_id:path}/record", openapi_extra=may_say(StillToAnswer))
    def prove_decision(
        project: str, event_id: str, auditor: Auditor, kept: _Number = None
    ) -> ProofAnswer:
        """The record of an event with all that is needed to check it without this installation."""
        return ProofAnswer.of(prove(project, event_id, kept, reader=auditor))

    return routes
