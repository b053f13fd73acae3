"""Suspected label errors, for leads."""

from collections.abc import Sequence

from pydantic import AwareDatetime

from handraise.client.steps import Answer, Request, Steps, ask, part


class Suspect(Answer):
    """An answer that a model contradicts which had not learned of the event."""

    event_id: str
    label: str
    likelier: str
    believed: float
    given: float
    score: float
    confident: bool
    settled_at: AwareDatetime


class LabelErrors(Answer):
    """The most suspect answers, and what came of second looks so far."""

    open: int
    sent: int
    waiting: int
    changed: int
    suspects: list[Suspect]


class SecondLooks(Answer):
    """Which events wait for a second look now, and where."""

    queue: str
    event_ids: list[str]


def label_errors(project: str, *, limit: int = 50) -> Steps[LabelErrors]:
    """Answers that the model contradicts and nobody has looked at again, the worst first."""
    return ask(LabelErrors, Request("GET", _path(project), query={"limit": str(limit)}))


def send_for_second_look(project: str, event_ids: Sequence[str]) -> Steps[SecondLooks]:
    """Let leads who have not answered these events look at them again, without being told."""
    body = {"event_ids": [*event_ids]}
    return ask(
        SecondLooks, Request("POST", f"{_path(project)}/second-looks", body, repeatable=True)
    )


def _path(project: str) -> str:
    return f"/v1/projects/{part(project)}/label-errors"
