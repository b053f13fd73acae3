"""Where people learn: the exam, and practice, by keyboard."""

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.axe import faults
from tests.e2e.desk import Desk, events

pytestmark = pytest.mark.e2e


def test_the_page_leads_to_the_exam_and_the_exam_back(desk: Desk, browser: Browser) -> None:
    # given an exam of one question, two that are known, and something to do
    desk.send(events(3))
    for event in ("event-0", "event-1"):
        desk.answer(event, "leave")
        with desk.api as api:
            gold = {"event_id": event, "label": "leave", "explanation": "Notice was given."}
            api.post(f"/v1/projects/{desk.queue}/gold", json=gold).raise_for_status()
    desk.apply(quality={"exam": {"questions": 1, "pass_at": 1.0}})

    with browser.new_context(reduced_motion="reduce") as context:
        ada = desk.as_somebody("ada", "reviewer", context)
        ada.go()
        ada.page.get_by_role("link", name="Take the exam").click()

        # when the first is answered wrongly, and the next rightly
        expect(ada.page.locator("h2", has_text="Your answer")).to_be_visible()
        assert faults(ada.page) == []
        ada.page.keyboard.press("1")
        expect(ada.page.locator("h1")).to_have_text("That is not it")
        assert faults(ada.page) == []
        ada.page.get_by_role("link", name="Begin again, with other questions").press("Enter")
        expect(ada.page.locator("h2", has_text="Your answer")).to_be_visible()
        ada.page.keyboard.press("2")
        expect(ada.page.locator("main")).to_contain_text("Notice was given.")
        assert faults(ada.page) == []

        # then the queue is open
        ada.page.get_by_role("link", name="Begin to work").click()
        assert ada.shown() == "event-2"


def test_practice_tells_at_once_and_changes_nothing(desk: Desk, browser: Browser) -> None:
    desk.send(events(2))
    desk.answer("event-0", "leave")
    before = desk.report()

    with browser.new_context(reduced_motion="reduce") as context:
        ben = desk.as_somebody("ben", "reviewer", context)
        ben.go("/queues")
        ben.page.locator(f"[data-queue={desk.queue}]").get_by_role("link", name="Practise").click()
        expect(ben.page.locator("h2", has_text="Your answer")).to_be_visible()
        assert faults(ben.page) == []
        ben.page.keyboard.press("1")
        expect(ben.page.locator("h1")).to_have_text("People decided otherwise")
        expect(ben.page.locator("main")).to_contain_text("They said leave; you said stay.")
        assert faults(ben.page) == []
        ben.page.keyboard.press("Enter")  # on the link that has the focus
        expect(ben.page.locator("h1")).to_have_text("Nothing to practise on")
        assert ben.complaints == []

    assert desk.report() | {"at": None} == before | {"at": None}
    assert desk.decisions() == [("event-0", "leave")]
