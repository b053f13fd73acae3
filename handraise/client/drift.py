"""Whether streams are still what they were."""

from pydantic import AwareDatetime

from handraise.client.steps import Answer, Request, Steps, ask, part


class DriftAlarm(Answer):
    """A stream that was found not to be what it was."""

    kind: str
    subject: str
    words: str
    at: AwareDatetime


class Stream(Answer):
    """A stream that is watched; `nearness` to an alarm is from 0 to 1."""

    kind: str
    subject: str
    seen: int
    nearness: float
    words: str


class Drift(Answer):
    """The newest alarms, newest first, and all streams, those nearest to an alarm first."""

    alarms: list[DriftAlarm]
    streams: list[Stream]


def drift(project: str) -> Steps[Drift]:
    """Whether inputs, scores, disagreement and accuracy are what they were."""
    return ask(Drift, Request("GET", f"/v1/projects/{part(project)}/drift"))
