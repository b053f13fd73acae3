"""Routes for dead letters."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query

from services.review.api.caller import Doorkeeper
from services.review.api.cursors import LARGEST, Limit, below
from services.review.api.dead_letter_bodies import (
    Drop,
    DropAll,
    DroppedAnswer,
    Filter,
    LetterAnswer,
    LettersAnswer,
    RetriedAnswer,
    ShownLetterAnswer,
    Word,
)
from services.review.api.document import may_say
from services.review.api.one_thread import OneThread
from services.review.api.repeating import Key
from services.review.domain.access import Permission, User
from services.review.domain.dead_letters import LetterState, Selection
from services.review.errors import AlreadySettled
from services.review.use_cases.dead_letters import WorkDeadLetters
from services.review.use_cases.repeating import Once

_Id = Annotated[int, Path(alias="id", ge=1, le=LARGEST)]
_Words = Annotated[Word | None, Query()]
_Older = Annotated[int | None, Depends(below("dead-letters"))]
_State = Literal["waiting", "retried", "dropped", "all"]


def router(door: Doorkeeper, letters: WorkDeadLetters) -> APIRouter:
    """`/v1/dead-letters`."""
    routes = APIRouter(prefix="/v1/dead-letters", tags=["dead letters"], route_class=OneThread)
    Operator = Annotated[User, Depends(door.allow(Permission.OPERATE))]  # noqa: N806 - a type

    @routes.get("")
    def list_letters(
        _: Operator,
        project: _Words = None,
        reason: _Words = None,
        stream: _Words = None,
        state: _State = "waiting",
        limit: Limit = 50,
        older: _Older = None,
    ) -> LettersAnswer:
        """Dead letters, newest first, and how many wait in all."""
        chosen = Selection(
            project=project,
            reason=reason,
            state=None if state == "all" else LetterState(state),
        )
        return LettersAnswer.of(letters.page(letters.of_stream(chosen, stream), limit, older))

    @routes.get("/{id}")
    def show_letter(identity: _Id, _: Operator) -> ShownLetterAnswer:
        """One dead letter with its original and the cure."""
        return ShownLetterAnswer.shown(letters.show(identity))

    @routes.post("/retry")
    def retry_letters(body: Filter, operator: Operator) -> RetriedAnswer:
        """Put all waiting originals of a kind back on their streams."""
        chosen = body.selection(letters)
        meant = letters.matching(chosen)
        retried = letters.retry_all(chosen, operator)
        return RetriedAnswer(retried=retried, refused=meant.waiting - meant.retriable)

    @routes.post("/drop")
    def drop_letters(body: DropAll, operator: Operator) -> DroppedAnswer:
        """Settle all waiting letters of a kind without sending anything."""
        chosen = body.filter.selection(letters)
        return DroppedAnswer(dropped=letters.drop_all(chosen, operator, body.reason))

    @routes.post("/{id}/retry", openapi_extra=may_say(AlreadySettled))
    def retry_letter(identity: _Id, operator: Operator, key: Key = None) -> LetterAnswer:
        """Put an original back on its stream; if it fails again, that is a new letter."""
        return LetterAnswer.of(
            letters.retry(identity, operator, Once.asked(key, "retry", identity))
        )

    @routes.post("/{id}/drop", openapi_extra=may_say(AlreadySettled))
    def drop_letter(identity: _Id, body: Drop, operator: Operator, key: Key = None) -> LetterAnswer:
        """Settle a letter without sending anything; it is kept for a while."""
        once = Once.asked(key, "drop", identity, body.reason)
        return LetterAnswer.of(letters.drop(identity, operator, body.reason, once))

    return routes
