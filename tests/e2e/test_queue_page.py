"""The queues as they stand, on a page that nobody loads anew."""

import pytest
from playwright.sync_api import expect

from tests.e2e.desk import Desk, events

pytestmark = pytest.mark.e2e


def test_the_page_follows_what_happens_in_true_words(desk: Desk) -> None:
    desk.log_in()
    desk.go("/queues")
    card = desk.page.locator(f"[data-queue={desk.queue}]")
    expect(desk.page.locator("#live")).to_have_text("Live")
    expect(card).to_contain_text("Nothing waits")

    desk.send(events(2))
    expect(card.locator(".depth")).to_have_text("2 waiting")
    expect(card).to_contain_text("Nobody is at it")

    with desk.api as api:
        claims = api.post(f"/v1/queues/{desk.queue}/claims", json={"limit": 2}).json()["claims"]
        expect(card).to_contain_text("All held, next free in 2 min at the latest")
        expect(card.get_by_label("Who works here")).to_have_text("admin 2")

        for claim in claims:
            lease = claim["lease"]["id"]
            api.post(f"/v1/leases/{lease}/decision", json={"label": "stay"}).raise_for_status()
    expect(card).to_contain_text("Nothing waits")
    assert desk.complaints == []
