"""A reviewer at the review page, by keyboard alone."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.e2e.desk import Desk, events
from tests.processes import until

pytestmark = pytest.mark.e2e

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(2)>",
    "{{7*7}}${7*7}",
    "</dd><h1>broken</h1>",
    "\u202eright to left \u0645\u0631\u062d\u0628\u0627",
    "x" * 3000,
]


def hostile_events() -> list[dict[str, Any]]:
    return [
        {"event_id": f"{text[:100]}-{n}", "features": {"contract": text, text: n}, "context": {
            "note": text, "nested": {text: [text]}}}
        for n, text in enumerate(HOSTILE)
    ]  # fmt: skip


def test_fifty_decisions_by_keyboard_through_five_seconds_without_network(desk: Desk) -> None:
    # given sixty events, some of them hostile
    desk.send(hostile_events() + events(54))
    desk.open()

    # when fifty are answered, one of them twice; five seconds without network fall into the middle
    answered = [desk.press("1" if n % 3 else "2") for n in range(25)]
    desk.page.context.set_offline(True)
    answered += [desk.press("2"), desk.press("2")]
    expect(desk.page.locator("#notices")).to_contain_text("not saved yet, trying again (")
    desk.page.keyboard.press("u")
    answered.pop()
    answered.append(desk.press("1"))
    desk.page.wait_for_timeout(5000)
    desk.page.context.set_offline(False)
    answered += [desk.press("1") for _ in range(23)]

    # and one is given back, and one skipped
    given_back = desk.shown()
    desk.page.keyboard.press("r")
    expect(desk.page.locator("#event")).not_to_have_text(given_back)
    skipped = desk.shown()
    desk.page.keyboard.press("s")
    expect(desk.page.locator("#event")).not_to_have_text(skipped)

    # then every answer counts once, and the page says so
    expect(desk.page.locator("#answered")).to_have_text("50")
    expect(desk.page.locator("#waiting")).to_have_text("10")
    expect(desk.page.locator("#notices > *")).to_have_count(0)
    until(lambda: len(desk.decisions()) >= 50)
    assert sorted(desk.decisions()) == sorted(answered)
    report = desk.report()
    assert (report["decisions"]["reviewers"], report["waiting"]) == (50, 10)
    assert not {given_back, skipped} & dict(answered).keys()
    assert (desk.dialogs, desk.complaints) == ([], [])


def test_hostile_content_is_shown_as_text_at_every_width(desk: Desk) -> None:
    desk.send(hostile_events())
    desk.open()

    for number, text in enumerate(HOSTILE):
        assert desk.shown() == f"{text[:100]}-{number}"
        shown = desk.page.locator("#features dd, #features dt").all_text_contents()
        assert shown == ["contract", text, text, str(number)]
        for width in (1280, 640, 320):
            desk.page.set_viewport_size({"width": width, "height": 640})
            assert desk.page.evaluate("document.documentElement.scrollWidth") == width
        desk.page.keyboard.press("1")

    expect(desk.page.locator("#rest")).to_contain_text("Nothing waits")
    assert desk.page.locator("img, h1:has-text('broken')").count() == 0
    assert (desk.dialogs, desk.complaints) == ([], [])


def test_an_answer_whose_receipt_is_lost_counts_once(desk: Desk) -> None:
    desk.send(events(6))
    desk.open()
    keys = []

    def lose_the_first_receipt(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        answer = route.fetch()
        if len(keys) == 1:
            route.abort()
        else:
            route.fulfill(response=answer)

    desk.page.route("**/decision", lose_the_first_receipt)
    answered = [desk.press("1"), desk.press("2")]

    expect(desk.page.locator("#answered")).to_have_text("2")
    assert keys[0] == keys[1] != keys[2]
    until(lambda: len(desk.decisions()) >= 2)
    assert desk.decisions() == answered


def test_new_items_appear_by_themselves(desk: Desk) -> None:
    desk.open()
    expect(desk.page.locator("#rest")).to_contain_text("New items appear by themselves.")

    desk.send(events(1))

    assert desk.shown() == "event-0"
    expect(desk.page.locator("#announcement")).to_contain_text("event-0")


def test_an_open_page_keeps_its_lease_and_awaits_those_of_others(desk: Desk) -> None:
    # given an item that somebody else holds for five seconds
    desk.apply(lease_seconds=5)
    with desk.api as api:
        desk.send(events(1))
        api.post(f"/v1/queues/{desk.queue}/claims", json={})

        # then the page says so, and gets the item by itself when it is free
        desk.open()
        words = "All items are held by others; next free at"
        expect(desk.page.locator("#rest")).to_contain_text(words)
        assert desk.shown() == "event-0"

        # and keeps it for longer than a lease lasts
        desk.page.wait_for_timeout(6500)
        claimed = api.post(f"/v1/queues/{desk.queue}/claims", json={}).json()
        assert claimed["empty_because"] == "all_leased"
    expect(desk.page.locator("#hold")).to_contain_text("Held for you: 0:0")


def test_one_press_decides_one_item(desk: Desk) -> None:
    desk.send(events(6))
    desk.open()
    assert desk.shown() == "event-0"

    # neither shortcuts of the browser nor keys beneath the help decide
    for key in ("Control+1", "Alt+1", "Meta+1", "9", "z"):
        desk.page.keyboard.press(key)
    desk.page.keyboard.press("?")
    desk.page.keyboard.press("1")
    desk.page.keyboard.press("?")
    assert desk.shown() == "event-0"

    # a key that is held down decides once
    desk.page.keyboard.down("1")
    for _ in range(5):
        desk.page.wait_for_timeout(60)
        desk.page.keyboard.down("1")
    desk.page.keyboard.up("1")
    assert desk.shown() == "event-1"

    # and so does a double tap
    desk.page.evaluate(
        "for (let n = 0; n < 2; n++)"
        " document.dispatchEvent(new KeyboardEvent('keydown', {key: '1', bubbles: true}))"
    )
    assert desk.shown() == "event-2"
    until(lambda: len(desk.decisions()) == 2)


def test_an_answer_that_comes_too_late_is_explained(desk: Desk) -> None:
    desk.send(events(4))
    with desk.page.expect_response("**/claims") as claimed:
        desk.open()
    lease = claimed.value.json()["claims"][0]["lease"]["id"]
    desk.shown()
    with desk.api as api:
        api.post(f"/v1/leases/{lease}/decision", json={"label": "stay"})

    desk.press("2")

    expect(desk.page.locator("#notices")).to_contain_text("event-0: admin decided 'stay'")
    assert desk.shown() == "event-1"
    desk.page.keyboard.press("Escape")
    expect(desk.page.locator("#notices > *")).to_have_count(0)
    assert desk.press("2") == ("event-1", "leave")
    expect(desk.page.locator("#answered")).to_have_text("1")


def test_answers_survive_the_end_of_the_session(desk: Desk) -> None:
    desk.send(events(3))
    desk.open()
    desk.shown()
    desk.page.context.clear_cookies()

    desk.press("1")
    expect(desk.page.locator("#notices")).to_contain_text("Session expired")
    desk.page.close(run_before_unload=True)  # the browser asks, the reviewer stays
    until(lambda: pumped(desk.page, lambda: desk.dialogs == ["beforeunload"]))
    other = desk.page.context.new_page()
    other.goto(desk.login_link())

    expect(desk.page.locator("#answered")).to_have_text("1")
    until(lambda: desk.decisions() == [("event-0", "stay")])


def test_who_may_not_work_reads_why_and_goes_on_when_they_may(desk: Desk) -> None:
    desk.send(events(1))
    standing = f"/v1/projects/{desk.queue}/reviewers/admin"
    with desk.api as api:
        api.post(f"{standing}/pause", json={"reason": "clicked too fast"}).raise_for_status()
        desk.open()
        expect(desk.page.locator("#notices")).to_contain_text("clicked too fast; ask a lead")

        api.post(f"{standing}/resume", json={"reason": "we talked"}).raise_for_status()

    assert desk.shown() == "event-0"
    expect(desk.page.locator("#notices > *")).to_have_count(0)


def pumped(page: Page, condition: Callable[[], bool]) -> bool:
    """Lets the browser's events come in before looking."""
    page.wait_for_timeout(20)
    return condition()


def test_what_is_held_goes_back_when_the_page_is_left(desk: Desk) -> None:
    desk.send(events(5))
    desk.open()
    desk.shown()
    assert desk.report()["leased"] == 3

    desk.page.goto("about:blank")

    until(lambda: desk.report()["leased"] == 0)


def test_a_link_from_another_site_leads_in(desk: Desk) -> None:
    # 127.0.0.1 and localhost are two sites to a browser
    desk.page.goto(desk.stack.url.replace("127.0.0.1", "localhost") + "/review")

    desk.page.evaluate("address => { location.href = address }", desk.login_link())

    inside = desk.page.get_by_role("heading", name="Queues")
    expect(inside.or_(desk.page.locator("#rest-title"))).to_be_visible()


def test_it_works_without_javascript(desk: Desk, browser: Browser) -> None:
    desk.send(events(2))
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    context.request.get(desk.login_link(), max_redirects=0)
    page.goto(f"{desk.stack.url}/review/{desk.queue}")

    page.locator("noscript a").click()
    page.get_by_role("button", name="leave").click()

    expect(page.locator(".id")).to_have_text("event-1")
    assert page.url.endswith("/plain")
    until(lambda: desk.decisions() == [("event-0", "leave")])
    context.close()
