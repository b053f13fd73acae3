"""The OpenAPI document says everything that a program needs, and its examples are true."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from services.review.api.problems import TYPES, type_of
from tests.meta.repository import ROOT

DOCUMENT: dict[str, Any] = json.loads(Path("docs/reference/openapi.json").read_text())
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]
PUBLIC = {"/asyncapi"}
HARMLESS = {
    "keep_lease": "holds it until the same time from now",
    "ask_question": "the same one until it is answered",
    "answer_question": "what was answered stays answered",
    "gather_alike": "those that a lost answer held come free again",
    "answer_exercise": "what was practised stays practised",
    "release_lease": "what is not held is not given back",
    "simulate_policy": "it changes nothing",
    "send_requests": "by event id",
    "send_predictions": "by event id",
    "revoke_answers": "what was revoked counts no more already",
    "stop_automation": "it stands still already",
    "resume_automation": "it runs already",
    "promote_model": "it was approved already",
    "reject_model": "it was rejected already",
    "roll_back_model": "it serves already",
    "mark_gold": "replaces what was said of it",
    "pause_reviewer": "may not claim already",
    "resume_reviewer": "may work already",
    "retry_letters": "what was retried waits no more",
    "drop_letters": "what was dropped waits no more",
    "repair_gaps": "what was repaired is no gap",
    "send_for_second_look": "what was sent is not sent again",
    "send_again": "with the same ids",
    "erase_subjects": "what was erased is gone already",
    "add_user": "brings the user to the same",
}
"""POST routes without an Idempotency-Key, and why none is needed."""


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


OPERATIONS = [pytest.param(*each, id=each[2]["operationId"]) for each in operations()]


def bodies(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The schema of each body that an operation takes or gives."""
    contents = [operation.get("requestBody", {}).get("content", {})]
    contents += [a.get("content", {}) for s, a in operation["responses"].items() if s[0] == "2"]
    yield from (c["application/json"]["schema"] for c in contents if "application/json" in c)


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_a_route_says_what_it_is_for(path: str, method: str, operation: dict[str, Any]) -> None:
    assert operation["summary"]
    assert operation["description"].endswith(".")
    assert len(operation["tags"]) == 1
    for parameter in operation.get("parameters", ()):
        if parameter["in"] != "query" or parameter["name"] in {"limit", "cursor", "before"}:
            assert parameter["description"].endswith("."), parameter["name"]


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_every_body_has_a_true_example(path: str, method: str, operation: dict[str, Any]) -> None:
    for schema in bodies(operation):
        if path in PUBLIC:
            continue
        name = schema["$ref"].rpartition("/")[2]
        (example,) = SCHEMAS[name]["examples"]
        whole = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": SCHEMAS}}
        faults = [e.message for e in Draft202012Validator(whole).iter_errors(example)]
        assert faults == [], name


def test_an_example_that_is_not_true_is_noticed() -> None:
    whole = {"$ref": "#/components/schemas/Accepted", "components": {"schemas": SCHEMAS}}
    assert [*Draft202012Validator(whole).iter_errors({"accepted": "one"})]


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_a_route_says_what_may_go_wrong(path: str, method: str, operation: dict[str, Any]) -> None:
    answers = operation["responses"]
    wanted = {"429", "4XX"}
    wanted |= set() if path in PUBLIC else {"401", "403", "503"}
    wanted |= {"404"} if "{" in path else set()
    wanted |= {"422"} if operation.get("parameters") or "requestBody" in operation else set()
    assert wanted <= answers.keys()
    for status, answer in answers.items():
        if status[0] in "45" and status != "4XX":
            content = answer["content"]["application/problem+json"]
            assert content["schema"]["$ref"].endswith("/Problem")
            for slug, example in content["examples"].items():
                assert example["value"]["type"] == type_of(slug)
                assert TYPES[slug][0] == example["value"]["status"] == int(status)
    for status in {"429", "503"} & answers.keys():
        assert "Retry-After" in answers[status]["headers"]


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_a_route_says_how_callers_prove_themselves(
    path: str, method: str, operation: dict[str, Any]
) -> None:
    schemes = [*DOCUMENT["components"]["securitySchemes"]]
    assert schemes == ["bearer", "session"]
    wanted: list[dict[str, list[str]]] = (
        [] if path in PUBLIC else [{scheme: []} for scheme in schemes]
    )
    assert operation["security"] == wanted


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_every_post_may_be_sent_again(path: str, method: str, operation: dict[str, Any]) -> None:
    keyed = "Idempotency-Key" in [p["name"] for p in operation.get("parameters", ())]
    harmless = operation["operationId"] in HARMLESS
    assert (keyed or harmless) is (method == "post")
    assert not (keyed and harmless)
    assert ("idempotency-key-reused" in json.dumps(operation["responses"])) is keyed


def test_names_of_operations_are_their_own() -> None:
    names = [operation["operationId"] for _, _, operation in operations()]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z_]+", name) for name in names)


def test_tags_come_in_an_order_and_are_all_used() -> None:
    said = [tag["name"] for tag in DOCUMENT["tags"]]
    assert {operation["tags"][0] for _, _, operation in operations()} == set(said)


def test_every_problem_is_in_the_reference() -> None:
    page = (ROOT / "docs/reference/http.md").read_text(encoding="utf-8")
    for slug, (status, title) in TYPES.items():
        assert f"| `{type_of(slug)}` | {status} | {title} |" in page
        assert title.endswith(".")
