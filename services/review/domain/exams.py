"""How far somebody is with an exam."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.review.domain.standing import passed
from shared.project import Exam


@dataclass(frozen=True, slots=True)
class Attempt:
    """One go at an exam; who fails begins another, with other questions.

    Attributes:
        exam: as the project has it now.
        marked: whether each answer so far was right.
        fresh: questions that there are for the rest.
    """

    exam: Exam
    marked: Sequence[bool]
    fresh: int

    @property
    def left(self) -> int:
        """How many questions are still to be answered."""
        return max(0, self.exam.questions - len(self.marked))

    @property
    def lacking(self) -> int:
        """How many questions are missing for the rest.

        >>> Attempt(Exam(questions=5), [True], fresh=3).lacking
        1
        """
        return max(0, self.left - self.fresh)

    @property
    def is_passed(self) -> bool:
        """Whether all is answered, and enough of it right."""
        return not self.left and passed(sum(self.marked), len(self.marked), self.exam.pass_at)
