"""Practice on past events, of which nothing counts."""

from typing import Any

from handraise.client.steps import Answer, Request, Steps, ask, part


class Exercise(Answer):
    """A past event, without what people decided on it."""

    exercise: int
    title: str
    labels: list[str]
    features: dict[str, Any]
    context: dict[str, Any]


class Feedback(Answer):
    """What people decided, and what the model had said."""

    right: bool
    label: str
    predicted: str | None = None
    explanation: str | None = None


def exercise(queue: str) -> Steps[Exercise]:
    """The newest event that others decided and the caller has not seen."""
    return ask(Exercise, Request("GET", _practice(queue)))


def answer_exercise(queue: str, exercise: int, label: str) -> Steps[Feedback]:
    """Try an answer, and learn what people decided; nothing of it counts."""
    path = f"{_practice(queue)}/{exercise}/answer"
    return ask(Feedback, Request("POST", path, {"label": label}, repeatable=True))


def _practice(queue: str) -> str:
    return f"/v1/queues/{part(queue)}/practice"
