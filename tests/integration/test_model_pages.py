"""The page of models, without scripts: what serves, what wants to, and the way back."""

import re

import pytest

from shared.events import EventType
from tests.builders import a_step
from tests.site import OURS, Site, strict

PART = {
    "group": "region=<north>",
    "answers": 60,
    "champion_wrong": 0.1,
    "candidate_wrong": 0.3,
    "low": 0.01,
    "high": 0.25,
    "margin": 0.05,
    "verdict": "worse",
}


@pytest.fixture
def kim(site: Site) -> dict[str, str]:
    site.project("churn")
    return site.session_of("kim", "lead")


def told(site: Site) -> None:
    """Two versions that served, and a candidate."""
    for number in (1, 2):
        lost = {"loss_steady": 0.5, "loss_steady_low": 0.44, "loss_steady_high": 0.56}
        metrics = {"log_loss": 0.6 / number, "trust_pool": 0.7, "trust_steady": 0.3, **lost}
        step = a_step(EventType.MODEL_PROMOTED, number, reason="<b>learned</b>", metrics=metrics)
        site.record([step])
    why = "worse in region=<north> on 60 answers: a person decides"
    site.record([a_step(EventType.MODEL_CANDIDATE, 3, reason=why, comparison=[PART])])


def states(page: str) -> dict[str, str]:
    return dict(re.findall(r'<th scope="row">(\d+)</th><td>([^<]+)', page))


def test_versions_are_listed_with_their_figures(site: Site, kim: dict[str, str]) -> None:
    assert "No version serves yet" in site.ask("GET", "/models/churn", cookies=kim).text
    told(site)

    page = site.ask("GET", "/models/churn", cookies=kim)

    assert strict(page)
    assert "Version 2 serves" in page.text
    assert "log loss: from 0.6 to 0.3 over" in page.text
    assert "Whom version 2 trusts" in page.text
    assert re.search(r"pool</dt><dd>70.0 %.*steady</dt><dd>30.0 %", page.text, re.DOTALL)
    assert "log-loss 0.500 (0.440 to 0.560)" in page.text
    assert "loss steady:" not in page.text
    assert states(page.text) == {"3": "candidate", "2": "champion", "1": "retired"}
    assert "&lt;b&gt;learned" in page.text
    assert site.ask("GET", "/models", cookies=kim).headers["location"] == "/models/churn"
    older = site.ask("GET", "/models/churn?below=2", cookies=kim)
    assert states(older.text) == {"1": "retired"}


def test_a_candidate_is_compared_and_approved(site: Site, kim: dict[str, str]) -> None:
    told(site)
    page = site.ask("GET", "/models/churn", cookies=kim).text
    assert "Candidate: version 3" in page
    assert "region=&lt;north&gt;" in page
    assert "0.010 to 0.250" in page
    assert "10.0 %" in page

    refused = site.post(kim, "/models/churn/3/promote", reason=" ")
    done = site.post(kim, "/models/churn/3/promote", reason="north is a test")

    assert (refused.status_code, done.headers["location"]) == (422, "/models/churn")
    page = site.ask("GET", "/models/churn", cookies=kim).text
    assert re.search(r"kim</span> approved it: <span[^>]*>north is a test", page)
    assert "Yes, let it serve" not in page
    late = site.post(kim, "/models/churn/3/reject", reason="after all")
    assert late.status_code == 409


def test_a_candidate_is_rejected(site: Site, kim: dict[str, str]) -> None:
    told(site)
    site.post(kim, "/models/churn/3/reject", reason="worse in the north")
    page = site.ask("GET", "/models/churn", cookies=kim).text
    assert states(page)["3"] == "refused"
    assert "Candidate: version" not in page


def test_the_way_back(site: Site, kim: dict[str, str]) -> None:
    told(site)
    for wrong in ({"reason": "r"}, {"version": "x", "reason": "r"}, {"version": "1"}):
        assert site.post(kim, "/models/churn/rollback", **wrong).status_code == 422
    assert site.post(kim, "/models/churn/rollback", version="9", reason="r").status_code == 404

    done = site.post(kim, "/models/churn/rollback", version="1", reason="complaints")

    assert done.headers["location"] == "/models/churn"
    page = site.ask("GET", "/models/churn", cookies=kim).text
    assert "kim</span> went back to it" in page


def test_a_version_without_somebody_is_asked_for(site: Site) -> None:
    site.project("churn", promotion="manual")
    kim = site.session_of("kim", "lead")
    told(site)
    assert "Offer version 2 without somebody" in site.ask("GET", "/models/churn", cookies=kim).text

    wrong = site.post(kim, "/models/churn/2/offer", whom="nobody", name="ada", reason="r")
    unknown = site.post(kim, "/models/churn/2/offer", whom="reviewer", name="ada", reason="r")

    assert wrong.status_code == 422
    assert unknown.status_code == 404
    assert "no answer of &#39;ada&#39; counts" in unknown.text


def test_who_only_works_sees_no_buttons(site: Site, kim: dict[str, str]) -> None:
    told(site)
    ada = site.session_of("ada", "reviewer")
    page = site.ask("GET", "/models/churn", cookies=ada).text
    assert "Candidate: version 3" in page
    assert "<form" not in page
    assert site.post(ada, "/models/churn/3/promote", reason="r").status_code == 403


def test_programs_do_the_same(site: Site, kim: dict[str, str]) -> None:
    told(site)

    def ask(method: str, path: str, body: object = None) -> tuple[int, dict[str, object]]:
        url = f"/v1/models/churn{path}"
        answer = site.ask(method, url, cookies=kim, headers=OURS, json=body)
        return answer.status_code, answer.json()

    _, listed = ask("GET", "?state=candidate")
    _, shown = ask("GET", "/3")
    assert listed == {"versions": [shown], "next_cursor": None}
    assert shown["comparison"] == [PART]
    status, promoted = ask("POST", "/3/promote", {"reason": "north is a test"})
    assert status == 200
    assert ask("POST", "/3/promote", {"reason": "once more"}) == (200, promoted)
    status, problem = ask("POST", "/3/reject", {"reason": "after all"})
    assert (status, problem["type"]) == (409, "urn:handraise:problem:wrong-state")
    assert ask("GET", "/4")[0] == 404
    assert ask("POST", "/99999999999/promote", {"reason": "r"})[0] == 422
    assert ask("POST", "/3/promote", {"reason": "a\0b"})[0] == 422
    status, back = ask("POST", "/rollback", {"version": 1, "reason": "complaints"})
    assert (status, back["state"]) == (200, "retired")
    report = site.ask("GET", "/v1/reports/churn", cookies=kim).json()
    assert (report["model"]["version"], report["model"]["state"]) == (2, "champion")
