"""How good reviewers are, and what a lead does about it."""

from datetime import datetime

from pydantic import AwareDatetime

from handraise.client.steps import Answer, Page, Request, Steps, ask, pages, part, tell


class Estimate(Answer):
    """A rate with the interval in which it lies with 95 % probability."""

    mean: float
    low: float
    high: float


class Standing(Answer):
    """Whether somebody may work in a project (`training`, `qualified`, `paused`), and why."""

    reviewer: str
    state: str
    since: AwareDatetime | None = None
    by: str | None = None
    reason: str | None = None


class Reviewer(Standing):
    """How a reviewer is doing."""

    accuracy: Estimate
    known: float
    gold_seen: int
    gold_right: int
    answers: int
    median_seconds: float | None = None
    agreement: float | None = None


class _Reviewers(Answer):
    reviewers: list[Reviewer]


class Pair(Answer):
    """How far two reviewers agree."""

    reviewers: list[str]
    items: int
    cohen_kappa: float | None


class Agreement(Answer):
    """How far reviewers agree."""

    items: int
    krippendorff_alpha: float | None
    fleiss_kappa: float | None
    pairs: list[Pair]


class Anchoring(Answer):
    """How much more often people agree with a model whose answer they see."""

    shown: int
    shown_agreed: int
    hidden: int
    hidden_agreed: int
    effect: Estimate


class Impact(Answer):
    """One's answers that counted, that became the decision, and of these that put a model right."""

    answers: int
    stood: int
    corrected: int


class Streak(Answer):
    """Days in a row on which one's answers stood, and what they are worth."""

    days: int
    worth: float


class _OwnStreaks(Answer):
    projects: dict[str, Streak]


class _OwnImpact(Answer):
    projects: dict[str, Impact]


class _OwnQuality(Answer):
    projects: dict[str, Estimate]


class Revoked(Answer):
    """How many answers were taken back, and how many events are decided again."""

    answers: int
    reopened: int


class Gold(Answer):
    """An event whose answer is known; what is not `active` is given to nobody any more."""

    id: int
    event_id: str
    label: str
    explanation: str | None
    active: bool
    added_by: str
    at: AwareDatetime


class _GoldPage(Page):
    gold: list[Gold]


def reviewers(project: str) -> Steps[list[Reviewer]]:
    """How each reviewer is doing."""
    request = Request("GET", f"/v1/projects/{part(project)}/reviewers")
    return (yield from ask(_Reviewers, request)).reviewers


def pause_reviewer(project: str, reviewer: str, reason: str) -> Steps[Standing]:
    """Let a reviewer claim nothing more."""
    return ask(Standing, _act(project, reviewer, "pause", {"reason": reason}))


def resume_reviewer(project: str, reviewer: str, reason: str) -> Steps[Standing]:
    """Let a reviewer work."""
    return ask(Standing, _act(project, reviewer, "resume", {"reason": reason}))


def revoke_answers(project: str, reviewer: str, since: datetime, reason: str) -> Steps[Revoked]:
    """Take back all answers of a reviewer since a moment; what rested on them is reopened."""
    body = {"since": since.isoformat(), "reason": reason}
    return ask(Revoked, _act(project, reviewer, "revoke", body))


def agreement(project: str) -> Steps[Agreement]:
    """How far reviewers agree."""
    return ask(Agreement, Request("GET", f"/v1/projects/{part(project)}/agreement"))


def anchoring(project: str) -> Steps[Anchoring]:
    """How much the model's answer sways people."""
    return ask(Anchoring, Request("GET", f"/v1/projects/{part(project)}/anchoring"))


def own_impact() -> Steps[dict[str, Impact]]:
    """What one's own answers came to by project, those of the last day left out."""
    return (yield from ask(_OwnImpact, Request("GET", "/v1/users/me/impact"))).projects


def own_streaks(zone: str = "UTC") -> Steps[dict[str, Streak]]:
    """Days in a row on which one's own answers stood, by project; days are those of the zone."""
    path = f"/v1/users/me/streaks?zone={part(zone)}"
    return (yield from ask(_OwnStreaks, Request("GET", path))).projects


def own_quality() -> Steps[dict[str, Estimate]]:
    """One's own accuracy by project."""
    return (yield from ask(_OwnQuality, Request("GET", "/v1/users/me/quality"))).projects


def mark_gold(
    project: str, event_id: str, label: str, *, explanation: str | None = None
) -> Steps[Gold]:
    """Make an event gold that people have decided; again, to explain it otherwise."""
    body = {"event_id": event_id, "label": label, "explanation": explanation}
    return ask(Gold, Request("POST", _gold(project), body, repeatable=True))


def gold(project: str) -> Steps[list[Gold]]:
    """Gold, newest first, also what is given to nobody any more."""
    found = yield from pages(_GoldPage, _gold(project))
    return [each for page in found for each in page.gold]


def retire_gold(project: str, event_id: str) -> Steps[None]:
    """Give an event to nobody any more."""
    return tell(Request("DELETE", f"{_gold(project)}/{part(event_id)}"))


def _gold(project: str) -> str:
    return f"/v1/projects/{part(project)}/gold"


def _act(project: str, reviewer: str, act: str, body: dict[str, str]) -> Request:
    path = f"/v1/projects/{part(project)}/reviewers/{part(reviewer)}/{act}"
    return Request("POST", path, body, repeatable=True)
