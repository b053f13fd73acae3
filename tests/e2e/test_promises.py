"""What the pages promise to everybody: safe, light, at home, readable."""

from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Response, expect

from tests.e2e.axe import faults
from tests.e2e.desk import Desk, watching
from tests.e2e.hostile import PAYLOADS, an_event, harm
from tests.processes import until

pytestmark = pytest.mark.e2e

HOSTILE_ID = "<script>window.hacked=0</script>"
PAGES = (
    "/review/{queue}/plain",
    "/review/{queue}",
    "/review/{queue}/alike",
    "/gold/{queue}",
    "/records/{queue}",
    "/records/{queue}?event_id={event}",
    "/oversight/{queue}",
    "/quality/{queue}",
    "/queues",
)
MOST_BYTES_A_PAGE = 60_000
MOST_BYTES_AN_ITEM = 3_000


def test_hostile_content_is_text_on_every_page(desk: Desk, browser: Browser) -> None:
    # given an event that is hostile wherever its sender can write, decided and made gold, and
    # nine more that wait
    desk.apply(slices=["contract"])
    desk.send([an_event(HOSTILE_ID)])
    desk.answer(HOSTILE_ID, "stay")
    desk.send([an_event(f"{HOSTILE_ID}{n}") for n in range(9)])
    with desk.api as api:
        gold = {"event_id": HOSTILE_ID, "label": "stay", "explanation": PAYLOADS[1]}
        api.post(f"/v1/projects/{desk.queue}/gold", json=gold).raise_for_status()

    # when a lead who has decided nothing looks at all pages, then all of it is text
    with browser.new_context() as context:
        seen = desk.as_somebody("leo", "lead", context)
        for path in PAGES:
            seen.go(path.format(queue=desk.queue, event=quote(HOSTILE_ID)))
            expect(seen.page.locator("main")).to_contain_text(
                PAYLOADS[0] if "review" in path else ""
            )
            assert harm(seen.page) == [], path
        seen.go(f"/gold/{desk.queue}")
        seen.page.get_by_role("button", name="Retire").click()
        seen.go(f"/practice/{desk.queue}")
        shown = seen.page.locator("main dd").all_text_contents()
        assert [text for text in PAYLOADS if text not in shown] == []
        seen.page.keyboard.press("2")
        expect(seen.page.locator("main")).to_contain_text(PAYLOADS[1])
        assert harm(seen.page) == []
        assert (seen.dialogs, seen.complaints) == ([], [])


def test_harm_and_complaints_would_be_seen(desk: Desk) -> None:
    desk.log_in()
    desk.go("/queues")
    desk.page.evaluate(
        "const made = document.createElement('script'); made.textContent = '1';"
        " document.querySelector('main').append(made);"
        " window.hacked = 9; new Image().src = 'http://evil.example/x';"
    )

    assert harm(desk.page) == ["an element: 1", "payload 9 has run"]
    assert len([c for c in desk.complaints if "Content Security Policy" in c]) == 2


def test_the_first_page_is_light_and_each_further_item_is_one_small_answer(desk: Desk) -> None:
    # given items as wide as those of our demo
    said = {f"field number {number}": f"value {number}" for number in range(20)}
    desk.send([{"event_id": f"e{n}", "features": {}, "context": said} for n in range(8)])
    desk.log_in()
    came: list[Response] = []
    desk.page.on("response", lambda response: came.append(response))  # noqa: PLW0108

    # when the page is opened, which asks for pen.js only once its item is shown
    desk.go()
    desk.shown()
    desk.page.wait_for_load_state("networkidle")
    sizes = {response.url: _carried(response) for response in came}
    first = {url: size for url, size in sizes.items() if not url.endswith("/pen.js")}
    assert len(first) <= 6, first
    assert sum(sizes.values()) <= MOST_BYTES_A_PAGE, sizes

    # and three items are answered, then each brings the next in one answer
    came.clear()
    for number in range(1, 4):
        desk.press("1")
        expect(desk.page.locator("#answered")).to_have_text(str(number))
    told = [(response.url.rpartition("/")[2], _carried(response)) for response in came]
    assert [name for name, _ in told] == ["decision"] * 3
    assert max(size for _, size in told) <= MOST_BYTES_AN_ITEM, told


def _carried(response: Response) -> int:
    """Bytes on the wire: heads, and the body as it was compressed."""
    sizes = response.request.sizes()
    return sizes["responseHeadersSize"] + sizes["responseBodySize"]


def test_one_red_button_stops_automation_and_another_undoes_it(desk: Desk) -> None:
    # given an error that somebody has prevented
    torn = {"probabilities": {"stay": 0.49, "leave": 0.51}, "model": {"name": "own", "version": 1}}
    desk.send([{"event_id": "torn", "features": {"contract": "monthly"}, **torn}], "predictions")
    desk.answer("torn", "stay")
    desk.log_in()
    desk.go(f"/oversight/{desk.queue}")
    page = desk.page
    expect(page.locator(".prevented")).to_contain_text("People prevented 1 error this week")

    page.get_by_text("Stop automation").click()
    assert faults(page) == []
    page.get_by_label("Why").fill("Prices changed last night.")
    page.get_by_role("button", name="Yes, stop it now").click()

    expect(page.locator(".state").first).to_have_text(
        "Automation is stopped: people decide every event"
    )
    assert automation(desk) == "stopped"
    assert faults(page) == []
    page.get_by_label("Let it run again, because").fill("They are learned.")
    page.get_by_role("button", name="Resume automation").click()
    expect(page.locator(".state").first).to_have_text("Automation runs")
    assert automation(desk) == "running"
    assert desk.complaints == []


def automation(desk: Desk) -> Any:
    with desk.api as api:
        return api.get(f"/v1/projects/{desk.queue}").json()["automation"]


def test_text_runs_in_its_own_direction_and_times_are_the_readers(
    desk: Desk, browser: Browser
) -> None:
    words = "أريد إلغاء العقد"
    context = {"arabic": words, "english": "I want to leave"}
    desk.send([{"event_id": "e0", "features": {"contract": words}, "context": context}])
    directions = "dds => dds.map(dd => getComputedStyle(dd).direction)"
    with browser.new_context(
        timezone_id="Pacific/Kiritimati", locale="en-GB", reduced_motion="reduce"
    ) as abroad:
        abroad.request.get(desk.login_link(), max_redirects=0)
        far = watching(desk.stack, desk.queue, abroad)
        far.go()
        assert far.shown() == "e0"
        assert far.page.locator("#context dd").evaluate_all(directions) == ["rtl", "ltr"]
        assert far.page.evaluate("getComputedStyle(document.body).direction") == "ltr"
        moving = "getComputedStyle(document.querySelector('.label')).transitionDuration"
        assert far.page.evaluate(moving) == "0s"

        # the record says when in the zone of who reads it, fourteen hours ahead of UTC
        far.press("1")
        until(lambda: len(desk.decisions()) == 1)
        far.go(f"/records/{desk.queue}?event_id=e0")
        shown = far.page.locator("time").first
        expect(shown).not_to_contain_text("UTC")
        there = shown.evaluate(
            "time => new Intl.DateTimeFormat('en-GB', {dateStyle: 'medium', timeStyle: 'short',"
            " timeZone: 'Pacific/Kiritimati'}).format(new Date(time.dateTime))"
        )
        expect(shown).to_have_text(there)
        assert far.complaints == []
