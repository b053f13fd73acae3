"""Logging in, changing one's password and logging out, as a browser without scripts does it."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from services.review.app import create_app
from services.review.settings import Settings
from shared.observability import AsgiApp
from tests.site import OURS, TOKEN, Site, strict

GOOD, BETTER = "correct horse battery", "staple of the horse"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return a_site(tmp_path)


def a_site(directory: Path, **changes: Any) -> Site:
    (directory / "secrets").mkdir()
    (directory / "secrets" / "admin.token").write_text(TOKEN)
    settings = Settings(redis_url="redis://127.0.0.1:1/0", data_dir=directory, **changes)
    site = House(create_app(settings))
    site.administer("POST", "/v1/users", {"name": "ada", "role": "reviewer"})
    return site


class House(Site):
    """The review service; nothing is routed."""

    def __init__(self, app: AsgiApp) -> None:
        self.app = app


def give(site: Site, password: str = GOOD) -> None:
    site.ask(
        "PUT",
        "/v1/users/ada/password",
        json={"password": password},
        headers={"Authorization": f"Bearer {TOKEN}"},
    ).raise_for_status()


def log_in(site: Site, password: str, **headers: str) -> httpx.Response:
    form = {"name": "ada", "password": password}
    return site.ask("POST", "/login", data=form, headers=OURS | headers)


def test_name_and_password_open_a_session(site: Site) -> None:
    give(site)
    page = site.ask("GET", "/login")
    assert (page.status_code, strict(page)) == (200, True)
    assert 'action="/login"' in page.text

    answer = log_in(site, GOOD)

    assert (answer.status_code, answer.headers["location"]) == (303, "/review")
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(
        answer.headers["set-cookie"].split("; ")
    )
    me = site.ask("GET", "/me", cookies=dict(answer.cookies))
    assert (me.status_code, strict(me)) == (200, True)
    assert "ada" in me.text
    assert site.ask("GET", "/v1/users/me", cookies=dict(answer.cookies)).json() == {
        "name": "ada",
        "role": "reviewer",
        "projects": None,
    }


def test_a_wrong_password_and_an_unknown_name_get_the_same_page(site: Site) -> None:
    give(site)
    wrong = log_in(site, BETTER)
    unknown = site.ask("POST", "/login", data={"name": "x", "password": GOOD}, headers=OURS)

    assert (wrong.status_code, strict(wrong)) == (401, True)
    assert (wrong.status_code, wrong.text) == (unknown.status_code, unknown.text)
    assert "set-cookie" not in wrong.headers


def test_after_too_many_wrong_passwords_one_waits(site: Site) -> None:
    give(site)
    for _ in range(6):
        log_in(site, BETTER)

    answer = log_in(site, GOOD)

    assert (answer.status_code, answer.headers["retry-after"], strict(answer)) == (429, "1", True)
    refused = site.ask(
        "PUT",
        "/v1/users/me/password",
        json={"old": GOOD, "new": BETTER},
        headers={"Authorization": f"Bearer {a_token(site)}"},
    )
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
    assert refused.json()["type"] == "urn:handraise:problem:too-many-attempts"


def a_token(site: Site) -> str:
    return str(site.administer("POST", "/v1/users/ada/tokens", {})["token"])


def test_people_change_their_own_password(site: Site) -> None:
    give(site)
    cookies = dict(log_in(site, GOOD).cookies)

    def change(old: str, new: str, again: str) -> httpx.Response:
        form = {"old": old, "new": new, "again": again}
        return site.ask("POST", "/me/password", data=form, cookies=cookies, headers=OURS)

    assert "differ" in change(GOOD, BETTER, GOOD).text
    assert "12 characters" in change(GOOD, "short", "short").text
    assert change(BETTER, BETTER, BETTER).status_code == 403
    changed = change(GOOD, BETTER, BETTER)

    assert (changed.status_code, changed.headers["location"]) == (303, "/me?changed=yes")
    assert site.ask("GET", "/me", cookies=cookies).status_code == 401
    assert "is changed" in site.ask("GET", "/me?changed=x", cookies=dict(changed.cookies)).text
    assert log_in(site, BETTER).status_code == 303


def test_logging_out_ends_the_session(site: Site) -> None:
    give(site)
    cookies = dict(log_in(site, GOOD).cookies)

    answer = site.ask("POST", "/logout", cookies=cookies, headers=OURS)

    assert "You are logged out" in answer.text
    assert 'handraise_session=""' in answer.headers["set-cookie"]
    assert site.ask("GET", "/me", cookies=cookies).status_code == 401
    assert site.ask("POST", "/logout", cookies=cookies, headers=OURS).status_code == 200


def test_the_admin_of_the_installation_has_no_password(site: Site) -> None:
    made = site.administer("POST", "/v1/users/admin/tokens", {"kind": "login"})
    cookies = dict(site.ask("GET", made["login_url"]).cookies)

    page = site.ask("GET", "/me", cookies=cookies)

    assert "all projects" in page.text
    assert "/me/password" not in page.text


def test_without_passwords_there_is_no_form(tmp_path: Path) -> None:
    site = a_site(tmp_path, passwords=False)

    page = site.ask("GET", "/login")

    assert "<form" not in page.text
    assert "handraise token create NAME --login" in page.text
    assert log_in(site, GOOD).status_code == 404


@pytest.mark.parametrize(
    ("base", "public_url"), [("https://review", None), ("http://review", "https://desk.example")]
)
def test_over_tls_cookies_are_for_tls_only(
    tmp_path: Path, base: str, public_url: str | None
) -> None:
    site = a_site(tmp_path, public_url=public_url)
    give(site)
    form = {"name": "ada", "password": GOOD}
    origin = public_url or base

    refused = site.ask("POST", f"{base}/login", data=form, headers={"origin": "http://review"})
    answer = site.ask("POST", f"{base}/login", data=form, headers={"origin": origin})

    assert refused.status_code == 403
    name, *attributes = answer.headers["set-cookie"].split("; ")
    assert name.startswith("__Host-handraise_session=hr_")
    assert {"Secure", "HttpOnly", "SameSite=strict", "Path=/"} <= set(attributes)
    assert not [a for a in attributes if a.lower().startswith("domain")]
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    cookie = name.split("=", 1)[1]
    planted = site.ask("GET", f"{base}/me", cookies={"handraise_session": cookie})
    assert planted.status_code == 401
    own = {"cookie": f"__Host-handraise_session={cookie}"}
    assert site.ask("GET", f"{base}/me", headers=own).status_code == 200
    made = site.administer("POST", f"{base}/v1/users/ada/tokens", {"kind": "login"})
    assert made["login_url"].startswith(f"{origin}/login?token=hr_")


def test_in_the_clear_nothing_is_said_about_tls(site: Site) -> None:
    assert "strict-transport-security" not in site.ask("GET", "/login").headers
