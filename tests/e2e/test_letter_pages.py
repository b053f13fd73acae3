"""Somebody who operates, at the page of the dead letters."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import redis
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.builders import a_project, a_request
from tests.e2e.desk import Stack
from tests.processes import until

pytestmark = pytest.mark.e2e

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>"
PROJECT = "letters-test"


@pytest.fixture(params=[True, False], ids=["scripts on", "scripts off"])
def context(request: pytest.FixtureRequest, browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(
        viewport={"width": 320, "height": 800}, java_script_enabled=request.param
    )
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def api(stack: Stack) -> Iterator[httpx.Client]:
    bearer = {"Authorization": f"Bearer {stack.token}"}
    with httpx.Client(base_url=stack.url, headers=bearer, timeout=10) as api:
        yield api


def waiting(api: httpx.Client, reason: str) -> list[dict[str, Any]]:
    letters: list[dict[str, Any]] = api.get(f"/v1/dead-letters?reason={reason}").json()[
        "dead_letters"
    ]
    return letters


def log_in(stack: Stack, api: httpx.Client, page: Page) -> None:
    link = api.post("/v1/users/admin/tokens", json={"kind": "login"}).json()["login_url"]
    page.context.request.get(link, max_redirects=0)


def test_letters_are_looked_at_retried_and_dropped(
    stack: Stack, api: httpx.Client, context: BrowserContext
) -> None:
    # given two requests whose project nobody knows yet, and one that is hostile rubbish
    page, trouble = context.new_page(), list[str]()
    page.on("dialog", lambda dialog: trouble.append(dialog.message))
    page.on("console", lambda message: trouble.append(message.text))
    name = f"{PROJECT}-{len(api.get('/v1/projects').json()['projects'])}"
    client = redis.Redis.from_url(stack.redis_url)
    for n in range(2):
        event = a_request(f"{name}-{n}", project=name)
        client.xadd("handraise:requests", {"data": event.encode()})
    client.xadd("handraise:requests", {"data": json.dumps({HOSTILE: HOSTILE})})
    until(lambda: len(waiting(api, "unknown_project")) == 2)
    until(lambda: len(waiting(api, "malformed")) == 1)
    log_in(stack, api, page)

    # when the rubbish is looked at and dropped
    page.goto(f"{stack.url}/dead-letters")
    page.get_by_role("link", name="1 malformed unknown").click()
    page.get_by_role("table").get_by_role("link").click()
    expect(page.locator("pre")).to_contain_text(HOSTILE)
    page.get_by_label("Why").fill("rubbish")
    page.get_by_role("button", name="Drop it").click()
    expect(page.locator(".done")).to_contain_text("because: rubbish")

    # and the project is applied and the rest is retried at once
    project = a_project(name).model_dump(mode="json")
    api.put(f"/v1/projects/{name}", json=project).raise_for_status()
    page.get_by_role("link", name="Dead letters").click()
    page.get_by_role("combobox", name="Reason").select_option("unknown_project")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name="Retry or drop all of these").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("2 dead letters wait")
    page.get_by_role("button", name="Retry 2").click()
    expect(page.locator(".done")).to_have_text("2 dead letters went back to their streams.")

    # then people get both events, nothing waits, and nothing ran that should not
    until(lambda: api.get(f"/v1/reports/{name}").json()["waiting"] == 2)
    assert waiting(api, "unknown_project") == waiting(api, "malformed") == []
    assert trouble == []
