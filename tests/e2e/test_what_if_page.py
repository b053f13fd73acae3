"""Whoever looks after a project tries another policy on its past."""

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.axe import faults
from tests.e2e.desk import Desk, events, watching

pytestmark = pytest.mark.e2e


def test_another_policy_is_tried_from_oversight(desk: Desk, browser: Browser) -> None:
    desk.apply(policy={"error_rate": 0.2, "window": 400}, deadline={"seconds": 60})
    desk.send(events(6))
    desk.answer("event-0", "stay")
    with browser.new_context(reduced_motion="reduce") as context:
        olga = desk.as_somebody("olga-of-what-if", "ops", context)
        olga.go(f"/oversight/{desk.queue}")
        olga.page.get_by_role("link", name="What if the policy were another?").click()
        olga.page.get_by_label("Share of automatic decisions that may be wrong").fill("0.1")
        olga.page.get_by_role("button", name="Play the past again").press("Enter")

        heading = olga.page.get_by_role("heading", name="What it would come to")
        expect(heading).to_be_focused()
        expect(olga.page.locator(".changes")).to_have_text("error_rate 0.2 → 0.1")
        for figure in ("automatic", "reviews a day", "answers a day"):
            expect(olga.page.get_by_role("heading", name=figure, exact=True)).to_be_visible()
        assert faults(olga.page) == []

        # what cannot be is said beside the form, and can be mended there
        olga.page.get_by_label("Automatic decisions to a block").fill("5")
        olga.page.keyboard.press("Enter")
        expect(olga.page.get_by_role("alert")).to_contain_text("give a window")
        assert faults(olga.page) == []
        assert [c for c in olga.complaints if "422" not in c] == []


def test_without_scripts_it_is_asked_and_told_all_the_same(desk: Desk, browser: Browser) -> None:
    desk.send(events(2))
    with browser.new_context(java_script_enabled=False) as context:
        context.request.get(desk.login_link(), max_redirects=0)
        seen = watching(desk.stack, desk.queue, context)
        seen.go(f"/what-if/{desk.queue}")
        seen.page.get_by_label("People who answer").fill("2")
        seen.page.get_by_role("button", name="Play the past again").click()
        expect(seen.page.locator("main")).to_contain_text("played 10 times with 2 people")
