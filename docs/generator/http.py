"""docs/reference/http.md and openapi.json: what the running application says of itself."""

import asyncio
import contextlib
import io
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from docs.generator.markdown import code, page, table
from services.review.api.problems import TYPES, type_of
from services.review.app import create_app
from services.review.domain.access import Role
from services.review.settings import Settings

_TOKEN = "written-for-the-reference"  # noqa: S105 - of an installation that lives for a second
_NOBODY = ""
_CLOSED = {401, 403}
_KEY = "Idempotency-Key"
_METHODS = ("get", "put", "post", "delete", "patch")
_INTRODUCTION = (
    "Served by review. Bodies are JSON; errors are problem documents (RFC 9457, "
    "`application/problem+json`) whose `detail` says the cure. Send `Authorization: Bearer TOKEN`, "
    "or the cookie of a login link from our own pages. Bodies of requests and answers: "
    "[openapi.json](openapi.json), with examples, readable at `/docs`. `admin` may call "
    "everything. Again: what happens when the same request comes a second time. `harmless`: "
    "nothing more. `by key`: nothing more if both bear the same `Idempotency-Key`, any text of "
    "your own; such a key is for one request of one user, and is remembered for "
    "`HANDRAISE_IDEMPOTENCY_HOURS`. `GET`, `PUT`, `PATCH` and `DELETE` are harmless. Long lists "
    "take `limit` and `cursor`, and give `next_cursor`. [Use the API](../howto/use-the-api.md) "
    "shows all of it at work."
)
_PROBLEMS = (
    "The `type` of a problem is stable: programs may depend on it, and on nothing else in the "
    "document. 429 and 503 bear `Retry-After`; nothing was changed."
)
_OTHER = [
    ["`GET /health/live`", "every service", "200 while the process lives"],
    ["`GET /health/ready`", "every service", "200, or 503 with `why`"],
    ["`GET /metrics`", "every service", "metrics for Prometheus"],
    ["`GET /login?token=...`", "review", "spends a login link"],
    ["`GET /login`, `POST /login`", "review", "the ways in; a name and a password"],
    [
        "`GET /login/provider`, `GET /login/provider/back`",
        "review",
        "to a provider of identities and back, where one is named",
    ],
    ["`GET /me`, `POST /me/password`", "review", "who one is; another password"],
    ["`POST /logout`", "review", "ends the session"],
    ["`GET /review`, `GET /review/{queue}`", "review", "the pages for reviewers"],
    ["`GET /dead-letters`, `GET /dead-letters/{id}`", "review", "the pages for dead letters"],
    ["`GET /docs`, `GET /openapi.json`", "review", "this API, for people and programs"],
]


class Api:
    """The API's OpenAPI document, and who may call each route, found out by calling it."""

    def __init__(self, openapi: dict[str, Any], callers: dict[tuple[str, str], list[str]]) -> None:
        self.openapi = openapi
        self.callers = callers


def read_api() -> Api:
    """Ask an application that is made for it; nothing is started and Redis is not needed."""
    with tempfile.TemporaryDirectory() as directory, contextlib.redirect_stderr(io.StringIO()):
        secret = Path(directory, "admin.token")
        secret.write_text(_TOKEN)
        settings = Settings.model_validate(
            {
                "redis_url": "redis://localhost:1",
                "data_dir": Path(directory),
                "admin_token_file": secret,
                "audit_key_file": None,
                "database_url": None,
            }
        )
        return asyncio.run(_read(settings))


def http_page(api: Api) -> str:
    """Every route with the roles that may call it, and every problem with its type."""
    other = table(["route", "served by", "meaning"], _OTHER)
    problems = table(["`type`", "status", "title"], _problems())
    last = ["## Besides", other, "## Problems", _PROBLEMS, problems]
    return page("HTTP", _INTRODUCTION, *_routes(api), *last)


def _routes(api: Api) -> Iterator[str]:
    """A table for each tag, in the order of the document."""
    head = ["route", "roles", "again", "meaning"]
    for tag in api.openapi["tags"]:
        rows = [
            [
                code(f"{method.upper()} {path}"),
                _who(api, method, path),
                _again(method, operation),
                operation["description"],
            ]
            for method, path, operation in operations(api.openapi)
            if operation["tags"] == [tag["name"]]
        ]
        yield from (f"## {tag['name'].capitalize()}", tag["description"], table(head, rows))


def _again(method: str, operation: dict[str, Any]) -> str:
    """Whether the same request, sent again, does no harm."""
    if method != "post":
        return ""
    keyed = any(parameter["name"] == _KEY for parameter in operation.get("parameters", ()))
    return "by key" if keyed else "harmless"


def _problems() -> list[list[str]]:
    found = sorted(TYPES.items(), key=lambda each: (each[1][0], each[0]))
    return [[code(type_of(slug)), str(status), title] for slug, (status, title) in found]


def operations(openapi: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, path and description of every route."""
    for path, methods in openapi["paths"].items():
        for method in _METHODS:
            if method in methods:
                yield method, path, methods[method]


def _who(api: Api, method: str, path: str) -> str:
    callers = api.callers[method, path]
    if _NOBODY in callers:
        return "anybody, without a token"
    roles = [role for role in callers if role != Role.ADMIN]
    return "every role" if len(roles) == len(Role) - 1 else ", ".join(roles) or "admin"


async def _read(settings: Settings) -> Api:
    transport = httpx.ASGITransport(create_app(settings))
    async with httpx.AsyncClient(transport=transport, base_url="http://reference") as client:
        openapi = (await client.get("/openapi.json")).raise_for_status().json()
        tokens = {_NOBODY: ""} | {role.value: await _token(client, role) for role in Role}
        callers = {
            (method, path): [
                name for name, token in tokens.items() if await _may(client, method, path, token)
            ]
            for method, path, _ in operations(openapi)
        }
    return Api(openapi, callers)


async def _token(client: httpx.AsyncClient, role: Role) -> str:
    name, admin = f"a-{role.value}", {"Authorization": f"Bearer {_TOKEN}"}
    user = {"name": name, "role": role.value}
    (await client.post("/v1/users", json=user, headers=admin)).raise_for_status()
    made = await client.post(f"/v1/users/{name}/tokens", json={}, headers=admin)
    return str(made.raise_for_status().json()["token"])


async def _may(client: httpx.AsyncClient, method: str, path: str, token: str) -> bool:
    """Whether the door is open; there is no body, so that nothing happens behind it."""
    address = re.sub(r"\{\w+\}", "nothing", path)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = await client.request(method.upper(), address, headers=headers)
    return answer.status_code not in _CLOSED
