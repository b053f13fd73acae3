"""No route tells a reviewer or a lead what peers or the model said, before they answer."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from shared.project import Votes
from tests.builders import a_prediction
from tests.security.policy import POLICY, PUBLIC
from tests.site import OURS, TOKEN, Site, open_site

COMMENT, SCORE = "canary-of-a-peer", 0.5437
CANARIES = (COMMENT, str(SCORE))
READING = [
    route.removeprefix("GET ")
    for route, policy in POLICY.items()
    if route.startswith("GET ") and policy != PUBLIC
]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A blind project, with an event on which one of three has answered."""
    with open_site(tmp_path) as site:
        site.project("churn", blind=True, votes=Votes(min=3, max=3, agree_at=0.9))
        site.route([a_prediction("e", leave=SCORE)])
        claim, ada = claimed(site, "ada", "reviewer")
        said = {"label": "leave", "comment": COMMENT}
        path = f"/v1/leases/{claim['lease']['id']}/decision"
        assert site.ask("POST", path, cookies=ada, headers=OURS, json=said).is_success
        yield site


def claimed(site: Site, name: str, role: str) -> tuple[dict[str, dict[str, str]], dict[str, str]]:
    """The event, held by somebody new, and their session."""
    session = site.session_of(name, role)
    path = "/v1/queues/churn/claims"
    answer = site.ask("POST", path, cookies=session, headers=OURS, json={})
    assert told(answer) == []
    (claim,) = answer.json()["claims"]
    return claim, session


def told(answer: httpx.Response) -> list[str]:
    return [canary for canary in CANARIES if canary in answer.text]


def test_no_route_tells_before_one_has_answered(site: Site) -> None:
    for role in ("reviewer", "lead"):
        claim, session = claimed(site, f"one-{role}", role)
        asks_everything(site, claim["lease"]["id"], session)


def asks_everything(site: Site, lease: str, session: dict[str, str]) -> None:
    named = {
        "{project}": "churn",
        "{queue}": "churn",
        "{event_id}": "e",
        "{lease}": lease,
        "{version}": "1",
    }
    for route in READING:
        path = route
        for name, value in named.items():
            path = path.replace(name, value)
        answer = site.ask("GET", path, cookies=session, params={"event_id": "e"})
        assert told(answer) == [], path


def test_the_canaries_are_there_for_who_looks_after_the_record(site: Site) -> None:
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    for path in (
        "/v1/decisions/churn/e",
        "/v1/decisions/churn/e/record",
        "/v1/ledger/entries/churn",
    ):
        assert told(site.ask("GET", path, headers=bearer)) == [*CANARIES]
