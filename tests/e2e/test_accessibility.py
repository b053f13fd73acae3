"""Every page is clean to axe (WCAG 2.2 AA), by day and by night."""

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.axe import faults, violations
from tests.e2e.desk import Desk, events, watching

pytestmark = pytest.mark.e2e

PAGES = (
    "/queues",
    "/me",
    "/login",
    "/dead-letters",
    "/oversight/{queue}",
    "/oversight/{queue}/verification",
    "/what-if/{queue}",
    "/practice/{queue}",
    "/models/{queue}",
    "/quality/{queue}",
    "/gold/{queue}",
    "/label-errors/{queue}",
    "/records/{queue}",
    "/records/{queue}?event_id=event-0",
    "/review/{queue}/alike",
    "/review/{queue}/plain",
    "/review/absent",
)


def test_pages_are_clean(desk: Desk, browser: Browser) -> None:
    desk.apply(reason_codes=["moved house"], slices=["contract"])
    desk.send(events(4))
    with browser.new_context(reduced_motion="reduce") as context:
        context.request.get(desk.login_link(), max_redirects=0)
        ours = {"origin": desk.stack.url}
        context.request.post(f"{desk.stack.url}/me/streaks", form={"show": "y"}, headers=ours)
        seen = watching(desk.stack, desk.queue, context)
        desk.answer("event-0", "stay")
        for page in PAGES:
            path = page.format(queue=desk.queue)
            seen.go(path)
            assert faults(seen.page) == [], path

        # the review page: at work, with a note begun, with a notice, with the help, at rest
        seen.go()
        seen.press("1")
        seen.shown()
        seen.page.keyboard.press("n")
        assert faults(seen.page) == []
        seen.page.keyboard.press("Escape")
        context.clear_cookies()
        seen.page.keyboard.press("2")
        expect(seen.page.get_by_role("link", name="Log in")).to_be_visible()
        seen.page.keyboard.press("?")
        assert faults(seen.page) == []
        seen.page.keyboard.press("?")
        context.request.get(desk.login_link(), max_redirects=0)
        expect(seen.page.locator("#rest")).to_be_visible()
        assert faults(seen.page) == []


def test_the_page_of_an_answer_that_came_too_late_is_clean(desk: Desk, browser: Browser) -> None:
    desk.send(events(1))
    review = f"{desk.stack.url}/review/{desk.queue}"
    with browser.new_context(reduced_motion="reduce") as context:
        context.request.get(desk.login_link(), max_redirects=0)
        page = context.new_page()
        page.goto(f"{review}/plain")
        lease = page.locator("input[name=lease]").first.input_value()
        earlier: dict[str, str | float | bool] = {"lease": lease, "label": "stay"}
        context.request.post(f"{review}/decide", form=earlier, headers={"origin": desk.stack.url})
        page.get_by_role("button", name="leave").click()
        expect(page.get_by_role("heading", name="Your answer was not counted")).to_be_visible()
        assert faults(page) == []


def test_the_page_that_leads_on_at_once_is_clean(desk: Desk, browser: Browser) -> None:
    address = f"{desk.stack.url}/review/{desk.queue}"
    with browser.new_context(reduced_motion="reduce") as context:
        elsewhere = {"sec-fetch-site": "cross-site"}
        text = context.request.get(address, headers=elsewhere).text()
        at_once = f'<meta http-equiv="refresh" content="0; url=/review/{desk.queue}">'
        assert at_once in text
        page = context.new_page()
        still = text.replace(at_once, "")
        page.route(address, lambda route: route.fulfill(body=still, content_type="text/html"))
        page.goto(address)
        expect(page.get_by_role("link", name="Go on to the page")).to_be_visible()
        assert faults(page) == []


def test_a_fault_is_seen(browser: Browser) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.set_content("<html lang=en><title>t</title><main><h1>h</h1><img src=x></main></html>")

        assert [fault.partition(":")[0] for fault in violations(page)] == ["image-alt"]
