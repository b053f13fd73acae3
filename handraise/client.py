"""The HTTP API as Python: one method an operation, errors as readable sentences."""

import hashlib
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import quote, urlencode, urljoin

import httpx
from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from shared.errors import HandraiseError
from shared.events import ScoringRequested
from shared.project import Project

MAX_EVENTS = 1000
TIMEOUT_SECONDS = 30.0
_BUSY = {429, 503}
M = TypeVar("M", bound=BaseModel)


class ApiError(HandraiseError):
    """The service refused; the message is its problem document in one sentence."""

    def __init__(self, status: int, message: str) -> None:
        """Keep the HTTP status beside the message."""
        super().__init__(message)
        self.status = status


class Unreachable(HandraiseError):
    """Nobody answers there: is it running? `handraise up` starts it, `handraise doctor` looks."""


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class ProjectState(_Answer):
    """A project and whether it may decide alone."""

    configuration: Project
    policy_version: int
    automation: str


class _Projects(_Answer):
    projects: list[ProjectState]


class Item(_Answer):
    """An event that waits for people."""

    id: str | int
    project: str
    event_id: str
    labels: list[str]


class Lease(_Answer):
    """A reviewer's hold on an item."""

    id: str
    token: str | int
    expires_at: AwareDatetime


class Claim(_Answer):
    """An item with the lease on it."""

    item: Item
    lease: Lease


class Claims(_Answer):
    """Items to work on, or why there are none."""

    claims: list[Claim]
    empty_because: str | None = None
    next_free_at: AwareDatetime | None = None


class Deciders(_Answer):
    """Final decisions by who took them."""

    model: int = 0
    reviewers: int = 0


class Report(_Answer):
    """How a project stands."""

    project: str
    events: int
    auto: int
    waiting: int
    leased: int
    decisions: Deciders
    corrections: int
    automation_rate: float | None = None


class ModelVersion(_Answer):
    """One model version of a project."""

    version: int
    sha256: str
    learned_up_to: int
    metrics: dict[str, float]
    reason: str
    actor: str
    at: AwareDatetime


class _Models(_Answer):
    versions: list[ModelVersion]


class Token(_Answer):
    """A new token; a login token comes with the link that spends it."""

    token: str
    login_url: str | None = None

    def link(self, base: str) -> str:
        """The absolute address that signs its holder in, once."""
        path = self.login_url or f"/login?{urlencode({'token': self.token})}"
        return urljoin(f"{base}/", path)


class Client:
    """A connection to the review service; use it as a context manager."""

    def __init__(
        self,
        url: str,
        token: str,
        *,
        retries: int = 2,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Prepare a connection; nothing is sent.

        Args:
            url: the review service.
            token: bearer token.
            retries: how often to ask again, ever more slowly, while the service is away.
            transport: another way to the service than the network.
        """
        self._url = url
        self._retries = retries
        self._http = httpx.Client(
            base_url=url,
            headers={"Authorization": f"Bearer {token}"},
            timeout=TIMEOUT_SECONDS,
            transport=transport,
        )

    def __enter__(self) -> Self:
        """The client itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connections."""
        self._http.close()

    def projects(self) -> list[ProjectState]:
        """All projects."""
        return self._call(_Projects, "GET", "/v1/projects").projects

    def project(self, name: str) -> ProjectState:
        """One project."""
        return self._call(ProjectState, "GET", f"/v1/projects/{_part(name)}")

    def apply(self, project: Project) -> ProjectState:
        """Put a project file into force."""
        path = f"/v1/projects/{_part(project.name)}"
        return self._call(ProjectState, "PUT", path, project.model_dump(mode="json"))

    def switch(self, project: str, action: str, reason: str) -> ProjectState:
        """Stop or resume automatic decisions; `action` is `stop` or `resume`."""
        path = f"/v1/projects/{_part(project)}/{action}"
        return self._call(ProjectState, "POST", path, {"reason": reason})

    def send(self, project: str, events: Sequence[ScoringRequested]) -> None:
        """Send 1 to 1000 events; sending one again changes nothing."""
        body = {"events": [e.model_dump(mode="json", exclude_unset=True) for e in events]}
        ids = "\n".join(event.event_id for event in events)
        once = {"Idempotency-Key": hashlib.sha256(ids.encode()).hexdigest()}
        self._request("POST", f"/v1/projects/{_part(project)}/requests", body, once)

    def claim(self, queue: str, limit: int) -> Claims:
        """Take up to `limit` (1..50) items of a queue."""
        return self._call(Claims, "POST", f"/v1/queues/{_part(queue)}/claims", {"limit": limit})

    def decide(
        self, claim: Claim, label: str, *, seconds_spent: float, claim_next: int = 0
    ) -> Claims:
        """Answer a claimed item; saying it again is safe. Gives the next claims (0..50)."""
        body = {"label": label, "seconds_spent": seconds_spent, "claim_next": claim_next}
        path = f"/v1/leases/{_part(claim.lease.id)}/decision"
        return self._call(Claims, "POST", path, body, {"Idempotency-Key": claim.lease.id})

    def release(self, claim: Claim) -> None:
        """Give a claimed item back for others to take."""
        self._request("POST", f"/v1/leases/{_part(claim.lease.id)}/release")

    def report(self, project: str) -> Report:
        """How a project stands."""
        return self._call(Report, "GET", f"/v1/reports/{_part(project)}")

    def models(self, project: str) -> list[ModelVersion]:
        """Model versions, newest first."""
        return self._call(_Models, "GET", f"/v1/models/{_part(project)}").versions

    def add_user(self, name: str, role: str) -> None:
        """Create a user."""
        self._request("POST", "/v1/users", {"name": name, "role": role})

    def create_token(self, user: str, *, kind: str = "api") -> Token:
        """Create a token of a user; `kind` is `api` or `login`."""
        return self._call(Token, "POST", f"/v1/users/{_part(user)}/tokens", {"kind": kind})

    def _call(
        self,
        answer: type[M],
        method: str,
        path: str,
        body: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> M:
        response = self._request(method, path, body, headers)
        try:
            return answer.model_validate_json(response.content)
        except ValidationError as error:
            raise HandraiseError(
                f"{self._url}{path} gave an answer that this version does not understand: {error}"
            ) from error

    def _request(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """Ask again while the service is busy or restarts, where asking twice does no harm."""
        repeatable = method != "POST" or "Idempotency-Key" in (headers or {})
        for pause in (*(0.1 * 2**n for n in range(self._retries)), None):
            try:
                response = self._http.request(method, path, json=body, headers=headers)
            except httpx.HTTPError as error:
                again = repeatable or isinstance(error, httpx.ConnectError)
                if pause is None or not again:
                    raise Unreachable(
                        f"{self._url} does not answer ({error}): is it running? "
                        "`handraise up` starts it, `handraise doctor` looks for the cause"
                    ) from error
                time.sleep(pause)
                continue
            if response.is_success:
                return response
            if response.status_code not in _BUSY or pause is None:
                raise ApiError(response.status_code, _readable(response))
            time.sleep(_asked_pause(response) or pause)
        raise AssertionError("unreachable")


def _asked_pause(response: httpx.Response) -> float:
    asked = response.headers.get("Retry-After", "")
    return min(float(asked), 5.0) if asked.isdecimal() else 0.0


def _readable(response: httpx.Response) -> str:
    """A problem document (RFC 9457) in one sentence."""
    try:
        problem = response.json()
        title, detail = problem.get("title", ""), problem.get("detail", "")
    except (ValueError, AttributeError):
        title, detail = response.reason_phrase, ""
    if not isinstance(detail, str):
        detail = str(detail)
    said = ": ".join(part for part in (str(title).rstrip("."), detail) if part)
    return f"{said or 'refused'} ({response.status_code})"


def _part(text: str) -> str:
    return quote(text, safe="")
