"""The routes for users and tokens in memory, as far as the command line uses them."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

AT = "2026-01-01T03:00:00Z"


class FakePeople:
    """Keeps users by name and API tokens by prefix."""

    def __init__(self) -> None:
        self.users: dict[str, dict[str, Any]] = {}
        self.tokens: dict[str, dict[str, Any]] = {}

    def answer(  # noqa: C901, PLR0911 - a table of routes
        self, method: str, path: str, body: Any
    ) -> tuple[int, object]:
        match [method, *urlsplit(path).path.strip("/").split("/")[1:]]:
            case ["POST", "users"]:
                self.users[body["name"]] = {**body, "disabled_at": None}
                return 201, self.users[body["name"]]
            case ["GET", "users"]:
                return 200, {"users": [*self.users.values()]}
            case ["DELETE", "users", name]:
                self.users[name]["disabled_at"] = AT
                return 204, None
            case ["PUT", "users", name, "password"]:
                self.users[name]["password"] = body["password"]
                return 204, None
            case ["DELETE", "users", _, "sessions"]:
                return 200, {"ended": 2}
            case ["POST", "users", name, "tokens"]:
                return 201, self._made(name, body)
            case ["GET", "tokens"]:
                wanted = parse_qs(urlsplit(path).query).get("user")
                tokens = self.tokens.values()
                return 200, {"tokens": [t for t in tokens if not wanted or t["user"] in wanted]}
            case ["POST", "tokens", prefix, "rotate"]:
                self.tokens[prefix]["expires_at"] = f"in {body['overlap_seconds']} seconds"
                return 201, {"token": f"successor of {prefix}", "prefix": "new"}
            case ["DELETE", "tokens", prefix]:
                self.tokens[prefix]["state"] = "revoked"
                return 204, None
        return 404, {"title": "No such route", "status": 404, "detail": path}

    def _made(self, name: str, body: dict[str, Any]) -> dict[str, Any]:
        link = f"/login?token={name}-once" if body["kind"] == "login" else None
        self.tokens[f"{name}-prefix"] = {
            "prefix": f"{name}-prefix",
            "user": name,
            "description": body["description"],
            "state": "active",
            "created_at": AT,
            "created_by": "admin",
            "expires_at": AT,
            "last_used_at": None,
            "ttl_seconds": body.get("ttl_seconds"),
        }
        return {"token": f"{name}-{body['kind']}", "prefix": f"{name}-prefix", "login_url": link}
