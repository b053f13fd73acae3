"""Witnesses: what a version says of the last answers, each of which it is asked only once."""

from collections.abc import Sequence

from services.retrainer.domain.gate import likeliest
from services.retrainer.ports import Contestant
from shared.events import FeatureValue

Answered = tuple[dict[str, FeatureValue], str]
"""An event's features, and what people said."""


class Witness:
    """A version that is asked about a window of answers again and again, as it moves on."""

    def __init__(self, contestant: Contestant) -> None:
        self._contestant = contestant
        self._said: list[str] = []
        self._examples = 0

    def says(self, recent: Sequence[Answered], examples: int) -> Sequence[str]:
        """The likeliest label of each.

        Args:
            recent: the last answers.
            examples: how many there were in all, each of which entered `recent` as it came.
        """
        new = min(examples - self._examples, len(recent))
        if len(self._said) + new < len(recent):
            new = len(recent)
        fresh = [features for features, _ in recent[len(recent) - new :]]
        told = [likeliest(said) for said in self._contestant.answers(fresh)] if fresh else []
        self._said = [*self._said, *told][-len(recent) :]
        self._examples = examples
        return self._said
