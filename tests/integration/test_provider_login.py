"""Logging in at a real provider of identities, as a browser does it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from services.review.app import create_app
from services.review.settings import Settings
from shared.errors import Misconfigured
from tests.identity_provider import provider
from tests.integration.test_login_pages import House
from tests.servers import free_port
from tests.site import OURS, TOKEN, strict


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with provider() as url:
        yield url


class Desk(House):
    """Review, whose people log in at a provider."""

    def __init__(self, directory: Path, issuer: str, **changes: Any) -> None:
        (directory / "secrets").mkdir()
        (directory / "secrets" / "admin.token").write_text(TOKEN)
        (directory / "client-secret").write_text("ours\n")
        settings = Settings(
            redis_url="redis://127.0.0.1:1/0",
            data_dir=directory,
            oidc_issuer=issuer,
            oidc_client_id="desk",
            oidc_client_secret_file=directory / "client-secret",
            **changes,
        )
        super().__init__(create_app(settings))

    def begin(self) -> tuple[str, dict[str, str]]:
        """The provider's address, and the cookie that ties the browser to it."""
        answer = self.ask("GET", "/login/provider", headers={"sec-fetch-site": "same-origin"})
        assert (answer.status_code, strict(answer)) == (303, True)
        assert {"HttpOnly", "SameSite=lax"} <= set(answer.headers["set-cookie"].split("; "))
        return answer.headers["location"], dict(answer.cookies)

    def finish(self, back: str, cookies: dict[str, str]) -> httpx.Response:
        parts = urlsplit(back)
        assert f"{parts.scheme}://{parts.netloc}" == "http://review"
        cross = {"sec-fetch-site": "cross-site"}
        return self.ask("GET", f"{parts.path}?{parts.query}", cookies=cookies, headers=cross)

    def log_in(self, sub: str) -> httpx.Response:
        address, cookies = self.begin()
        return self.finish(agreed(address, sub), cookies)


def agreed(address: str, sub: str) -> str:
    """Where the provider sends the browser once somebody has agreed there."""
    return httpx.post(address, data={"sub": sub}).headers["location"]


@pytest.fixture
def desk(tmp_path: Path, issuer: str) -> Desk:
    desk = Desk(tmp_path, issuer)
    desk.administer("POST", "/v1/users", {"name": "ada@x.org", "role": "lead"})
    return desk


def me(desk: Desk, answer: httpx.Response) -> Any:
    return desk.ask("GET", "/v1/users/me", cookies=dict(answer.cookies)).json()


def test_who_is_known_here_gets_in_and_out(desk: Desk) -> None:
    assert 'href="/login/provider"' in desk.ask("GET", "/login").text

    answer = desk.log_in("ada")

    assert (answer.status_code, strict(answer)) == (200, True)
    assert 'content="0; url=/review"' in answer.text
    assert me(desk, answer) == {"name": "ada@x.org", "role": "lead", "projects": None}
    cookies = dict(answer.cookies)
    desk.ask("POST", "/logout", cookies=cookies, headers=OURS)
    assert desk.ask("GET", "/v1/users/me", cookies=cookies).status_code == 401


@pytest.mark.parametrize(
    ("sub", "why"), [("eve", "no user eve@x.org"), ("ben", "not verified"), ("root", "not a name")]
)
def test_who_is_unknown_unverified_or_nobody_is_refused(desk: Desk, sub: str, why: str) -> None:
    desk.administer("POST", "/v1/users", {"name": "ben@x.org", "role": "lead"})

    answer = desk.log_in(sub)

    assert (answer.status_code, strict(answer)) == (403, True)
    assert why in answer.text
    assert "handraise_session" not in answer.cookies


def test_who_is_disabled_is_refused(desk: Desk) -> None:
    desk.ask("DELETE", "/v1/users/ada@x.org", headers={"Authorization": f"Bearer {TOKEN}"})
    assert desk.log_in("ada").status_code == 403


def refused(answer: httpx.Response) -> bool:
    return (
        answer.status_code == 401
        and "begin again" in answer.text
        and "handraise_session" not in answer.cookies
    )


def test_another_state_is_refused(desk: Desk) -> None:
    address, cookies = desk.begin()
    back = agreed(address, "ada")
    state = parse_qs(urlsplit(back).query)["state"][0]

    assert refused(desk.finish(back.replace(state, "x" * 43), cookies))
    assert refused(desk.finish(back.replace(state, ""), cookies))


def test_a_login_that_another_browser_began_is_refused(desk: Desk) -> None:
    address, _ = desk.begin()
    _, others_cookies = desk.begin()
    back = agreed(address, "ada")

    assert refused(desk.finish(back, others_cookies))
    assert refused(desk.finish(back, {}))


def test_a_code_of_another_login_is_refused_for_its_nonce(desk: Desk) -> None:
    # given a code that was made for a login of somebody else
    stolen = parse_qs(urlsplit(agreed(desk.begin()[0], "ada")).query)["code"][0]
    address, cookies = desk.begin()
    state = parse_qs(urlsplit(address).query)["state"][0]

    answer = desk.finish(f"http://review/login/provider/back?state={state}&code={stolen}", cookies)

    assert refused(answer)
    assert "invalid_claim" in answer.text


def test_a_code_works_once(desk: Desk) -> None:
    address, cookies = desk.begin()
    back = agreed(address, "ada")

    assert desk.finish(back, cookies).status_code == 200
    assert refused(desk.finish(back, cookies))


def test_a_code_that_nobody_gave_is_refused(desk: Desk) -> None:
    address, cookies = desk.begin()
    state = parse_qs(urlsplit(address).query)["state"][0]

    assert refused(desk.finish(f"http://review/login/provider/back?state={state}&code=x", cookies))
    assert refused(desk.finish(f"http://review/login/provider/back?state={state}", cookies))
    denied = f"http://review/login/provider/back?state={state}&error=access_denied"
    assert refused(desk.finish(denied, cookies))


def test_roles_come_from_a_claim_with_every_login(tmp_path: Path, issuer: str) -> None:
    desk = Desk(
        tmp_path, issuer, oidc_role_claim="groups", oidc_roles="staff=reviewer:churn, sre=ops"
    )
    staff = {"name": "ada@x.org", "role": "reviewer", "projects": ["churn"]}

    assert me(desk, desk.log_in("ada")) == staff
    assert desk.log_in("eve").status_code == 403
    # what an administrator changes holds until the provider is asked again
    token = {"Authorization": f"Bearer {TOKEN}"}
    changed = desk.ask("PATCH", "/v1/users/ada@x.org", json={"role": "lead"}, headers=token)
    assert changed.json()["role"] == "lead"
    assert me(desk, desk.log_in("ada")) == staff
    log = desk.ask("GET", "/v1/access-log", headers=token).json()["entries"]
    mapped = [(e["act"], e["subject"]) for e in log if e["actor"] == "identity provider"]
    assert mapped == [("user.changed", "ada@x.org"), ("user.added", "ada@x.org")]


@pytest.mark.parametrize(
    "query", ["next=http://evil", "redirect_uri=http://evil", "return_to=//evil"]
)
def test_nobody_is_sent_anywhere_else(desk: Desk, query: str) -> None:
    answer = desk.ask("GET", f"/login/provider?{query}")
    address = urlsplit(answer.headers["location"])
    assert parse_qs(address.query)["redirect_uri"] == ["http://review/login/provider/back"]

    back = agreed(answer.headers["location"], "ada")
    finished = desk.finish(f"{back}&{query}", dict(answer.cookies))
    assert finished.status_code == 200
    assert "evil" not in finished.text + str(finished.headers)


def test_a_provider_that_is_away_is_a_page_that_says_so(tmp_path: Path) -> None:
    desk = Desk(tmp_path, f"http://127.0.0.1:{free_port()}")

    answer = desk.ask("GET", "/login/provider")

    assert (answer.status_code, strict(answer)) == (503, True)
    assert "does not answer" in answer.text


@pytest.mark.parametrize(
    "changes",
    [
        {"oidc_issuer": "http://id.example"},
        {"oidc_client_id": None},
        {"oidc_roles": "staff=reviewer"},
        {"oidc_role_claim": "groups"},
        {"oidc_role_claim": "groups", "oidc_roles": "staff=king"},
        {"oidc_client_secret_file": Path("nowhere")},
    ],
    ids=str,
)
def test_half_a_provider_is_not_started_with(tmp_path: Path, changes: dict[str, Any]) -> None:
    given: dict[str, Any] = {
        "redis_url": "redis://127.0.0.1:1/0",
        "data_dir": tmp_path,
        "oidc_issuer": "https://id.example",
        "oidc_client_id": "desk",
    }
    with pytest.raises(Misconfigured):
        create_app(Settings.model_validate(given | changes))
