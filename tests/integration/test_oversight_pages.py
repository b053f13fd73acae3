"""Watching the whole: what is promised, who decides, the red button."""

import pytest

from tests.builders import a_prediction
from tests.site import Site, strict


@pytest.fixture
def olga(site: Site) -> dict[str, str]:
    return site.session_of("olga", "ops")


def test_automation_is_stopped_and_runs_again(site: Site, olga: dict[str, str]) -> None:
    site.project("churn")
    site.route([a_prediction("sure", leave=0.99)])
    page = site.ask("GET", "/oversight/churn", cookies=olga)
    assert strict(page)
    assert "Automation runs" in page.text
    assert "<summary>Stop automation</summary>" in page.text

    refused = site.post(olga, "/oversight/churn/stop", reason="")
    done = site.post(olga, "/oversight/churn/stop", reason="prices changed")
    assert (refused.status_code, done.headers["location"]) == (422, "/oversight/churn")
    assert "Automation is stopped" in site.ask("GET", "/oversight/churn", cookies=olga).text
    automation = site.ask("GET", "/v1/projects/churn", cookies=olga).json()["automation"]
    assert automation == "stopped"

    site.post(olga, "/oversight/churn/resume", reason="they are learned")
    assert "Automation runs" in site.ask("GET", "/oversight/churn", cookies=olga).text


def test_who_only_works_sees_no_button(site: Site) -> None:
    site.project("churn")
    ada = site.session_of("ada", "reviewer")

    page = site.ask("GET", "/oversight/churn", cookies=ada).text

    assert "Automation runs" in page
    assert "Stop automation" not in page
    assert site.post(ada, "/oversight/churn/stop", reason="r").status_code == 403
    assert site.ask("GET", "/oversight", cookies=ada).headers["location"] == "/oversight/churn"


def test_what_is_promised_is_said_and_counted_again(site: Site, olga: dict[str, str]) -> None:
    site.project("churn", policy={"auto_margin": 0.0, "audit_probability": 0.5})
    site.route([a_prediction(f"e-{n}", leave=0.99) for n in range(20)])

    page = site.ask("GET", "/oversight/churn", cookies=olga).text
    counted = site.ask("GET", "/oversight/churn/verification", cookies=olga).text

    report = site.ask("GET", "/v1/reports/churn", cookies=olga).json()["certificates"]

    assert "What is promised of automatic decisions" in page
    assert "For information, no guarantee" in page
    assert report["current"][0]["escapes"]["statement"] in page
    assert "It adds up" in counted
