"""A witness is asked about each answer once, and says what it would say of all of them."""

from collections import deque
from collections.abc import Mapping, Sequence

from services.retrainer.use_cases.witnesses import Answered, Witness
from shared.events import FeatureValue


class _Parity:
    """Says whether a number is even; counts what it is asked."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def answers(self, rows: Sequence[Mapping[str, FeatureValue]]) -> Sequence[Mapping[str, float]]:
        numbers = [int(str(row["n"])) for row in rows]
        self.asked.append(len(numbers))
        return [{"even": float(n % 2 == 0), "odd": float(n % 2)} for n in numbers]


def test_only_what_is_new_is_asked() -> None:
    contestant = _Parity()
    witness, recent = Witness(contestant), deque[Answered](maxlen=5)

    for count in (5, 5, 7, 8, 40):
        while (n := len(recent) and int(str(recent[-1][0]["n"]))) < count:
            recent.append(({"n": n + 1}, "even"))
        said = witness.says(list(recent), count)
        assert list(said) == ["odd" if int(str(row["n"])) % 2 else "even" for row, _ in recent]

    assert contestant.asked == [5, 2, 1, 5]
