"""Near-identical items, decided together and each recorded alone."""

import pytest
from playwright.sync_api import expect

from tests.e2e.axe import violations
from tests.e2e.desk import Desk
from tests.processes import until

pytestmark = pytest.mark.e2e


def test_a_group_is_decided_taken_back_and_decided_otherwise(desk: Desk) -> None:
    # given four that differ in digits and capitals only, and one like no other
    alike = ["Order 17 is late", "order 4 is late", "ORDER 905  is late", "Order 1 is late"]
    texts = [*alike, "I want to leave"]
    desk.send(
        [
            {"event_id": f"event-{n}", "features": {"contract": text, "tenure": 3}}
            for n, text in enumerate(texts)
        ]
    )
    desk.log_in()
    desk.go(f"/review/{desk.queue}/alike")
    page = desk.page
    expect(page.locator("#count")).to_have_text("4 of 4 alike")
    expect(page.locator("#common")).to_have_text("tenure3")
    expect(page.locator("#differing tr")).to_have_count(4)
    until(lambda: desk.report()["leased"] == 4)
    assert violations(page) == []

    # when all but one are answered, which is seen to be wrong, and taken back
    page.get_by_role("checkbox", name="event-3").uncheck()
    page.keyboard.press("1")
    expect(page.locator("#said")).to_have_text("stay: 3 decided")
    until(lambda: len(desk.decisions()) == 3)
    page.keyboard.press("u")
    expect(page.locator("#said")).to_have_text("stay: 3 taken back")
    page.keyboard.press("2")
    expect(page.locator("#said")).to_have_text("leave: 3 decided")

    # then each has a story of its own, and the others wait
    until(lambda: len(desk.decisions()) == 6)
    assert {dict(desk.decisions())[f"event-{n}"] for n in range(3)} == {"leave"}
    assert desk.report()["waiting"] == 2
    assert desk.complaints == []
    page.keyboard.press("r")
    expect(page.locator("#rest")).to_be_visible()
    until(lambda: desk.report()["leased"] == 0)


def test_those_alike_come_from_far_behind_the_fifty_that_are_claimed(desk: Desk) -> None:
    # given fifty-five like no other, but for the first, to which the last two are alike
    letters = [chr(ord("a") + n // 26) + chr(ord("a") + n % 26) for n in range(55)]
    texts = [f"{pair} is lost, order 1" for pair in letters] + ["AA is lost, order 17"] * 2
    desk.send(
        [{"event_id": f"event-{n}", "features": {"contract": text}} for n, text in enumerate(texts)]
    )
    desk.log_in()
    desk.go(f"/review/{desk.queue}/alike")

    # when they are found and decided, then each of the three is, and the others wait
    expect(desk.page.locator("#count")).to_have_text("3 of 3 alike")
    expect(desk.page.locator("#said")).to_have_text("57 looked at")
    until(lambda: desk.report()["leased"] == 3)
    desk.page.keyboard.press("1")
    expect(desk.page.locator("#said")).to_have_text("stay: 3 decided")
    until(lambda: len(desk.decisions()) == 3)
    assert {event for event, _ in desk.decisions()} == {"event-0", "event-55", "event-56"}
    assert desk.complaints == []
