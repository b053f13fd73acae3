"""Another policy, tried on the past from a page."""

import re
from typing import Any

import pytest

from tests.builders import a_prediction
from tests.site import Site, strict

PAGE = "/what-if/churn"


@pytest.fixture
def olga(site: Site) -> dict[str, str]:
    """Ops, and a past of eight torn and eight sure events, two of them answered."""
    site.project("churn", policy={"error_rate": 0.2, "window": 400, "review_cost": 2})
    site.route([a_prediction(f"torn-{n}", leave=0.55) for n in range(8)])
    site.route([a_prediction(f"sure-{n}", leave=0.99) for n in range(8)])
    lea = site.session_of("lea", "lead")
    for label in ("stay", "leave"):
        site.answer(lea, label)
    return site.session_of("olga", "ops")


def test_the_form_stands_as_the_policy_does(site: Site, olga: dict[str, str]) -> None:
    page = site.ask("GET", PAGE, cookies=olga)

    assert strict(page)
    assert re.search(r'name="error_rate"[^>]*value="0.2"', page.text)
    assert re.search(r'name="deadline.seconds"[^>]*value=""[^>]*"no deadline"', page.text)
    assert f'<a href="{PAGE}">' in site.ask("GET", "/oversight/churn", cookies=olga).text


def test_what_it_tells_is_what_the_api_tells(site: Site, olga: dict[str, str]) -> None:
    page = site.post(olga, PAGE, error_rate="0.1", reviewers="3")

    assert strict(page)
    assert "<code>error_rate</code> 0.2 → <b>0.1</b>" in page.text
    assert "with 3 people" in page.text
    file = site.ask("GET", "/v1/projects/churn", cookies=olga).json()["configuration"]
    file["policy"]["error_rate"] = 0.1
    wish = {"configuration": file, "events": 2000, "reviewers": 3}
    bearer = {"sec-fetch-site": "same-origin"}
    path = "/v1/projects/churn/simulations"
    told = site.ask("POST", path, cookies=olga, headers=bearer, json=wish).json()
    assert [f["name"] for f in told["figures"] if is_known(f)] == [
        name.replace(" ", "_") for name in re.findall(r"<h3>([a-z ]+)(?: <|<)", page.text)
    ]
    for doubt in told["doubts"]:
        assert doubt.replace("'", "&#39;") in page.text
    unchanged = site.ask("GET", "/v1/projects/churn", cookies=olga).json()
    assert unchanged["configuration"]["policy"]["error_rate"] == 0.2


def is_known(figure: dict[str, Any]) -> bool:
    values = (figure["recorded"], figure["now"]["value"], figure["other"]["value"])
    return any(value is not None for value in values)


REFUSED = [
    ({"error_rate": "2"}, "policy.error_rate: Input should be less than or equal to 1"),
    ({"error_rate": "nan"}, "policy.error_rate"),
    ({"window": ""}, "Automatic decisions to a block: give a number"),
    ({"window": "5"}, "give a window"),
    ({"auto_margin": "<b>much"}, "&#39;&lt;b&gt;much&#39; is no number"),
    ({"events": "7"}, "events: Input should be greater than or equal to 100"),
    ({"reviewers": "many"}, "reviewers: Input should be a valid integer"),
]


def test_what_cannot_be_tried_is_said_and_the_form_is_kept(
    site: Site, olga: dict[str, str]
) -> None:
    for form, complaint in REFUSED:
        page = site.post(olga, PAGE, miss_rate="0.25", **form)

        assert (page.status_code, strict(page)) == (422, True), form
        assert complaint in page.text
        assert re.search(r'name="miss_rate"[^>]*value="0.25"', page.text)


def test_only_who_may_ask_the_api_may_ask_the_page(site: Site, olga: dict[str, str]) -> None:
    ada = site.session_of("ada", "reviewer")

    assert site.ask("GET", PAGE, cookies=ada).status_code == 403
    assert site.post(ada, PAGE).status_code == 403
    assert PAGE not in site.ask("GET", "/oversight/churn", cookies=ada).text
    assert site.post(olga, "/what-if/absent").status_code == 404
