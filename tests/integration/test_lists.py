"""Long lists over HTTP: read page by page, nothing is missed or seen twice, whatever comes in."""

import asyncio
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.review.app import create_routes
from services.review.core import Core
from services.review.domain.dead_letters import NewLetter
from services.review.domain.ledger import Kind, NewEntry
from services.review.domain.versions import State, Version
from services.review.settings import Settings
from shared.events import DecidedBy
from tests.builders import NOON, a_model, a_project

TOKEN = "token-of-a-test"  # noqa: S105
LISTS = {
    "/v1/users": ("users", "name"),
    "/v1/tokens": ("tokens", "prefix"),
    "/v1/access-log": ("entries", "id"),
    "/v1/dead-letters": ("dead_letters", "id"),
    "/v1/models/churn": ("versions", "version"),
    "/v1/decisions/churn": ("decisions", "event_id"),
    "/v1/decisions/churn?after=0": ("decisions", "event_id"),
}
BAD_CURSORS = ["", "x", "%00", "a" * 700, "W10", "bnVsbA", "WyJ1c2VycyIsMV0", "eyJhIjoxfQ", "é",
    "WyJ1c2VycyIsIlx1ZDgwMCJd", "WyJ1c2VycyIsIlx1MDAwMCJd", "WyJtb2RlbHMiLC0xXQ",
]  # fmt: skip


def a_letter(number: int) -> NewLetter:
    return NewLetter(
        document_id=f"d{number}",
        project="churn",
        stream="s",
        entry_id=f"{number}-0",
        reason="malformed",
        error="Malformed",
        message="it is none",
        attempts=1,
        original=b"x",
        at=NOON,
    )


class House:
    """The review service without its lifespan, and a hand in its store."""

    def __init__(self, directory: Path) -> None:
        (directory / "secrets").mkdir()
        (directory / "secrets" / "admin.token").write_text(TOKEN)
        self.core = Core(Settings(redis_url="redis://127.0.0.1:1/0", data_dir=directory))
        self.app = create_routes(self.core)
        project = a_project("churn").model_dump(mode="json")
        self.ask("PUT", "/v1/projects/churn", json=project).raise_for_status()

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        return asyncio.run(self._ask(method, path, **more))

    async def _ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self.app)
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with httpx.AsyncClient(transport=transport, base_url="http://review") as client:
            return await client.request(method, path, headers=headers, **more)

    def add(self, number: int) -> None:
        """One more of everything."""
        name = f"user-{number:03}"
        self.ask("POST", "/v1/users", json={"name": name, "role": "lead"}).raise_for_status()
        self.ask("POST", f"/v1/users/{name}/tokens", json={}).raise_for_status()
        by = [*DecidedBy][number % len(DecidedBy)]
        content = {"label": "stay", "version": number}
        with self.core.store.write() as transaction:
            body, at = json.dumps(content), NOON + timedelta(seconds=number)
            entry = NewEntry("churn", Kind.DECIDED, f"e{number}", 1, by.value, body, at)
            transaction.ledger.append_one(entry)
            transaction.models.put("churn", Version(number, State.RETIRED, a_model(number), at))
            transaction.dead_letters.add([a_letter(number)])

    def pages(self, path: str, limit: int) -> Iterator[list[dict[str, Any]]]:
        """Each page of a list."""
        listed, query = LISTS[path][0], {"limit": str(limit)}
        while True:
            url = httpx.URL(path).copy_merge_params(query)
            answer = self.ask("GET", str(url)).raise_for_status().json()
            yield answer[listed]
            if answer["next_cursor"] is None:
                return
            query["cursor"] = answer["next_cursor"]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    house = House(tmp_path_factory.mktemp("lists"))
    for number in range(1, 8):
        house.add(number)
    return house


@pytest.mark.parametrize("path", LISTS)
def test_all_pages_together_are_the_whole_list(house: House, path: str) -> None:
    (whole,) = house.pages(path, 500)
    for limit in (1, 3, len(whole)):
        pages = [*house.pages(path, limit)]
        assert [entry for page in pages for entry in page] == whole
        assert {len(page) for page in pages[:-1]} <= {limit}
        assert pages[-1]


@pytest.mark.parametrize("path", LISTS)
def test_what_comes_in_meanwhile_moves_nothing(house: House, path: str) -> None:
    key = LISTS[path][1]
    (whole,) = house.pages(path, 500)
    seen = []
    for number, page in enumerate(house.pages(path, 3)):
        seen += [entry[key] for entry in page]
        if number < 2:
            house.add(100 * [*LISTS].index(path) + 50 + number)
    before = [entry[key] for entry in whole]
    assert [name for name in seen if name in before] == before
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize("cursor", BAD_CURSORS, ids=lambda text: text[:8])
@pytest.mark.parametrize("path", LISTS)
def test_a_cursor_that_is_none_is_refused_with_the_cure(
    house: House, path: str, cursor: str
) -> None:
    answer = house.ask("GET", str(httpx.URL(path).copy_merge_params({"cursor": cursor})))
    assert answer.status_code == 422
    assert "cursor" in answer.json()["detail"]


def test_a_cursor_is_for_its_own_list(house: House) -> None:
    cursor = house.ask("GET", "/v1/access-log?limit=1").json()["next_cursor"]
    answer = house.ask("GET", f"/v1/dead-letters?cursor={cursor}")
    assert (answer.status_code, "begin without `cursor`" in answer.text) == (422, True)


@pytest.mark.parametrize("path", ["/v1/access-log", "/v1/dead-letters"])
def test_an_id_to_begin_before_is_understood_too(house: House, path: str) -> None:
    first = house.ask("GET", f"{path}?limit=2").json()
    following = house.ask("GET", f"{path}?limit=2&before={first['next_before']}").json()
    assert following == house.ask("GET", f"{path}?limit=2&cursor={first['next_cursor']}").json()
    both = house.ask("GET", f"{path}?before=3&cursor={first['next_cursor']}")
    assert (both.status_code, "give one of them" in both.text) == (422, True)


def test_decisions_are_followed_from_the_last_one_known(house: House) -> None:
    known = house.ask("GET", "/v1/decisions/churn?limit=1").json()["decisions"][0]
    path = f"/v1/decisions/churn?after={known['sequence']}"
    assert house.ask("GET", path).json()["decisions"] == []
    house.add(990)
    (new,) = house.ask("GET", path).json()["decisions"]
    assert (new["event_id"], new["label"], new["revision"]) == ("e990", "stay", 1)


def test_decisions_are_listed_by_who_took_them(house: House) -> None:
    path = "/v1/decisions/churn?limit=500"
    every = house.ask("GET", path).json()["decisions"]
    for by in DecidedBy:
        chosen = house.ask("GET", f"{path}&decided_by={by.value}").json()["decisions"]
        assert chosen == [d for d in every if d["decided_by"] == by.value] != []
    assert house.ask("GET", "/v1/decisions/nothing").status_code == 404


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("limit", ["0", "-1", "501", "1000000000", "1e3", "x", ""])
def test_a_page_has_a_size_within_bounds(house: House, path: str, limit: str) -> None:
    answer = house.ask("GET", str(httpx.URL(path).copy_merge_params({"limit": limit})))
    assert (answer.status_code, "limit" in answer.json()["detail"]) == (422, True)
