"""The exam that a project may ask for before its queue opens."""

from typing import Any

from handraise.client.steps import Answer, Request, Steps, ask, part


class Question(Answer):
    """A question of an exam; `left` counts it."""

    question: int
    title: str
    labels: list[str]
    features: dict[str, Any]
    context: dict[str, Any]
    left: int


class Marked(Answer):
    """The known answer to a question; `passed` is None while questions are left."""

    right: bool
    label: str
    explanation: str | None = None
    left: int
    passed: bool | None = None
    then: str


def ask_question(queue: str) -> Steps[Question]:
    """The next question of the exam; the same one until it is answered."""
    return ask(Question, Request("POST", _exam(queue), repeatable=True))


def answer_question(queue: str, question: int, label: str) -> Steps[Marked]:
    """Answer a question, and learn the known answer to it."""
    path = f"{_exam(queue)}/{question}/answer"
    return ask(Marked, Request("POST", path, {"label": label}, repeatable=True))


def _exam(queue: str) -> str:
    return f"/v1/queues/{part(queue)}/exam"
