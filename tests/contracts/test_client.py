"""The Python client and the OpenAPI document: it asks what is described, and understands it."""

import asyncio
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from handraise.client import AsyncClient, Claim, Client, SignedHead
from handraise.client.operation import Operation
from handraise.client.operations import Operations
from shared.events import PredictionMade, ScoringRequested
from shared.project import Project

DOCUMENT: dict[str, Any] = json.loads(Path("docs/reference/openapi.json").read_text())
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]


def example(name: str) -> Any:
    return SCHEMAS[name]["examples"][0]


CLAIM = Claim.model_validate(example("ClaimAnswer"))
EVENT = ScoringRequested.model_validate(example("Requests")["events"][0])
PREDICTION = PredictionMade.model_validate(example("Predictions")["events"][0])
PROJECT = Project.model_validate(example("Project"))
HEAD = SignedHead.model_validate(example("SignedHeadAnswer"))
NOW = datetime(2026, 3, 4, tzinfo=UTC)

FOR_BROWSERS = {("GET", "/v1/stream")}

CALLS: dict[str, Callable[[Any], Any]] = {
    "access_log": lambda c: c.access_log(limit=5, cursor="x"),
    "add_user": lambda c: c.add_user("ada", "reviewer", ["churn"]),
    "agreement": lambda c: c.agreement("churn"),
    "anchoring": lambda c: c.anchoring("churn"),
    "appeal": lambda c: c.appeal("churn", "c-17", "no"),
    "answer_exercise": lambda c: c.answer_exercise("churn", 42, "leaves"),
    "answer_question": lambda c: c.answer_question("churn", 12, "leaves"),
    "apply": lambda c: c.apply(PROJECT),
    "asyncapi": lambda c: c.asyncapi(),
    "ask_question": lambda c: c.ask_question("churn"),
    "certificates": lambda c: c.certificates("churn"),
    "change_password": lambda c: c.change_password("old", "correct horse battery"),
    "change_user": lambda c: c.change_user("ada", role="lead", projects=None),
    "claim": lambda c: c.claim("churn", 2, lease_seconds=60, key="k"),
    "contribution": lambda c: c.contribution("churn"),
    "create_token": lambda c: c.create_token("ada", days=3, description="d"),
    "dead_letter": lambda c: c.dead_letter(5),
    "dead_letters": lambda c: c.dead_letters({"reason": "malformed"}, limit=5, before=9),
    "decide": lambda c: c.decide(
        CLAIM, "stays", comment="c", reason_code="r", seconds_spent=1.5, claim_next=1
    ),
    "decisions": lambda c: c.decisions("churn", after=3, decided_by="model", limit=9),
    "disable_user": lambda c: c.disable_user("ada"),
    "drift": lambda c: c.drift("churn"),
    "drop_dead_letter": lambda c: c.drop_dead_letter(5, "why"),
    "drop_dead_letters": lambda c: c.drop_dead_letters({"project": "churn", "upto": 3}, "why"),
    "end_sessions": lambda c: c.end_sessions("ada"),
    "erase_subjects": lambda c: c.erase_subjects("churn", ["c-17"], "why"),
    "escalate": lambda c: c.escalate(CLAIM, "why"),
    "exercise": lambda c: c.exercise("churn"),
    "gaps": lambda c: c.gaps(),
    "gather_alike": lambda c: c.gather_alike("churn", [CLAIM], 20),
    "gold": lambda c: c.gold("churn"),
    "heartbeat": lambda c: c.heartbeat(CLAIM),
    "keep_draft": lambda c: c.keep_draft(CLAIM, label="stays", comment="c"),
    "ledger_entries": lambda c: c.ledger_entries("churn", limit=5, cursor="x"),
    "ledger_head": lambda c: c.ledger_head(),
    "label_errors": lambda c: c.label_errors("churn", limit=5),
    "mark_gold": lambda c: c.mark_gold("churn", "c-17", "leaves", explanation="e"),
    "me": lambda c: c.me(),
    "model": lambda c: c.model("churn", 7),
    "models": lambda c: c.models("churn"),
    "offer": lambda c: c.offer("churn", 7, "reviewer", "ada", "why"),
    "own_impact": lambda c: c.own_impact(),
    "own_quality": lambda c: c.own_quality(),
    "own_streaks": lambda c: c.own_streaks(),
    "pause_reviewer": lambda c: c.pause_reviewer("churn", "ada", "why"),
    "project": lambda c: c.project("churn"),
    "projects": lambda c: c.projects(),
    "promote": lambda c: c.promote("churn", 7, "why"),
    "prove": lambda c: c.prove("churn", "c-17", kept=5),
    "queues": lambda c: c.queues(),
    "record": lambda c: c.record("churn", "c-17"),
    "reject": lambda c: c.reject("churn", 7, "why"),
    "release": lambda c: c.release(CLAIM),
    "repair": lambda c: c.repair(),
    "report": lambda c: c.report("churn"),
    "republish": lambda c: c.republish(since=NOW),
    "resume": lambda c: c.resume("churn", "why"),
    "resume_reviewer": lambda c: c.resume_reviewer("churn", "ada", "why"),
    "retire_gold": lambda c: c.retire_gold("churn", "c-17"),
    "retry_dead_letter": lambda c: c.retry_dead_letter(5),
    "retry_dead_letters": lambda c: c.retry_dead_letters({"project": "churn"}),
    "reviewers": lambda c: c.reviewers("churn"),
    "revoke_answers": lambda c: c.revoke_answers("churn", "ada", NOW, "why"),
    "revoke_token": lambda c: c.revoke_token("3f9c2a7b1d04"),
    "rotate_token": lambda c: c.rotate_token("3f9c2a7b1d04", overlap_seconds=5),
    "roll_back": lambda c: c.roll_back("churn", 6, "why"),
    "send": lambda c: c.send("churn", [EVENT]),
    "send_predictions": lambda c: c.send_predictions("churn", [PREDICTION]),
    "send_for_second_look": lambda c: c.send_for_second_look("churn", ["c-17"]),
    "set_password": lambda c: c.set_password("ada", "correct horse battery"),
    "similar": lambda c: c.similar(CLAIM),
    "simulate": lambda c: c.simulate(PROJECT, since=NOW, reviewers=3),
    "skip": lambda c: c.skip(CLAIM, "why"),
    "slices": lambda c: c.slices("churn"),
    "stop": lambda c: c.stop("churn", "why"),
    "tokens": lambda c: c.tokens("ada"),
    "undo": lambda c: c.undo(42),
    "user": lambda c: c.user("ada"),
    "users": lambda c: c.users(),
    "verify_ledger": lambda c: c.verify_ledger(HEAD, ["ab" * 32]),
    "verify_certificates": lambda c: c.verify_certificates("churn"),
    "weeks": lambda c: c.weeks("churn"),
}  # fmt: skip


class Described:
    """Answers every request that is described by the example that is described with it."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.faults: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path, operation = self._find(request)
        self.asked.append((request.method, path))
        self._check(request, operation)
        status = next(s for s in operation["responses"] if s[0] == "2")
        content = operation["responses"][status].get("content")
        if content is None:
            return httpx.Response(int(status))
        reference = content["application/json"]["schema"].get("$ref")
        answer = example(reference.rpartition("/")[2]) if reference else {}
        if isinstance(answer, dict) and "cursor" in request.url.params:
            answer = answer | {"next_cursor": None}
        return httpx.Response(int(status), json=answer)

    async def answer(self, request: httpx.Request) -> httpx.Response:
        return self(request)

    def _find(self, request: httpx.Request) -> tuple[str, dict[str, Any]]:
        fitting = [
            (path, methods[request.method.lower()])
            for path, methods in DOCUMENT["paths"].items()
            if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), request.url.path)
            and request.method.lower() in methods
        ]
        assert fitting, f"{request.method} {request.url.path} is not in the document"
        return min(fitting, key=lambda found: found[0].count("{"))

    def _check(self, request: httpx.Request, operation: dict[str, Any]) -> None:
        known = {p["name"]: p for p in operation.get("parameters", ())}
        self.faults += [name for name in request.url.params if name not in known]
        if "idempotency-key" in request.headers and "Idempotency-Key" not in known:
            self.faults.append("Idempotency-Key")
        body = operation.get("requestBody")
        if body is None:
            self.faults += ["a body"] if request.content else []
            return
        schema = body["content"]["application/json"]["schema"]
        whole = Draft202012Validator({**schema, "components": DOCUMENT["components"]})
        self.faults += [e.message for e in whole.iter_errors(json.loads(request.content))]


def asked(name: str) -> Described:
    described = Described()
    with Client("http://review", "t", transport=httpx.MockTransport(described)) as client:
        CALLS[name](client)
    return described


def test_every_operation_is_tried_here() -> None:
    operations = {name for name, each in vars(Operations).items() if isinstance(each, Operation)}
    assert CALLS.keys() == operations


@pytest.mark.parametrize("name", CALLS)
def test_an_operation_asks_what_is_described(name: str) -> None:
    assert asked(name).faults == []


@pytest.mark.parametrize("name", CALLS)
def test_both_clients_ask_and_understand_the_same(name: str) -> None:
    described = Described()

    async def ask() -> object:
        transport = httpx.MockTransport(described.answer)
        async with AsyncClient("http://review", "t", transport=transport) as client:
            return await CALLS[name](client)

    answer = asyncio.run(ask())
    waiting = Described()
    with Client("http://review", "t", transport=httpx.MockTransport(waiting)) as client:
        assert CALLS[name](client) == answer
    assert described.asked == waiting.asked


def test_every_route_has_an_operation() -> None:
    tried = {route for name in CALLS for route in asked(name).asked}
    described = {(m.upper(), path) for path, methods in DOCUMENT["paths"].items() for m in methods}
    assert tried == described - FOR_BROWSERS


@pytest.mark.parametrize("name", CALLS)
def test_an_operation_says_what_it_does(name: str) -> None:
    assert (vars(Operations)[name].__doc__ or "").rstrip().endswith(".")
