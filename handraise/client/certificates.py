"""What is promised of automatic decisions."""

from pydantic import AwareDatetime

from handraise.client.steps import Answer, Page, Request, Steps, ask, pages, part

_LONG = 3600.0
"""A million events take half a minute, and more than that may have been recorded."""


class Escapes(Answer):
    """How many automatic decisions are wrong, estimated: for information, no guarantee."""

    estimate: float
    low: float
    high: float
    statement: str


class Certificate(Answer):
    """A block of automatic decisions: what is promised of it, and how it stands."""

    name: str
    label: str
    slices: dict[str, str]
    statement: str
    error_rate: float
    confidence: float
    window: int
    budget: int
    credits: int | None
    accepted: int
    checked: int
    found: int
    pending: int
    gate: bool
    versions: list[int]
    escapes: Escapes | None = None
    began_at: AwareDatetime
    ended_at: AwareDatetime | None
    end: str | None

    @property
    def estimated(self) -> str:
        """How many of its decisions are wrong, with the interval, in words."""
        return self.escapes.statement if self.escapes else ""


class Promised(Answer):
    """All blocks of a project together: history, bound, evidence; `estimate` guarantees nothing."""

    blocks: int
    full: int
    tripped: int
    accepted: int
    bound: int
    checked: int
    found: int
    pending: int
    estimate: float
    low: float | None = None
    high: float | None = None
    current: list[Certificate]
    ended: list[Certificate]


class Verification(Answer):
    """What counting all blocks again from the ledger has shown."""

    project: str
    entries: int
    blocks: int
    contradictions: list[str]


class _Certificates(Page):
    certificates: list[Certificate]


def certificates(project: str) -> Steps[list[Certificate]]:
    """Certificates of a project, those that began last first."""
    found = yield from pages(_Certificates, f"/v1/certificates/{part(project)}")
    return [certificate for page in found for certificate in page.certificates]


def verify_certificates(project: str) -> Steps[Verification]:
    """Count every block again from the ledger alone."""
    path = f"/v1/certificates/{part(project)}/verification"
    return ask(Verification, Request("GET", path, seconds=_LONG))
