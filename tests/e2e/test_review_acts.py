"""What a reviewer does besides answering: undo, skip, escalate, notes; and what an item shows."""

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.desk import Desk, events, watching
from tests.processes import until

pytestmark = pytest.mark.e2e

PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA"
    "60e6kgAAAABJRU5ErkJggg=="
)


def votes(desk: Desk, event: str) -> list[dict[str, Any]]:
    with desk.api as api:
        record = api.get(f"/v1/decisions/{desk.queue}/{event}").json()
    return [entry["body"] for entry in record["entries"] if entry["kind"] == "voted"]


def test_an_answer_is_taken_back_and_given_anew(desk: Desk) -> None:
    desk.send(events(4))
    desk.open()

    # when an answer that has arrived is taken back
    desk.press("1")
    expect(desk.page.locator("#answered")).to_have_text("1")
    expect(desk.page.locator("#last")).to_contain_text("You said stay · event-0")
    desk.page.keyboard.press("u")
    assert desk.press("2") == ("event-0", "leave")
    expect(desk.page.locator("#answered")).to_have_text("1")

    # or after a reload, which forgets what the item looked like
    assert desk.shown() == "event-1"
    desk.page.reload()
    assert desk.shown() == "event-1"
    desk.page.keyboard.press("u")
    expect(desk.page.locator("#event")).to_have_text("event-0")
    desk.press("1")

    # then upstream was told each time, and the next item is there
    until(lambda: len(desk.decisions()) == 3)
    assert desk.decisions() == [("event-0", "stay"), ("event-0", "leave"), ("event-0", "stay")]
    assert desk.shown() == "event-1"
    assert desk.complaints == []


def test_an_answer_that_cannot_be_taken_back_stands(desk: Desk) -> None:
    desk.apply(undo_seconds=0)
    desk.send(events(2))
    desk.open()

    desk.press("1")
    expect(desk.page.locator("#answered")).to_have_text("1")
    desk.page.keyboard.press("u")

    expect(desk.page.locator("#notices")).to_contain_text("event-0: ")
    assert desk.shown() == "event-1"
    assert desk.decisions() == [("event-0", "stay")]


def test_a_lead_reads_why_an_item_was_passed_on(desk: Desk, browser: Browser) -> None:
    desk.send(events(3))
    desk.open()

    # when one item is escalated, which asks for a reason, and none is given for another
    assert desk.shown() == "event-0"
    desk.page.keyboard.press("e")
    desk.page.keyboard.press("Enter")
    desk.page.keyboard.type("1 is not enough: two contracts")
    desk.page.keyboard.press("Enter")
    assert desk.shown() == "event-1"
    desk.page.keyboard.press("e")
    desk.page.keyboard.press("Escape")
    assert desk.press("1") == ("event-1", "stay")

    # then a lead finds the first with the reason, and their word is the last
    with browser.new_context() as context:
        lead = desk.as_somebody("lea", "lead", context)
        until(lambda: desk.report()["waiting"] == 2)
        lead.go(f"/review/{desk.queue}.leads")
        assert lead.shown() == "event-0"
        expect(lead.page.locator("#why")).to_have_text("A reviewer asks for a lead's decision.")
        expect(lead.page.locator("#others li")).to_have_text("1 is not enough: two contracts")
        expect(lead.page.locator("#escalate")).to_have_count(0)
        lead.press("2")
        until(lambda: ("event-0", "leave") in desk.decisions())
    assert desk.complaints == []


def test_a_note_survives_the_end_of_the_session_and_another_browser(
    desk: Desk, browser: Browser
) -> None:
    desk.apply(reason_codes=["moved house", "too dear"])
    desk.send(events(1))
    desk.open()
    desk.shown()

    # given a note that is begun in a session and ended after it
    desk.page.keyboard.press("n")
    desk.page.keyboard.type("She moved")
    desk.page.context.clear_cookies()
    desk.page.keyboard.type(" in May")
    link = desk.page.get_by_role("link", name="Log in")
    expect(link).to_be_visible()

    # when somebody logs in again, the page is loaded anew, and then another browser is used
    desk.log_in()
    expect(link).to_have_count(0)
    desk.page.reload()
    desk.shown()
    expect(desk.page.locator("#comment")).to_have_value("She moved in May")
    desk.page.close()
    with browser.new_context() as elsewhere:
        other = watching(desk.stack, desk.queue, elsewhere)
        elsewhere.request.get(desk.login_link(), max_redirects=0)
        until(lambda: desk.report()["leased"] == 0)
        other.go()
        other.shown()
        expect(other.page.locator("#comment")).to_have_value("She moved in May")
        other.page.get_by_label("Reason").select_option("moved house")
        other.page.get_by_role("button", name="stay").click()
        until(lambda: len(desk.decisions()) == 1)

    # then it is in the record
    (vote,) = votes(desk, "event-0")
    assert (vote["comment"], vote["reason_code"]) == ("She moved in May", "moved house")


def test_two_tabs_never_show_the_same_item(desk: Desk) -> None:
    desk.send(events(12))
    desk.open()
    other = watching(desk.stack, desk.queue, desk.page.context)
    other.go()

    answered = [tab.press("1")[0] for _ in range(6) for tab in (desk, other)]

    assert len(set(answered)) == 12
    until(lambda: len(desk.decisions()) == 12)
    assert (desk.complaints, other.complaints) == ([], [])


def test_what_carried_the_prediction_is_marked_and_what_is_withheld_is_absent(desk: Desk) -> None:
    desk.apply(withheld=["gender"])
    shown = {
        "event_id": "event-0",
        "features": {"tenure": 3, "contract": "monthly", "gender": "f"},
        "context": {"call": "I pay too MUCH, much too much", "photo": PIXEL},
        "probabilities": {"stay": 0.49, "leave": 0.51},
        "model": {"name": "our-own", "version": 1},
        "evidence": [
            {"field": "call", "value": "much", "contribution": 0.7},
            {"field": "contract", "value": "monthly", "contribution": -0.2},
            {"field": "gender", "value": "f", "contribution": 0.1},
        ],
    }
    desk.send([shown], "predictions")
    desk.open()
    desk.shown()

    expect(desk.page.locator("mark")).to_have_text(["MUCH", "much", "much"])
    expect(desk.page.locator("#features dt")).to_have_text(["tenure", "contract"])
    image = desk.page.get_by_role("img", name="Picture: photo")
    expect(image).to_have_css("filter", "blur(22px)")
    desk.page.get_by_text("Show the picture").click()
    expect(image).to_have_css("filter", "none")
    assert desk.complaints == []


def test_similar_cases_are_compared_and_gone_with_the_item(desk: Desk) -> None:
    torn = {"probabilities": {"stay": 0.49, "leave": 0.51}, "model": {"name": "own", "version": 1}}
    sent = [
        {"event_id": f"event-{n}", "features": {"tenure": n, "contract": "monthly"}, **torn}
        for n in range(3)
    ]
    desk.apply(policy={"error_rate": 1, "auto_margin": 0.6})
    desk.send(sent, "predictions")
    desk.open()
    desk.press("2")
    expect(desk.page.locator("#answered")).to_have_text("1")

    desk.page.keyboard.press("c")
    expect(desk.page.locator("#similar li")).to_contain_text("leave · event-")
    desk.page.keyboard.press("c")
    expect(desk.page.locator("#similar")).to_be_hidden()
    desk.page.keyboard.press("c")
    expect(desk.page.locator("#similar li")).to_be_visible()
    desk.press("1")
    expect(desk.page.locator("#similar")).to_be_hidden()
    assert desk.complaints == []
