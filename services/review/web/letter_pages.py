"""The pages on which dead letters are looked at and settled; plain forms, no script."""

from contextlib import suppress
from dataclasses import replace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import Response
from pydantic import TypeAdapter, ValidationError

from services.review.api.caller import Doorkeeper
from services.review.api.cursors import LARGEST
from services.review.api.dead_letter_bodies import Filter, Why, kinds
from services.review.api.serving import serve
from services.review.domain.access import Permission, User
from services.review.domain.dead_letters import LetterState, cure
from services.review.errors import AlreadySettled, Invalid, NotFound
from services.review.use_cases.dead_letters import WorkDeadLetters
from services.review.web.forms import form_of
from services.review.web.html import Pages, page_route, to

_A_PAGE = 50
_MOST_SHOWN = 20_000
_MOST_BYTES = 16_384
_why = TypeAdapter(Why)


def install(app: FastAPI, pages: Pages, door: Doorkeeper, letters: WorkDeadLetters) -> None:
    """Add the pages to the application."""
    serve(app, _looking(pages, door, letters))
    serve(app, _settling(pages, door, letters))


def _looking(pages: Pages, door: Doorkeeper, letters: WorkDeadLetters) -> APIRouter:
    routes = _routes(pages)
    Operator = Annotated[User, Depends(door.allow(Permission.OPERATE))]  # noqa: N806 - a type

    @routes.get("")
    def list_letters(request: Request, operator: Operator) -> Response:
        """What waits by kind with its cure, then the letters themselves."""
        asked = dict(request.query_params)
        wanted, state = _filter(asked), _state(asked.get("state", ""))
        chosen = replace(wanted.selection(letters), state=state)
        before = _number(asked["before"]) if asked.get("before") else None
        listed = letters.page(chosen, _A_PAGE, before)
        return pages.show(
            "letters.html",
            listed=listed,
            kinds=kinds(listed.counts),
            wanted=wanted,
            state=state.value if state else "all",
            query=_query(wanted),
            user=operator,
            done=_done(asked.get("done", "")),
        )

    @routes.get("/all")
    def confirm(request: Request, operator: Operator) -> Response:
        """What an act on all letters of a filter would mean, before it is done."""
        wanted = _filter(dict(request.query_params))
        matching = letters.matching(wanted.selection(letters))
        return pages.show(
            "letters_all.html", wanted=wanted, matching=matching, user=operator, cure=cure
        )

    @routes.get("/{identity}")
    def show_letter(identity: str, operator: Operator) -> Response:
        """One letter, its original, and what can be done about it."""
        shown = letters.show(_number(identity))
        text = shown.original.decode(errors="backslashreplace")
        return pages.show(
            "letter.html",
            letter=shown.letter,
            retriable=shown.retriable,
            cure=cure(shown.letter.reason),
            original=text[:_MOST_SHOWN],
            cut=len(text) > _MOST_SHOWN,
            user=operator,
        )

    return routes


def _settling(pages: Pages, door: Doorkeeper, letters: WorkDeadLetters) -> APIRouter:
    routes = _routes(pages)
    Operator = Annotated[User, Depends(door.allow(Permission.OPERATE))]  # noqa: N806 - a type
    Form = Annotated[dict[str, str], Depends(form_of(_MOST_BYTES))]  # noqa: N806 - a type

    @routes.post("/all/retry")
    def retry_all(operator: Operator, form: Form) -> Response:
        """Retry what the page before named, and nothing that came in since."""
        done = letters.retry_all(_confirmed(form).selection(letters), operator)
        return to(f"/dead-letters?done=retry-{done}")

    @routes.post("/all/drop")
    def drop_all(operator: Operator, form: Form) -> Response:
        """Drop what the page before named, and nothing that came in since."""
        chosen = _confirmed(form).selection(letters)
        return to(f"/dead-letters?done=drop-{letters.drop_all(chosen, operator, _why_of(form))}")

    @routes.post("/{identity}/retry")
    def retry(identity: str, operator: Operator) -> Response:
        """Put the original back; a second click only shows what the first did."""
        number = _number(identity)
        with suppress(AlreadySettled):
            letters.retry(number, operator)
        return to(f"/dead-letters/{number}")

    @routes.post("/{identity}/drop")
    def drop(identity: str, operator: Operator, form: Form) -> Response:
        """Settle the letter without sending anything."""
        number = _number(identity)
        letters.drop(number, operator, _why_of(form))
        return to(f"/dead-letters/{number}")

    return routes


def _routes(pages: Pages) -> APIRouter:
    return APIRouter(prefix="/dead-letters", route_class=page_route(pages), include_in_schema=False)


def _confirmed(form: dict[str, str]) -> Filter:
    wanted = _filter(form)
    if wanted.upto is None:
        raise Invalid("go back to the list and choose again")
    return wanted


def _filter(asked: dict[str, str]) -> Filter:
    names = Filter.model_fields
    try:
        return Filter.model_validate({n: v for n, v in asked.items() if n in names and v})
    except ValidationError as error:
        raise Invalid("this filter is not one of ours; go back to /dead-letters") from error


def _state(asked: str) -> LetterState | None:
    if asked == "all":
        return None
    return LetterState(asked) if asked in set(LetterState) else LetterState.WAITING


def _number(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) < 20 and 1 <= int(text) <= LARGEST:  # noqa: PLR2004
        return int(text)
    raise NotFound("there is no such dead letter")


def _why_of(form: dict[str, str]) -> str:
    try:
        return _why.validate_python(form.get("why", "").strip())
    except ValidationError as error:
        raise Invalid("say in a few words why; it is kept in the record") from error


def _query(wanted: Filter) -> str:
    return urlencode(wanted.model_dump(exclude_none=True, exclude={"upto"}))


def _done(said: str) -> str:
    """What the last act did, if the address says so in our own words."""
    act, _, count = said.partition("-")
    words = {"retry": "went back to their streams", "drop": "were dropped"}
    if act not in words or not count.isdecimal():
        return ""
    return f"{int(count[:12])} dead letters {words[act]}."
