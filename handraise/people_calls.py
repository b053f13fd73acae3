"""The part of the HTTP API that is about users and tokens."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode, urljoin

from pydantic import AwareDatetime, BaseModel, ConfigDict

from handraise.transport import Connection, part


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class User(_Answer):
    """Somebody, or some system, with access; `projects` is None for all."""

    name: str
    role: str
    projects: list[str] | None = None
    disabled_at: AwareDatetime | None = None


class _Users(_Answer):
    users: list[User]
    next_cursor: str | None = None


class Token(_Answer):
    """A new token; a login token comes with the link that spends it."""

    token: str
    prefix: str = ""
    login_url: str | None = None

    def link(self, base: str) -> str:
        """The absolute address that signs its holder in, once."""
        path = self.login_url or f"/login?{urlencode({'token': self.token})}"
        return urljoin(f"{base}/", path)


class KeptToken(_Answer):
    """What is known of a token: all but its secret."""

    prefix: str
    user: str
    description: str
    state: str
    created_at: AwareDatetime
    created_by: str
    expires_at: AwareDatetime
    last_used_at: AwareDatetime | None


class _Tokens(_Answer):
    tokens: list[KeptToken]
    next_cursor: str | None = None


class _Ended(_Answer):
    ended: int


class PeopleCalls(Connection):
    """The operations about users and tokens."""

    def users(self) -> list[User]:
        """All users by name, disabled ones too."""
        pages = self.pages(_Users, "/v1/users")
        return [user for page in pages for user in page.users]

    def add_user(self, name: str, role: str, projects: Sequence[str] | None = None) -> None:
        """Create a user, or bring one to this role and these projects (None: all)."""
        scope = None if projects is None else list(projects)
        self.request("POST", "/v1/users", {"name": name, "role": role, "projects": scope})

    def disable_user(self, name: str) -> None:
        """Let a user in no more; tokens and sessions end at once."""
        self.request("DELETE", f"/v1/users/{part(name)}")

    def set_password(self, name: str, password: str) -> None:
        """Give a user a first password, or another; the user's sessions end."""
        self.request("PUT", f"/v1/users/{part(name)}/password", {"password": password})

    def end_sessions(self, name: str) -> int:
        """Log a user out everywhere; how many sessions and links ended."""
        return self.call(_Ended, "DELETE", f"/v1/users/{part(name)}/sessions").ended

    def create_token(
        self, user: str, *, kind: str = "api", days: int | None = None, description: str = ""
    ) -> Token:
        """Create a token of a user; `kind` is `api` or `login`."""
        body: dict[str, Any] = {"kind": kind, "description": description}
        if days is not None:
            body["ttl_seconds"] = days * 86_400
        return self.call(Token, "POST", f"/v1/users/{part(user)}/tokens", body)

    def tokens(self, user: str | None = None) -> list[KeptToken]:
        """API tokens of a user or of everybody, newest first."""
        pages = self.pages(_Tokens, "/v1/tokens", {"user": user} if user else {})
        return [token for page in pages for token in page.tokens]

    def rotate_token(self, prefix: str, *, overlap_seconds: int) -> Token:
        """Create a token's successor; the old one still works for so long."""
        body = {"overlap_seconds": overlap_seconds}
        return self.call(Token, "POST", f"/v1/tokens/{part(prefix)}/rotate", body)

    def revoke_token(self, prefix: str) -> None:
        """End a token at once."""
        self.request("DELETE", f"/v1/tokens/{part(prefix)}")
