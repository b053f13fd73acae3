"""A person lets a candidate serve, and goes back, in the started product."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import redis
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.axe import COLOURS, violations
from tests.e2e.desk import Desk, Stack, watching
from tests.fakes.retrainer_corrections import a_correction
from tests.processes import TOKEN, Installation, until
from tests.servers import redis_server

pytestmark = pytest.mark.e2e
PROJECT = "approved"


@dataclass(frozen=True)
class Product:
    """All three services."""

    stack: Stack
    scorer: int

    def served(self) -> int:
        """The version that the scorer serves."""
        text = httpx.get(f"http://127.0.0.1:{self.scorer}/metrics").text
        [version] = re.findall(rf'handraise_model_version{{project="{PROJECT}"}} (\S+)', text)
        return int(float(version))


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    """The started product."""
    (tmp_path / "redis").mkdir()
    (tmp_path / "data").mkdir()
    with redis_server(tmp_path / "redis") as redis_url:
        installation = Installation(redis_url, tmp_path / "data")
        with installation.running("scorer", "review", "retrainer"):
            stack = Stack(installation.url, TOKEN, redis_url)
            yield Product(stack, installation.ports["scorer"])


@pytest.fixture
def desk(product: Product, context: BrowserContext) -> Desk:
    """A project whose versions people approve."""
    desk = watching(product.stack, PROJECT, context)
    desk.apply(promotion="manual")
    return desk


def teach(desk: Desk, first: int, count: int) -> None:
    """Let people have answered."""
    client = redis.Redis.from_url(desk.stack.redis_url)
    for number in range(first, first + count):
        label = "leave" if number % 2 else "stay"
        tenure = float(number % 7 + 20 * (label == "stay"))
        event = a_correction(number, project=PROJECT, label=label, tenure=tenure)
        client.xadd("handraise:corrections", {"data": event.encode()})
    client.close()


def waits(desk: Desk, version: int, *, compared: bool = False) -> bool:
    with desk.api as api:
        answer = api.get(f"/v1/models/{PROJECT}?state=candidate").json()
    found = [v for v in answer["versions"] if v["version"] == version]
    return bool(found) and (not compared or bool(found[0]["comparison"]))


def confirm(page: Page, summary: str, button: str, **fields: str) -> None:
    """Open what is folded, say why, and confirm."""
    page.locator("summary", has_text=summary).click()
    form = page.locator("details[open] form")
    for name, value in fields.items():
        form.locator(f"[name={name}]").fill(value)
    form.get_by_role("button", name=button).click()


def test_a_candidate_is_approved_and_a_person_goes_back(
    product: Product, browser: Browser, desk: Desk
) -> None:
    teach(desk, 1, 40)
    until(lambda: waits(desk, 1))
    with browser.new_context(java_script_enabled=False) as context:
        context.request.get(desk.login_link(), max_redirects=0)
        plain = context.new_page()
        plain.goto(f"{desk.stack.url}/models/{PROJECT}")
        expect(plain.locator(".state").first).to_contain_text("No version serves yet")

        confirm(plain, "Approve", "Yes, let it serve", reason="it is the first")
        until(lambda: product.served() == 1)
        plain.reload()
        expect(plain.locator(".state").first).to_have_text("Version 1 serves")

        # and the next one, which is compared with it; a third would come after 200 answers
        teach(desk, 41, 60)
        until(lambda: waits(desk, 2))
        teach(desk, 101, 60)
        until(lambda: waits(desk, 2, compared=True))
        desk.log_in()
        desk.go(f"/models/{PROJECT}")
        expect(desk.page.get_by_role("row", name="all answers")).to_be_visible()
        assert violations(desk.page) == []
        desk.page.emulate_media(color_scheme="dark")
        assert violations(desk.page, COLOURS) == []
        confirm(desk.page, "Approve", "Yes, let it serve", reason="as good")
        until(lambda: product.served() == 2)

        plain.reload()
        confirm(plain, "Go back", "Yes, go back now", version="1", reason="complaints")
        until(lambda: product.served() == 1)
        plain.reload()
        expect(plain.locator(".state").first).to_have_text("Version 1 serves")
        expect(plain.locator("tbody").last).to_contain_text("went back to it")
    assert desk.complaints == []
