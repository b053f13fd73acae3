"""The pages as a browser without scripts gets them: answers, headers, forms."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from tests.builders import a_prediction
from tests.site import OURS, Site, open_site, strict


@pytest.fixture
def ada(site: Site) -> dict[str, str]:
    return site.session_of("ada", "reviewer")


def test_a_stranger_is_told_how_to_get_in(site: Site) -> None:
    assert site.ask("GET", "/").headers["location"] == "/review"

    for path in ("/review", "/review/churn", "/review/churn/plain", "/login?token="):
        answer = site.ask("GET", path)
        assert (answer.status_code, strict(answer)) == (401, True)
        assert "handraise token create NAME --login" in answer.text


def test_a_login_link_works_once(site: Site) -> None:
    site.project("churn")
    site.administer("POST", "/v1/users", {"name": "ada", "role": "reviewer"})
    link = site.administer("POST", "/v1/users/ada/tokens", {"kind": "login"})["login_url"]

    first, second = site.ask("GET", link), site.ask("GET", link)

    assert (first.status_code, first.headers["location"]) == (303, "/review")
    assert {"HttpOnly", "SameSite=strict"} <= set(first.headers["set-cookie"].split("; "))
    assert site.ask("GET", "/review/churn", cookies=dict(first.cookies)).status_code == 200
    assert (second.status_code, strict(second)) == (401, True)
    assert "used up" in second.text


def test_a_link_from_another_site_gets_in_at_the_second_go(site: Site) -> None:
    # a browser sends no strict cookie with another site's link
    answer = site.ask("GET", "/review/churn", headers={"sec-fetch-site": "cross-site"})

    assert answer.status_code == 200
    assert '<meta http-equiv="refresh" content="0; url=/review/churn">' in answer.text


def test_one_queue_is_opened_at_once_and_several_are_listed(
    site: Site, ada: dict[str, str]
) -> None:
    assert site.ask("GET", "/review", cookies=ada).headers["location"] == "/queues"
    assert "There is no project yet" in site.ask("GET", "/queues", cookies=ada).text

    site.project("churn")
    assert site.ask("GET", "/review", cookies=ada).headers["location"] == "/review/churn"

    site.project("loans", title="<b>Pay back?</b>")
    site.route([a_prediction(), a_prediction()])
    assert site.ask("GET", "/review", cookies=ada).headers["location"] == "/queues"
    listed = site.ask("GET", "/queues", cookies=ada)
    assert strict(listed)
    assert re.findall(r"<b>(\d+)</b> waiting", listed.text) == ["2", "0"]
    assert "&lt;b&gt;Pay back?&lt;/b&gt;" in listed.text


def test_a_page_holds_no_script_and_no_style_of_its_own(site: Site, ada: dict[str, str]) -> None:
    site.project("churn")

    page = site.ask("GET", "/review/churn", cookies=ada)

    assert strict(page)
    assert re.findall(r"<script(?![^>]* src=)|<style|\son\w+=|\sstyle=", page.text) == []
    assets = re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text)
    assert len(set(assets)) == 4
    for asset in assets:
        answer = site.ask("GET", asset)
        assert answer.status_code == 200
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_styles_and_scripts_are_small_on_the_wire(site: Site) -> None:
    packed = site.ask("GET", "/static/review.js", headers={"accept-encoding": "gzip"})
    plain = site.ask("GET", "/static/review.js", headers={"accept-encoding": "identity"})
    tag = packed.headers["etag"]
    again = site.ask("GET", "/static/review.js", headers={"if-none-match": tag})
    part = site.ask("GET", "/static/review.js", headers={"range": "bytes=0-9"})

    assert packed.text == plain.text
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) * 2 < int(plain.headers["content-length"])
    assert packed.headers["content-type"] == plain.headers["content-type"]
    assert {answer.headers["vary"] for answer in (packed, plain, again)} == {"Accept-Encoding"}
    assert (again.status_code, again.content) == (304, b"")
    assert (part.status_code, part.text) == (206, plain.text[:10])


def test_errors_are_pages_too(site: Site, ada: dict[str, str]) -> None:
    site.project("churn")
    operator = site.session_of("olga", "ops")

    absent = site.ask("GET", "/review/absent", cookies=ada)
    closed = site.ask("GET", "/review/churn", cookies=operator)

    assert (absent.status_code, closed.status_code) == (404, 403)
    assert strict(absent)
    assert strict(closed)
    assert "may not review" in closed.text


def test_without_scripts_a_form_decides(site: Site, ada: dict[str, str]) -> None:
    # given two hostile events that wait
    site.project("churn")
    hostile = "<script>alert(1)</script>{{7*7}}"
    site.route([a_prediction(f"{hostile}{n}", leave=0.45) for n in range(2)])

    # when one is answered
    page = site.ask("GET", "/review/churn/plain", cookies=ada)
    lease = re.search(r'name="lease" value="(\w+)"', page.text)
    assert lease
    form = {"lease": lease[1], "label": "leave"}
    decided = site.ask("POST", "/review/churn/decide", data=form, cookies=ada, headers=OURS)

    # then the browser is sent to the next, and what is hostile stays text
    assert (decided.status_code, decided.headers["location"]) == (303, "/review/churn/plain")
    assert "<script>" not in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}0" in page.text
    assert "45 %" in page.text
    following = site.ask("GET", "/review/churn/plain", cookies=ada)
    assert "{{7*7}}1" in following.text
    assert "held by others" in site.ask("GET", "/review/churn/plain", cookies=ada).text

    # and another answer to the same item is refused with a page that says who was first
    form["label"] = "stay"
    again = site.ask("POST", "/review/churn/decide", data=form, cookies=ada, headers=OURS)
    assert again.status_code == 409
    assert "ada decided &#39;leave&#39;" in again.text


def test_audits_are_blind_without_scripts_too(site: Site, ada: dict[str, str]) -> None:
    site.project("churn", policy={"error_rate": 1, "auto_margin": 0.6, "audit_probability": 1.0})
    site.route([a_prediction("sure", leave=0.97)])

    page = site.ask("GET", "/review/churn/plain", cookies=ada)

    assert "Blind" in page.text
    assert "97 %" not in page.text


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "cross-site"}, {"origin": "http://evil"}])
def test_another_site_cannot_use_the_session(
    site: Site, ada: dict[str, str], headers: dict[str, str]
) -> None:
    site.project("churn")

    form = {"lease": "x", "label": "leave"}
    answer = site.ask("POST", "/review/churn/decide", data=form, cookies=ada, headers=headers)

    assert answer.status_code == 403


def test_a_form_that_is_too_large_is_refused(site: Site, ada: dict[str, str]) -> None:
    form = {"lease": "x" * 10_000, "label": "leave"}
    answer = site.ask("POST", "/review/churn/decide", data=form, cookies=ada, headers=OURS)

    assert answer.status_code == 422


def test_pictures_come_from_named_hosts_only(tmp_path: Path) -> None:
    hosts = "https://img.example.org https://cdn.example.org:8443"
    (tmp_path / "named").mkdir()
    with open_site(tmp_path / "named", image_hosts=hosts) as site:
        site.project("churn")
        page = site.ask("GET", "/review/churn", cookies=site.session_of("ada", "reviewer"))
        assert f"img-src 'self' data: {hosts}; " in page.headers["content-security-policy"]
        assert f'data-images="{hosts}"' in page.text

    for wrong in ("http://img.example.org", "https://a; script-src *", "*"):
        with pytest.raises(ValidationError), open_site(tmp_path, image_hosts=wrong):
            pass
