"""Getting in with a real browser: cookies and forms behave as browsers make them."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.identity_provider import provider
from tests.processes import Installation
from tests.servers import redis_server

WORD, ANOTHER = "correct horse battery", "staple of the horse"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Review with a provider on another site than its own: `localhost` and `127.0.0.1` are two."""
    with provider() as issuer, redis_server(tmp_path_factory.mktemp("redis")) as redis_url:
        directory = tmp_path_factory.mktemp("data")
        secret = directory / "client-secret"
        secret.write_text("ours")
        settings = (
            f"HANDRAISE_OIDC_ISSUER={issuer}",
            "HANDRAISE_OIDC_CLIENT_ID=desk",
            f"HANDRAISE_OIDC_CLIENT_SECRET_FILE={secret}",
        )
        installation = Installation(redis_url, directory, wrapper=("env", *settings))
        with installation.running("review"), installation.api as api:
            api.post("/v1/users", json={"name": "ada@x.org", "role": "lead"}).raise_for_status()
            yield installation


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=request.param)
    context.route("**/*", _only_here)
    yield context.new_page()
    context.close()


def _only_here(route: Route) -> None:
    """The provider's page wants a style from elsewhere."""
    if urlsplit(route.request.url).hostname in {"localhost", "127.0.0.1"}:
        route.continue_()
    else:
        route.abort()


@pytest.mark.e2e
def test_a_login_at_the_provider_ends_on_the_queues(desk: Installation, page: Page) -> None:
    ours = desk.url.replace("127.0.0.1", "localhost")
    page.goto(f"{ours}/review")
    page.get_by_role("link", name="Log in with your organisation's account").click()
    page.get_by_placeholder("sub").fill("ada")
    page.get_by_role("button", name="Authorize").first.click()

    page.wait_for_url(f"{ours}/queues")
    page.get_by_role("link", name="ada@x.org").click()
    assert "Your role is lead" in page.inner_text("main")


@pytest.mark.e2e
def test_a_password_lets_in_is_changed_and_lets_in_again(desk: Installation, page: Page) -> None:
    with desk.api as api:
        api.post("/v1/users", json={"name": "ben", "role": "reviewer"}).raise_for_status()
        api.put("/v1/users/ben/password", json={"password": WORD}).raise_for_status()

    def log_in(password: str) -> None:
        page.goto(f"{desk.url}/login")
        page.get_by_label("Name").fill("ben")
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Log in").click()

    log_in(ANOTHER)
    assert "do not belong together" in page.inner_text("main")
    log_in(WORD)
    page.get_by_role("link", name="ben").click()
    page.get_by_label("Old password").fill(WORD)
    page.get_by_label("New password, 12").fill(ANOTHER)
    page.get_by_label("New password again").fill(ANOTHER)
    page.get_by_role("button", name="Change it").click()
    assert "Your password is changed" in page.inner_text("main")
    page.get_by_role("button", name="Log out").click()
    assert "You are logged out" in page.inner_text("main")
    page.goto(f"{desk.url}/me")
    assert "You are not logged in" in page.inner_text("main")
    log_in(ANOTHER)
    assert page.url == f"{desk.url}/queues"
