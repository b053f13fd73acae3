"""What answers must tell of those who gave them, said once more in plain Python."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.machines.rules import Ballot, Item

SETTLED = 0.5


class Lessons:
    """What is known of people.

    Attributes:
        evidence: how many answers of each were held against a truth; half where votes made it.
        arms: (who, saw the model's answer, agreed with it) -> how many answers.
    """

    def __init__(self) -> None:
        self.evidence: dict[str, float] = {}
        self.arms: Counter[tuple[str, bool, bool]] = Counter()

    def swayed(self, ballot: "Ballot", predicted: str, answers: int = 1) -> None:
        self.arms[ballot.reviewer, ballot.saw, ballot.label == predicted] += answers

    def arms_of(self, who: str) -> tuple[int, int, int, int]:
        shown, hidden = (
            (self.arms[who, saw, True], self.arms[who, saw, False]) for saw in (True, False)
        )
        return sum(shown), shown[0], sum(hidden), hidden[0]

    def taught(self, item: "Item", judged: Sequence["Ballot"], *, settled: bool) -> None:
        """Votes were held against what came of them; a lone one never is."""
        if len(item.counted) == 1:
            return
        for ballot in judged:
            if ballot.reviewer not in item.taught:
                self.learn(ballot.reviewer, SETTLED)
            item.taught[ballot.reviewer] = settled or item.taught.get(ballot.reviewer, False)

    def forgotten(self, item: "Item") -> None:
        """An item is open again: what its votes told is taken back."""
        for ballot in item.counted:
            after_all = item.taught.get(ballot.reviewer)
            if after_all is False or (after_all and item.settled):
                del item.taught[ballot.reviewer]
                self.learn(ballot.reviewer, -SETTLED)

    def learn(self, who: str, answers: float) -> None:
        self.evidence[who] = max(0.0, self.evidence.get(who, 0.0) + answers)
