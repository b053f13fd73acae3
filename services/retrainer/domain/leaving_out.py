"""Learning as if somebody had never answered, or somebody's event had never come."""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from shared.events import CorrectionMade


class Whom(StrEnum):
    """What is left out."""

    REVIEWER = "reviewer"
    SUBJECT = "subject"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Somebody.

    Attributes:
        whom: a reviewer's answers, or all that was learned of one event.
        name: the reviewer's name, or the event's id.
    """

    whom: Whom
    name: str

    def remains_of(self, correction: CorrectionMade) -> CorrectionMade | None:
        """What is left of a correction, or None.

        Without a reviewer the other answers stand, each for as much as any other: how far people
        may be trusted was judged with the one who is gone.
        """
        if self.whom is Whom.SUBJECT:
            return None if correction.event_id == self.name else correction
        votes = [vote for vote in correction.votes if vote.reviewer != self.name]
        if len(votes) == len(correction.votes):
            return correction
        if not votes:
            return None
        counts = Counter(vote.label for vote in votes)
        shares = {label: count / len(votes) for label, count in counts.items()}
        label = max(shares, key=shares.__getitem__)
        changed = {"votes": votes, "label": label, "label_probabilities": shares}
        return correction.model_copy(update=changed)
