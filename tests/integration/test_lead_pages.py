"""What leads do on their pages: gold, exams, pauses, appeals, records."""

import re

import pytest

from tests.builders import a_prediction
from tests.site import Site, strict

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def lea(site: Site) -> dict[str, str]:
    return site.session_of("lea", "lead")


@pytest.fixture
def ada(site: Site) -> dict[str, str]:
    return site.session_of("ada", "reviewer")


def test_each_root_leads_to_the_first_project(site: Site, lea: dict[str, str]) -> None:
    assert site.ask("GET", "/quality", cookies=lea).headers["location"] == "/queues"
    site.project("churn")
    site.project("loans")

    for root in ("/quality", "/records"):
        assert site.ask("GET", root, cookies=lea).headers["location"] == f"{root}/churn"
        page = site.ask("GET", f"{root}/churn", cookies=lea)
        assert strict(page)
        assert f'href="{root}/loans"' in page.text


def test_a_lead_pauses_lets_work_and_takes_answers_back(
    site: Site, lea: dict[str, str], ada: dict[str, str]
) -> None:
    site.project("churn")
    site.route([a_prediction("one", leave=0.55), a_prediction("two", leave=0.55)])
    site.answer(ada, "leave")

    refused = site.post(lea, "/quality/churn/pause", reviewer="ada", reason=" ")
    assert (refused.status_code, "say in a few words why" in refused.text) == (422, True)
    done = site.post(lea, "/quality/churn/pause", reviewer="ada", reason=HOSTILE)
    page = site.ask("GET", done.headers["location"], cookies=lea)
    assert "claim nothing more" in page.text
    assert HOSTILE not in page.text
    assert '<span class="paused">paused</span>' in page.text

    site.post(lea, "/quality/churn/resume", reviewer="ada", reason="we talked")
    since = {"since": "2026-01-01T00:00", "reason": "clicked through"}
    done = site.post(lea, "/quality/churn/revoke", reviewer="ada", **since)
    assert done.status_code == 303
    assert site.ask("GET", "/v1/queues", cookies=lea).json()["queues"][0]["depth"] == 2
    wrong = site.post(lea, "/quality/churn/revoke", reviewer="ada", since="then", reason="r")
    assert (wrong.status_code, "2026-03-04T09:00" in wrong.text) == (422, True)


def test_a_decision_becomes_gold_and_then_a_question_of_an_exam(
    site: Site, lea: dict[str, str], ada: dict[str, str]
) -> None:
    # given a decided event that a lead makes gold from its record
    site.project("churn")
    site.route([a_prediction("one", leave=0.55)])
    site.answer(lea, "leave")
    record = site.ask("GET", "/records/churn?event_id=one", cookies=lea).text
    assert re.findall(r'class="told" dir="auto">([^<]+)', record)[:2] == [
        "It goes to people: uncertain",
        "lea answered leave",
    ]
    assert '<button class="small">Make it gold</button>' in record
    assert "Its newest entries are sealed within seconds" in record
    site.post(lea, "/gold/churn", event_id="one", label="leave", explanation="Notice was given.")
    assert "Notice was given." in site.ask("GET", "/gold/churn", cookies=lea).text

    # when the project gets an exam, a reviewer fails and learns why
    site.project("churn", quality={"exam": {"questions": 1, "pass_at": 1.0}})
    page = site.ask("GET", "/exam/churn", cookies=ada)
    question = re.search(r'name="question" value="(\d+)"', page.text)
    assert question
    assert "Notice" not in page.text
    marked = site.post(ada, "/exam/churn", question=question[1], label="stay")
    assert "That is not it" in marked.text
    assert "Notice was given." in marked.text
    assert "with other questions" in marked.text
    assert site.post(ada, "/exam/churn", question="9" * 30, label="stay").status_code == 404

    # then a lead lets them in, and there is no exam any more
    assert "before the exam" in site.ask("GET", "/quality/churn", cookies=lea).text
    site.post(lea, "/quality/churn/resume", reviewer="ada", reason="we talked")
    assert site.ask("GET", "/exam/churn", cookies=ada).headers["location"] == "/review/churn"
    site.post(lea, "/gold/churn/retire", event_id="one")
    assert "retired" in site.ask("GET", "/gold/churn", cookies=lea).text


def test_a_decision_is_contested_on_its_record(site: Site, lea: dict[str, str]) -> None:
    site.project("churn")
    site.route([a_prediction(HOSTILE, leave=0.55)])
    leo = site.session_of("leo", "lead")
    event = site.answer(lea, "leave")
    assert event == HOSTILE

    empty = site.post(leo, "/records/churn/appeal", event_id=event, reason="")
    done = site.post(leo, "/records/churn/appeal", event_id=event, reason="It was withdrawn.")

    assert empty.status_code == 422
    page = site.ask("GET", done.headers["location"], cookies=leo).text
    assert "leo contests the decision" in page
    assert HOSTILE not in page
    assert "<b>1</b> contested" in site.ask("GET", "/quality/churn", cookies=leo).text
    listed = site.ask("GET", "/records/churn", cookies=leo).text
    assert "?event_id=%3Cscript%3E" in listed
    again = site.post(leo, "/records/churn/appeal", event_id=event, reason="Once more.")
    assert again.status_code == 409


def test_streaks_are_for_who_asks(site: Site, ada: dict[str, str]) -> None:
    site.project("churn")
    assert "Streaks" not in site.ask("GET", "/me", cookies=ada).text

    shown = site.post(ada, "/me/streaks", show="yes", zone="Asia/Tokyo")
    asked = ada | dict(shown.cookies)
    page = site.ask("GET", "/me", cookies=asked).text
    hidden = site.post(asked, "/me/streaks", show="")

    assert shown.headers["location"] == "/me"
    assert "none lasts" in page
    assert "Days of Asia/Tokyo" in page
    for odd in ("../etc/passwd", "Europe", "shown", ""):
        asked = ada | dict(site.post(ada, "/me/streaks", show="yes", zone=odd).cookies)
        assert "Days of UTC" in site.ask("GET", "/me", cookies=asked).text
        odd_zone = site.ask("GET", "/v1/users/me/streaks", cookies=ada, params={"zone": odd})
        assert odd_zone.status_code == 422
    assert 'href="/practice/churn"' in page
    assert 'handraise_streaks=""' in hidden.headers["set-cookie"]
    assert site.ask("GET", "/v1/users/me/streaks", cookies=ada).json() == {"projects": {}}


def test_everybody_sees_their_own_accuracy(
    site: Site, lea: dict[str, str], ada: dict[str, str]
) -> None:
    site.project("churn", votes={"min": 2, "max": 2})
    site.route([a_prediction("one", leave=0.55)])
    assert "How often you are right" not in site.ask("GET", "/me", cookies=ada).text
    site.answer(ada, "leave")
    site.answer(lea, "leave")

    page = site.ask("GET", "/me", cookies=ada)

    assert strict(page)
    assert re.search(r"<b>\d\d %</b>", page.text)
