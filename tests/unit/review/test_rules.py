"""Rules before statistics: what they say, and what they say in doubt."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.review.domain.ledger import Entry, Kind
from services.review.domain.rules import applying, compiled
from services.review.web.stories import Told
from shared.project import Condition, FieldKind, Policy, Project, Rule
from tests.builders import NOON, a_prediction, a_project
from tests.unit.review.certificate.test_blocks import Line

AMOUNT_OVER = {"field": "amount", "above": 100}
VIP = {"field": "vip", "equals": True}
NORTH = {"slice": "region", "equals": "north"}
REFUSED = {"label": "refuse"}
KIND_AB = {"field": "kind", "among": ["a", "b"]}


def chance_of(label: str, at_least: float) -> dict[str, Any]:
    return {"chance_of": label, "at_least": at_least}


def says(condition: dict[str, Any], **features: object) -> bool:
    rule = Rule(when=Condition.model_validate(condition))
    slices = {"region": str(features.pop("region"))} if "region" in features else {}
    label = str(features.pop("label", "pay"))
    chances = {"pay": 0.9, "refuse": 0.1}
    return applying(compiled((rule,)), (features, slices, chances, label)) is not None


@pytest.mark.parametrize(
    ("condition", "seen", "applies"),
    [
        (AMOUNT_OVER, {"amount": 101}, True),
        (AMOUNT_OVER, {"amount": 100.0}, False),
        (AMOUNT_OVER, {"amount": None}, True),
        (AMOUNT_OVER, {}, True),
        (AMOUNT_OVER, {"amount": "many"}, True),
        (AMOUNT_OVER, {"amount": True}, True),
        ({"field": "amount", "at_least": 1, "below": 5}, {"amount": 1}, True),
        ({"field": "amount", "at_least": 1, "below": 5}, {"amount": 5}, False),
        ({"field": "amount", "at_most": 5}, {"amount": 5}, True),
        ({"field": "amount", "equals": 5}, {"amount": 5}, True),
        ({"field": "amount", "equals": 5}, {"amount": 6}, False),
        ({"field": "amount", "equals": 1}, {"amount": True}, True),
        ({"field": "amount", "missing": True}, {"amount": 3}, False),
        ({"field": "amount", "missing": True}, {"amount": None}, True),
        ({"field": "amount", "missing": False, "above": 3}, {"amount": None}, False),
        (VIP, {"vip": True}, True),
        (VIP, {"vip": False}, False),
        (KIND_AB, {"kind": "a"}, True),
        (KIND_AB, {"kind": "c"}, False),
        (NORTH, {"region": "north"}, True),
        (NORTH, {"region": "south"}, False),
        (NORTH, {}, True),
        (REFUSED, {"label": "refuse"}, True),
        (REFUSED, {"label": "pay"}, False),
        (chance_of("refuse", 0.1), {}, True),
        (chance_of("refuse", 0.11), {}, False),
        (chance_of("later", 0.01), {}, False),
        ({"all_of": [AMOUNT_OVER, VIP]}, {"amount": 101, "vip": False}, False),
        ({"all_of": [AMOUNT_OVER, VIP]}, {"vip": True}, True),
        ({"all_of": [AMOUNT_OVER, VIP]}, {"vip": False}, False),
        ({"any_of": [AMOUNT_OVER, VIP]}, {"amount": 1, "vip": True}, True),
        ({"any_of": [AMOUNT_OVER, VIP]}, {"amount": 1, "vip": False}, False),
        ({"any_of": [AMOUNT_OVER, VIP]}, {"amount": 1}, True),
        ({"none_of": [VIP]}, {"vip": False}, True),
        ({"none_of": [VIP]}, {"vip": True}, False),
        ({"none_of": [VIP]}, {}, True),
    ],
)
def test_a_rule(condition: dict[str, Any], seen: dict[str, object], applies: bool) -> None:
    assert says(condition, **seen) is applies


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_a_rule_and_its_contrary_never_both_spare_an_event(amount: float, limit: float) -> None:
    over = {"field": "amount", "above": limit}
    assert says(over, amount=amount) or says({"none_of": [over]}, amount=amount)


def test_the_first_rule_that_applies_is_named() -> None:
    rules = [Rule(name="vip", when=Condition(field="vip", equals=True))]
    rules.append(Rule(name="large", when=Condition(field="amount", above=1)))
    assert applying(compiled(tuple(rules)), ({"vip": False, "amount": 5}, {}, {}, "pay")) == "large"


DEEP = {"field": "amount", "above": 1}
for _ in range(8):
    DEEP = {"all_of": [DEEP]}


@pytest.mark.parametrize(
    "when",
    [
        {},
        {"field": "amount"},
        {"field": "amount", "slice": "region", "equals": "x"},
        {"slice": "region", "above": 3},
        {"chance_of": "pay"},
        {"chance_of": "pay", "equals": 1},
        {"label": "pay", "above": 0.5},
        {"all_of": []},
        {"field": "amount", "above": float("nan")},
        DEEP,
    ],
)
def test_what_is_no_rule(when: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Rule.model_validate({"when": when})


@pytest.mark.parametrize(
    ("kind", "test", "fault"),
    [
        (FieldKind.NUMBER, {"equals": "x"}, "is a number, and never 'x'"),
        (FieldKind.CATEGORY, {"above": 3}, "is a category: ask for"),
        (FieldKind.BOOLEAN, {"equals": 1}, "is a boolean, and never 1"),
        (FieldKind.TEXT, {"equals": "x"}, "is a text: ask for missing"),
    ],
)
def test_rules_fit_the_fields(kind: FieldKind, test: dict[str, Any], fault: str) -> None:
    rules = [{"when": {"field": "tenure"} | test}]
    with pytest.raises(ValidationError, match=fault):
        a_project(fields={"tenure": kind}, policy={"rules": rules})


@pytest.mark.parametrize("place", ["rules", "audit_more"])
def test_rules_and_checks_know_the_labels(place: str) -> None:
    part = {"when": {"chance_of": "leaf", "above": 0.1}}
    if place == "audit_more":
        part["probability"] = 0.5  # type: ignore[assignment]
    with pytest.raises(ValidationError, match=rf"policy\.{place}\.0 .*did you mean 'leave'"):
        a_project(policy={place: [part]})


def test_a_project_with_rules_is_written_and_read_the_same() -> None:
    rules = [{"when": {"any_of": [{"field": "tenure", "above": 3}, {"label": "leave"}]}}]
    project = a_project(policy={"rules": rules})
    assert Project.model_validate_json(project.model_dump_json()) == project


def route(policy: Policy, **prediction: Any) -> tuple[str, dict[str, Any]]:
    line = Line(policy)
    arrived = a_prediction("e1", leave=0.1, tenure=prediction.get("tenure", 3))
    arrived.data.novelty = prediction.get("novelty")
    line.route([arrived])
    (entry,) = [e for _, e in line.store.kept.ledger.rows if e.kind is Kind.ROUTED]
    return entry.detail, json.loads(entry.body)


def test_a_rule_comes_before_all_statistics_and_is_named_in_the_record() -> None:
    large = Rule(name="long customers", when=Condition(field="tenure", above=10))
    policy = Policy(error_rate=1, rules=(large,), audit_probability=1e-9)
    assert route(policy)[0] == "confident"
    reason, body = route(policy, tenure=11)
    assert (reason, body["rule"], body["placed"]) == ("rule", "long customers", None)


def told(body: dict[str, Any]) -> str:
    return Told.of(Entry(1, Kind.ROUTED, "e1", 1, "novel", json.dumps(body), NOON)).remark


def test_what_is_unlike_all_that_was_learned_goes_to_people() -> None:
    policy = Policy(error_rate=1, novelty_above=0.7, audit_probability=1e-9)
    reason, body = route(policy, novelty=0.8)
    assert reason == "novel"
    assert told(body).endswith("; novelty 0.80")
    assert "novelty" not in told(route(policy)[1])
    assert route(policy, novelty=0.7)[0] == "confident"
    assert route(policy)[0] == "confident"
