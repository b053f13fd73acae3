"""The page on which a lead sends suspected label errors for a second look."""

import re
from datetime import timedelta

import pytest

from services.review.use_cases.observing import Observe
from services.review.use_cases.suspecting import NoticeContradictions
from shared.clock import SystemClock
from tests.builders import a_prediction
from tests.fakes.clock import FakeClock
from tests.site import OURS, Site, strict

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def lea(site: Site) -> dict[str, str]:
    return site.session_of("lea", "lead")


def observe(site: Site) -> None:
    """As the service does of itself, a little later."""
    later = FakeClock(SystemClock().now() + timedelta(seconds=5))
    while Observe(site.store, later, [NoticeContradictions()])():
        pass


def test_a_lead_sends_the_worst_and_sees_what_came_of_it(site: Site, lea: dict[str, str]) -> None:
    # given two contradictions, one of them with a hostile name
    site.project("churn")
    assert site.ask("GET", "/label-errors", cookies=lea).headers["location"].endswith("/churn")
    assert "None: no settled" in site.ask("GET", "/label-errors/churn", cookies=lea).text
    site.route([a_prediction(HOSTILE, leave=0.75), a_prediction("mild", leave=0.55)])
    site.answer(lea, "stay")
    site.answer(lea, "stay")
    observe(site)

    # then they are shown, the worst first, and without their labels
    page = site.ask("GET", "/label-errors/churn", cookies=lea)
    assert strict(page)
    assert re.findall(r'scope="row" dir="auto">([^<]+)', page.text)[1] == "mild"
    assert HOSTILE not in page.text
    assert "stay" not in page.text
    assert 'href="/label-errors/churn"' in site.ask("GET", "/quality/churn", cookies=lea).text

    # when the worst is sent
    for wrong in ("", "0", "501", "9" * 30, "one"):
        refused = site.post(lea, "/label-errors/churn/second-looks", first=wrong)
        assert (refused.status_code, "from 1 to 500" in refused.text) == (422, True)
    done = site.post(lea, "/label-errors/churn/second-looks", first="1")

    # then somebody else may look
    page = site.ask("GET", done.headers["location"], cookies=lea)
    assert "1 wait for a second look" in page.text
    leo = site.session_of("leo", "lead")
    path = "/v1/queues/churn.leads/claims"
    claims = site.ask("POST", path, cookies=leo, headers=OURS, json={}).json()["claims"]
    assert claims[0]["item"]["event_id"] == HOSTILE
    assert claims[0]["item"]["prediction"] is None
    assert claims[0]["item"]["why"] == "A second look at an event that was answered before."
