"""The route of the policy simulator, as its callers meet it."""

from typing import Any

import pytest

from services.review.api.problems import type_of
from tests.builders import a_prediction, a_project
from tests.site import OURS, Site

PATH = "/v1/projects/churn/simulations"


@pytest.fixture
def churn(site: Site) -> Site:
    """A project with events that people wait for."""
    site.project("churn")
    site.route([a_prediction(f"e{number}", leave=number / 300) for number in range(150)])
    return site


def body(**changes: object) -> dict[str, Any]:
    return {"configuration": a_project().model_dump(mode="json"), "runs": 2} | changes


def test_leads_and_ops_may_ask_and_reviewers_may_not(churn: Site) -> None:
    for role, status in (("lead", 200), ("ops", 200), ("reviewer", 403)):
        who = churn.session_of(role, role)
        answer = churn.ask("POST", PATH, cookies=who, headers=OURS, json=body())
        assert answer.status_code == status, answer.text
    told = churn.administer("POST", PATH, body(reviewers=4))
    assert (told["events"], told["reproduced"], told["reviewers"]) == (150, 150, 4)
    assert told["figures"][0]["now"] == told["figures"][0]["other"]


WRONG: list[dict[str, object]] = [
    {"configuration": a_project("other").model_dump(mode="json")},
    {"configuration": {"name": "churn"}},
    {"configuration": a_project(policy={"window": 5}).model_dump(mode="json")},
    {"since": "2100-01-01T00:00:00Z"},
    {"since": "yesterday"},
    {"events": 5},
    {"runs": 1},
    {"reviewers": 0},
    {"alpha": 0.1},
]


def test_what_cannot_be_simulated_is_a_problem(churn: Site) -> None:
    who = churn.session_of("olga", "ops")
    for changes in WRONG:
        answer = churn.ask("POST", PATH, cookies=who, headers=OURS, json=body(**changes))
        assert answer.headers["content-type"] == "application/problem+json", changes
        assert (answer.status_code, answer.json()["type"]) == (422, type_of("invalid")), changes
