"""Pictures of every page, as people see them: `./run screenshots [DIRECTORY]`.

Starts the product on real data, lets people work, and looks. The pictures of the documents go to
docs/images; with a DIRECTORY all pages go there too, wide and narrow, by day and by night.
"""

import random
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import yaml
from playwright.sync_api import Browser, Page, sync_playwright
from redis import Redis

from handraise.demo.data import DEMOS
from tests.processes import Installation, until
from tests.servers import redis_server

IMAGES = Path("docs/images")
PROJECT = "churn"
EVENTS, ANSWERS, MORE = 150, 45, 20
"""The same number comes again once the first are answered, when there is a model; and then each
answers some more."""
WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
LOOKS = [
    ("wide", WIDE, "light"),
    ("wide-night", WIDE, "dark"),
    ("narrow", NARROW, "light"),
    ("narrow-night", NARROW, "dark"),
]
EXAMINED, QUESTIONS = "maintenance", len(LOOKS)
"""A project that begins with an exam; each look at what was right answers one question."""
PAGES = {
    "queues": "/queues",
    "review": f"/review/{PROJECT}",
    "alike": f"/review/{PROJECT}/alike",
    "plain": f"/review/{PROJECT}/plain",
    "practice": f"/practice/{PROJECT}",
    "exam": f"/exam/{EXAMINED}",
    "marked": f"/exam/{EXAMINED}",
    "oversight": f"/oversight/{PROJECT}",
    "what-if": f"/what-if/{PROJECT}",
    "verification": f"/oversight/{PROJECT}/verification",
    "models": f"/models/{PROJECT}",
    "quality": f"/quality/{PROJECT}",
    "gold": f"/gold/{PROJECT}",
    "label-errors": f"/label-errors/{PROJECT}",
    "records": f"/records/{PROJECT}",
    "record": f"/records/{PROJECT}?event_id={{event}}",
    "letters": "/dead-letters",
    "letter": "/dead-letters/1",
    "me": "/me",
    "own": "/me",
    "absent": "/review/absent",
    "login": "/login",
}
SKILLS = {"ada": 0.95, "ben": 0.85, "cy": 0.8}
WHO = {
    "oversight": "olga",
    "what-if": "olga",
    "letters": "olga",
    "letter": "olga",
    "own": "ada",
    "exam": "eve",
    "marked": "eve",
}
"""Who looks at a page, unless it is Lea, the lead."""
AT_WORK = ("review", "alike", "plain", "practice", "exam")
"""Their answers stand at the foot of a narrow screen; of other pages all is taken."""
SHOWN = ("review", "queues", "quality", "oversight")
"""In docs/images."""


def main() -> None:
    """Make them."""
    directory = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with product() as at, sync_playwright() as playwright:
        work(at)
        flags = ["--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        for name in SHOWN:
            look(at, browser, name, LOOKS[0], IMAGES / f"{name}.png")
        if directory:
            examine(at)
            go_wrong(at)
        for name in PAGES if directory else ():
            for each in LOOKS:
                look(at, browser, name, each, Path(f"{directory}/{name}-{each[0]}.png"))
        browser.close()


@contextmanager
def product() -> Iterator[Installation]:
    """All three services on data of their own."""
    with tempfile.TemporaryDirectory() as directory, redis_server(Path(directory)) as redis_url:
        installation = Installation(redis_url, Path(directory))
        with installation.running("scorer", "review", "retrainer"):
            yield installation


def work(at: Installation) -> None:
    """Real events come in, people answer some of them, and more come in that a model has seen."""
    demo = DEMOS[PROJECT]
    examples = demo.examples()[: 2 * EVENTS]
    right = {example.event.event_id: example.label for example in examples}
    sent = [e.event.model_dump(mode="json", exclude_none=True) for e in examples]
    with at.api as api:
        project = yaml.safe_load(demo.project_file.read_text(encoding="utf-8"))
        project["policy"] = {"error_rate": 1, "auto_margin": 0.6, "audit_probability": 0.1}
        api.put(f"/v1/projects/{PROJECT}", json=project).raise_for_status()
        send(api, sent[:EVENTS])
        people = {person(api, name, "reviewer"): skill for name, skill in SKILLS.items()}
        say = partial(answer, at, right, project["labels"])
        for token, skill in people.items():
            say(token, skill, ANSWERS)
        person(api, "lea", "lead")
        person(api, "olga", "ops")
        until(lambda: len(api.get(f"/v1/models/{PROJECT}").json()["versions"]) > 1)
        send(api, sent[EVENTS:])
    for token, skill in people.items():
        say(token, skill, MORE)


def examine(at: Installation) -> None:
    """A second project, whose queue opens with an exam, and Eve, who has not passed it."""
    demo = DEMOS[EXAMINED]
    examples = demo.examples()[: 2 * QUESTIONS]
    with at.api as api:
        project = yaml.safe_load(demo.project_file.read_text(encoding="utf-8"))
        api.put(f"/v1/projects/{EXAMINED}", json=project).raise_for_status()
        events = [e.event.model_dump(mode="json", exclude_none=True) for e in examples]
        send(api, events, EXAMINED)
        right = {example.event.event_id: example.label for example in examples}
        token = person(api, "dora", "reviewer")
        answer(at, right, project["labels"], token, 1, len(events), EXAMINED)
        for event, label in right.items():
            gold = {"event_id": event, "label": label, "explanation": "Looked up afterwards."}
            api.post(f"/v1/projects/{EXAMINED}/gold", json=gold).raise_for_status()
        project["quality"] = {"exam": {"questions": QUESTIONS}}
        api.put(f"/v1/projects/{EXAMINED}", json=project).raise_for_status()
        person(api, "eve", "reviewer")


def go_wrong(at: Installation) -> None:
    """A request that nobody can read."""
    redis: Any = Redis.from_url(at.redis_url)
    redis.xadd("handraise:requests", {"data": '{"specversion": "1.0", "type": "scoring.requ'})
    redis.close()
    with at.api as api:
        until(lambda: bool(api.get("/v1/dead-letters").json()["dead_letters"]))


def send(api: httpx.Client, events: list[dict[str, Any]], project: str = PROJECT) -> None:
    """Events, all routed once this returns."""
    before = api.get(f"/v1/reports/{project}").json()["events"]
    api.post(f"/v1/projects/{project}/requests", json={"events": events}).raise_for_status()
    until(lambda: bool(api.get(f"/v1/reports/{project}").json()["events"] == before + len(events)))


def person(api: httpx.Client, name: str, role: str) -> str:
    """A token of somebody who is added."""
    api.post("/v1/users", json={"name": name, "role": role}).raise_for_status()
    return str(api.post(f"/v1/users/{name}/tokens", json={}).json()["token"])


def answer(
    at: Installation,
    right: dict[str, str],
    labels: Sequence[str],
    token: str,
    skill: float,
    count: int,
    queue: str = PROJECT,
) -> None:
    """Answer so many as well as somebody of that skill."""
    chance = random.Random(token[:2])  # noqa: S311 - answers, not secrets
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=at.url, headers=headers, timeout=30) as api:
        claimed = api.post(f"/v1/queues/{queue}/claims", json={"limit": count}).json()
        for claim in claimed["claims"]:
            event, lease = claim["item"]["event_id"], claim["lease"]["id"]
            label = right[event] if chance.random() < skill else chance.choice(labels)
            body: dict[str, Any] = {"label": label, "seconds_spent": chance.uniform(3, 12)}
            api.post(f"/v1/leases/{lease}/decision", json=body).raise_for_status()


def look(
    at: Installation, browser: Browser, name: str, how: tuple[str, Any, Any], target: Path
) -> None:
    """One page, as those see it who work with it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with browser.new_context(viewport=how[1], color_scheme=how[2]) as context, at.api as api:
        if name != "login":
            who = WHO.get(name, "lea")
            made = api.post(f"/v1/users/{who}/tokens", json={"kind": "login"}).json()
            context.request.get(made["login_url"], max_redirects=0)
        page = context.new_page()
        decided = api.get(f"/v1/decisions/{PROJECT}?decided_by=reviewers&limit=1").json()
        event = decided["decisions"][0]["event_id"]
        page.goto(at.url + PAGES[name].format(event=event))
        settle(page, name)
        page.screenshot(path=target, full_page=target.parent != IMAGES and name not in AT_WORK)
        print(target)  # noqa: T201 - what was made


def settle(page: Page, name: str) -> None:
    """Until the page shows what it has to show."""
    if name == "review":
        page.wait_for_selector("#work[data-state=ready]")
        page.keyboard.press("1")
        while not page.wait_for_selector("#work[data-state=ready]") or blind(page):
            page.keyboard.press("1")
    if name == "alike":
        page.locator("#work, #rest").filter(visible=True).wait_for()
    if name == "marked":
        page.keyboard.press("1")
        page.locator("h1", has_text="That is").wait_for()
    if name == "what-if":
        page.get_by_label("Least lead").fill("0.3")
        page.get_by_label("until an answer is due").fill("60")
        page.get_by_role("button", name="Play the past again").click()
        page.get_by_role("heading", name="What it would come to").wait_for(timeout=120_000)
        page.evaluate("scrollTo(0, 0)")
    if name == "queues":
        page.get_by_text("Live").wait_for()
    page.wait_for_timeout(300)


def blind(page: Page) -> bool:
    return not page.inner_text("#model").startswith("The bars")


if __name__ == "__main__":
    main()
