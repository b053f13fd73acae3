"""Practice as a browser without scripts gets it."""

import re

from tests.builders import a_prediction
from tests.site import Site


def test_a_past_event_is_tried_with_feedback_at_once(site: Site) -> None:
    # given an event that Ben has decided
    site.project("churn")
    site.route([a_prediction(leave=0.55)])
    ada, ben = site.session_of("ada", "reviewer"), site.session_of("ben", "reviewer")
    site.answer(ben, "stay")

    # when Ada practises, and says what the model had said
    page = site.ask("GET", "/practice/churn", cookies=ada)
    task = re.search(r'name="task" value="(\d+)"', page.text)
    assert task
    assert re.findall(r'value="(\w+)" aria-keyshortcuts="(\d)"', page.text) == [
        ("stay", "1"),
        ("leave", "2"),
    ]
    told = site.post(ada, "/practice/churn", task=task[1], label="leave")

    # then she reads what was decided, and there is nothing more
    assert "People decided otherwise" in told.text
    text = re.sub(r"<[^>]+>", "", told.text)
    assert "They said stay; you said leave; the model had said leave." in text
    nothing = site.ask("GET", "/practice/churn", cookies=ada)
    assert "Others have decided nothing lately that you have not seen" in nothing.text


def test_what_is_no_exercise_is_told_on_a_page(site: Site) -> None:
    site.project("churn")
    ada = site.session_of("ada", "reviewer")

    for task in ("", "1", "x" * 20):
        answer = site.post(ada, "/practice/churn", task=task, label="stay")
        assert answer.status_code == 404
        assert "no such exercise for you" in answer.text


def test_a_lead_who_has_practised_an_event_learns_who_may_settle_its_appeal(site: Site) -> None:
    site.project("churn")
    site.route([a_prediction("e", leave=0.55)])
    lea, ben = site.session_of("lea", "lead"), site.session_of("ben", "reviewer")
    site.answer(ben, "stay")
    page = site.ask("GET", "/practice/churn", cookies=lea).text
    (task,) = re.findall(r'name="task" value="(\d+)"', page)
    site.post(lea, "/practice/churn", task=task, label="stay")
    site.post(lea, "/records/churn/appeal", event_id="e", reason="I stay.")

    assert "Nothing for you" in site.ask("GET", "/review/churn.appeals/plain", cookies=lea).text
    for path in ("/review/churn.appeals", "/review/churn.appeals/plain"):
        page = site.ask("GET", path, cookies=lea).text
        assert "another lead has to settle it. An admin adds one" in page
