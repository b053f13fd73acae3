"""Every route, called by every role with every scope, and by those who have nothing to say here."""

import asyncio
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import iter_route_contexts

from services.review.api.caller import PUBLIC as PUBLIC_PATHS
from services.review.api.caller import check_routes
from services.review.app import create_app, create_routes
from services.review.core import Core
from services.review.domain.access import Permission, Role, User
from services.review.settings import Settings
from shared.observability import AsgiApp
from tests.builders import a_project
from tests.security.policy import KNOWN, POLICY, PUBLIC, ROLES

TOKEN = "token-of-a-test"  # noqa: S105
ADMIN = {"Authorization": f"Bearer {TOKEN}"}
HERE, ELSEWHERE = "churn", "loans"
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
OTHER_SITES: list[dict[str, str]] = [
    {},
    {"origin": "null"},
    {"origin": "http://evil"},
    {"origin": "http://review.evil"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site", "origin": "http://review"},
    {"sec-fetch-site": "none"},
]
FOREIGN = "no project of yours"


def inventory(app: FastAPI) -> Iterator[str]:
    """Every route by method and path."""
    for route in iter_route_contexts(app.routes):
        path = route.path_format if route.methods else route.path
        methods = (route.methods or {"MOUNT"}) - {"HEAD"}
        yield from (f"{method} {path}" for method in methods)


@dataclass
class House:
    """The review service without its lifespan, with one caller of each sort."""

    app: AsgiApp
    routes: list[str] = field(default_factory=list)
    callers: dict[str, dict[str, str]] = field(default_factory=dict)

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        return asyncio.run(self._ask(method, path, **more))

    async def _ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://review") as client:
            return await client.request(method, path, **more)

    def administer(self, method: str, path: str, json: object = None) -> Any:
        answer = self.ask(method, path, json=json, headers=ADMIN)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def invite(self, name: str, role: str, projects: list[str] | None, **token: Any) -> str:
        self.administer("POST", "/v1/users", {"name": name, "role": role, "projects": projects})
        made = self.administer("POST", f"/v1/users/{name}/tokens", token)
        self.callers[name] = {"Authorization": f"Bearer {made['token']}"}
        return str(made["prefix"])


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    directory = tmp_path_factory.mktemp("house")
    (directory / "secrets").mkdir()
    (directory / "secrets" / "admin.token").write_text(TOKEN)
    settings = Settings(
        redis_url="redis://127.0.0.1:1/0",
        data_dir=directory,
        oidc_issuer="http://127.0.0.1:1",
        oidc_client_id="desk",
    )
    app = create_routes(Core(settings))
    house = House(app, sorted(inventory(app)))
    for project in (HERE, ELSEWHERE):
        body = a_project(project).model_dump(mode="json")
        house.administer("PUT", f"/v1/projects/{project}", body)
    for role in ROLES:
        house.invite(f"{role}-all", role, None)
        if role != "admin":
            house.invite(f"{role}-here", role, [HERE])
            house.invite(f"{role}-elsewhere", role, [ELSEWHERE])
            house.invite(f"{role}-nowhere", role, [])
    house.invite("admin-expired", "admin", None)
    house.invite("admin-disabled", "admin", None)
    house.administer("DELETE", "/v1/users/admin-disabled")
    house.administer("DELETE", f"/v1/tokens/{house.invite('admin-revoked', 'admin', None)}")
    expire(directory / "review.db", "admin-expired")
    made = house.administer("POST", "/v1/users/admin-all/tokens", {"kind": "login"})
    house.callers["admin-link"] = {"Authorization": f"Bearer {made['token']}"}
    house.callers["stranger"] = {}
    return house


def expire(database: Path, name: str) -> None:
    connection = sqlite3.connect(database)
    with connection:
        connection.execute(
            "UPDATE review_tokens SET expires_at = '2020-01-01 00:00:00.000000' WHERE user = ?",
            (name,),
        )
    connection.close()


def address(path: str) -> str:
    """A path for the project `churn`; what else it names is not there."""
    named = re.sub(r"\{(project|queue)\}", HERE, path)
    return re.sub(r"\{\w+\}", "1" * 12, named)


def may(policy: str, caller: str) -> bool:
    role, _, scope = caller.partition("-")
    if scope in {"expired", "disabled", "revoked", "link", ""}:
        return False
    if policy == KNOWN:
        return True
    permission, whom = policy.split()
    if permission not in ROLES[role]:
        return False
    seen = {"project": {"all", "here"}, "all": {"all"}}
    return scope in seen.get(whom, {scope})


GUARDED = [route for route, policy in POLICY.items() if policy != PUBLIC]
WRITING = [route for route in POLICY if route.split()[0] in UNSAFE]


def test_every_route_is_in_the_policy_and_nothing_else(house: House) -> None:
    assert house.routes == sorted(POLICY)


def test_what_is_public_is_named_in_one_place() -> None:
    public = {route.split()[1] for route, policy in POLICY.items() if policy == PUBLIC}
    assert public | {"/health/live", "/health/ready", "/metrics"} == set(PUBLIC_PATHS)


def test_roles_grant_what_the_policy_says() -> None:
    granted = {role.value: {p.value for p in Permission if User("x", role).may(p)} for role in Role}
    assert granted == ROLES


@pytest.mark.parametrize("route", GUARDED)
def test_a_route_opens_for_those_it_is_for(house: House, route: str) -> None:
    method, path = route.split()
    faults = []
    for caller, headers in house.callers.items():
        answer = house.ask(method, address(path), headers=headers)
        proved = caller.partition("-")[2] in {"all", "here", "elsewhere", "nowhere"}
        if may(POLICY[route], caller):
            right = answer.status_code not in {401, 403} and FOREIGN not in answer.text
        elif not proved:
            right = answer.status_code == 401
        else:
            right = answer.status_code == 403 or (
                answer.status_code == 404 and FOREIGN in answer.text.replace("&#39;", "'")
            )
        if route == "GET /review":  # of no use to who can neither review nor operate
            right = right or answer.status_code == 403
        if not right:
            faults.append((caller, answer.status_code, answer.text[:200]))
    assert faults == []


@pytest.mark.parametrize("queue", ["churn.leads", "churn.appeals"])
def test_a_queue_belongs_to_the_project_before_its_dot(house: House, queue: str) -> None:
    path = f"/v1/queues/{queue}/claims"
    for caller, foreign in (("lead-here", False), ("lead-elsewhere", True), ("lead-all", False)):
        answer = house.ask("POST", path, json={}, headers=house.callers[caller])
        assert (FOREIGN in answer.text) is foreign


def test_an_absent_project_looks_like_a_foreign_one(house: House) -> None:
    caller = house.callers["ops-here"]
    foreign = house.ask("GET", "/v1/projects/loans", headers=caller)
    absent = house.ask("GET", "/v1/projects/nines", headers=caller)
    assert foreign.text.replace("loans", "nines") == absent.text
    assert foreign.status_code == absent.status_code == 404


@pytest.mark.parametrize(
    ("scope", "seen"), [("all", [HERE, ELSEWHERE]), ("here", [HERE]), ("nowhere", [])]
)
def test_lists_show_only_what_the_caller_sees(house: House, scope: str, seen: list[str]) -> None:
    caller = house.callers[f"lead-{scope}"]
    projects = house.ask("GET", "/v1/projects", headers=caller).json()["projects"]
    queues = house.ask("GET", "/v1/queues", headers=caller).json()["queues"]
    assert [p["configuration"]["name"] for p in projects] == seen
    assert [q["project"] for q in queues] == seen


def session(house: House) -> dict[str, str]:
    made = house.administer("POST", "/v1/users/admin-all/tokens", {"kind": "login"})
    link = str(made["login_url"]).removeprefix("http://review")
    return dict(house.ask("GET", link).cookies)


@pytest.mark.parametrize("route", WRITING)
def test_no_other_site_acts_with_a_session(house: House, route: str) -> None:
    method, path = route.split()
    cookies = "; ".join(f"{name}={value}" for name, value in session(house).items())
    for headers in OTHER_SITES:
        answer = house.ask(method, address(path), headers={"cookie": cookies} | headers)
        assert (answer.status_code, "our own pages" in answer.text) == (403, True), headers


@pytest.mark.parametrize("route", WRITING)
def test_our_own_pages_act_with_a_session(house: House, route: str) -> None:
    method, path = route.split()
    cookies = "; ".join(f"{name}={value}" for name, value in session(house).items())
    ours = {"cookie": cookies, "origin": "http://review"}
    answer = house.ask(method, address(path), headers=ours)
    assert (answer.status_code == 403, "our own pages" in answer.text) == (False, False)


def test_a_route_without_a_policy_is_not_served() -> None:
    app, routes = FastAPI(), APIRouter(prefix="/v1")

    @routes.get("/secrets", dependencies=[Depends(lambda: User("x", Role.ADMIN))])
    def show() -> None: ...

    app.include_router(routes)
    with pytest.raises(AssertionError, match="/v1/secrets"):
        check_routes(app.routes)


def test_operations_are_public(tmp_path: Path) -> None:
    app = create_app(Settings(redis_url="redis://127.0.0.1:1/0", data_dir=tmp_path))
    house = House(app)
    for path in ("/health/live", "/health/ready", "/metrics"):
        assert house.ask("GET", path).status_code in {200, 503}
    assert house.ask("GET", "/v1/projects").status_code == 401
