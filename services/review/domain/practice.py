"""Practice: events that people have decided, on which somebody else may try what they can."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Exercise:
    """An event that others decided.

    Attributes:
        label: what they decided.
        predicted: what the model had said; None: there was none.
        explanation: what a lead wrote who had once made it gold.
    """

    item_id: int
    event_id: str
    label: str
    predicted: str | None
    explanation: str | None = None
