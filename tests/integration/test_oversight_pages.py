"""Watching the whole: what is promised, who decides, the red button."""

import re
from datetime import timedelta

import pytest
from prometheus_client import CollectorRegistry

from services.review.domain.access import Role, User
from services.review.domain.drifting import Alarm, Kind, Watched, start
from services.review.domain.votes import Answer
from services.review.metrics import Metrics
from services.review.use_cases.claiming import Wish
from services.review.use_cases.observing import Observe
from services.review.use_cases.slicing import CountSlices
from shared.clock import SystemClock
from tests.builders import NOON, a_prediction
from tests.fakes.bell import FakeBell
from tests.fakes.clock import FakeClock
from tests.fakes.review_workers import Workers
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


def test_parts_of_the_events_are_compared(site: Site) -> None:
    site.project("churn", slices=["contract", "region"])
    site.route([a_prediction("sure", leave=0.95), a_prediction("torn", leave=0.55)])
    lea = site.session_of("lea", "lead")
    site.answer(lea, "stay")
    later = FakeClock(SystemClock().now() + timedelta(seconds=5))
    watcher = CountSlices(Metrics(CollectorRegistry()))
    while Observe(site.store, later, [watcher])():
        pass

    page = site.ask("GET", "/oversight/churn", cookies=lea)

    assert strict(page)
    assert '<h2 id="slices-heading">Parts of the events</h2>' in page.text
    assert re.findall(r'scope="row" dir="auto">([^<]+)</th><td>(\d+)', page.text) == [
        ("monthly", "2"),
        ("(none)", "2"),
    ]
    found = site.ask("GET", "/v1/projects/churn/slices", cookies=lea).json()["slices"]
    assert [part["name"] for part in found] == ["contract", "region"]
    assert found[0]["parts"][0]["correction_rate"]["mean"] == 1.0


def test_what_people_add_is_said_to_who_may_read_records(site: Site) -> None:
    site.project("churn")
    site.route([a_prediction("torn", leave=0.55)])
    lea, ada = site.session_of("lea", "lead"), site.session_of("ada", "reviewer")
    site.answer(lea, "stay")

    page = site.ask("GET", "/oversight/churn", cookies=lea)

    assert strict(page)
    assert "What people add" in page.text
    assert "time to decision, in half" in page.text
    assert "What people add" not in site.ask("GET", "/oversight/churn", cookies=ada).text


def test_what_has_drifted_is_told(site: Site, olga: dict[str, str]) -> None:
    site.project("churn")
    hostile = "<script>alert(1)</script>: 20 of late on average, 40 of all."
    tenure = Watched(Kind.INPUT, "tenure")
    with site.store.write() as transaction:
        transaction.drifts.keep("churn", {tenure: start(tenure)})
        transaction.drifts.raise_alarms("churn", [Alarm(tenure, hostile, NOON)])

    page = site.ask("GET", "/oversight/churn", cookies=olga)

    assert strict(page)
    assert "20 of late on average" in page.text
    assert "<script>alert" not in page.text
    assert "still learning what is usual" in page.text
    found = site.ask("GET", "/v1/projects/churn/drift", cookies=olga).json()
    assert [alarm["subject"] for alarm in found["alarms"]] == ["tenure"]
    assert found["streams"][0]["nearness"] == 0.0


def test_what_people_prevented_this_week_is_said_and_drawn(site: Site) -> None:
    # given an error that Ben prevented in the week before, and this week eight events of which
    # the model said `leave`, and people said otherwise of three
    site.project("churn")
    before = FakeClock(SystemClock().now() - timedelta(days=8))
    desk, ben = Workers(site.store, FakeBell(), before), User("ben", Role.REVIEWER)
    desk.route([a_prediction("earlier", leave=0.55)])
    (claim,) = desk.work.claim(Wish("churn", 1), ben).claims
    desk.decide(claim.lease.id, ben, Answer("stay"), 0)
    lea, ada = site.session_of("lea", "lead"), site.session_of("ada", "reviewer")
    assert "this week" not in site.ask("GET", "/oversight/churn", cookies=lea).text
    site.route([a_prediction(f"e-{n}", leave=0.55) for n in range(8)])
    for label in ["stay"] * 3 + ["leave"] * 5:
        site.answer(lea, label)

    page = site.ask("GET", "/oversight/churn", cookies=lea).text
    told = site.ask("GET", "/v1/reports/churn/weeks", cookies=lea).json()

    assert "People prevented <b>3</b> errors this week" in page
    assert "(prevented: 1 to 6, with 95 % confidence)" in page
    assert "Without gold people's word counts as the truth" in page
    assert 'aria-label="Errors prevented in each of 2 weeks, the newest last: 1, 3"' in page
    assert [week["prevented"]["value"] for week in told["weeks"]] == [1.0, 3.0]
    assert all(week["prevented"]["low"] is not None for week in told["weeks"])

    # and who could tell gold from how the figures move reads none of them
    assert "this week" not in site.ask("GET", "/oversight/churn", cookies=ada).text
    assert site.ask("GET", "/v1/reports/churn/weeks", cookies=ada).status_code == 403
