"""Whether a stream of values is still what it was, at every moment and for any distribution.

Values are put into bins that are cut on the first of them. From then on each gets a conformal
p-value: its rank among all before, ties broken at random (Vovk, Gammerman and Shafer 2005). As long
as the values are exchangeable, p-values are independent and uniform, whatever the values are. Bets
on p-values that are not, each fair, are summed in the manner of Shiryaev and Roberts,

    M = (M + 1) · f(p)        with the mean of f over [0, 1] at most 1

which is an e-detector (Shin, Ramdas and Rinaldo 2024; for conformal bets Vovk 2021): if an alarm is
raised once the mean of such M reaches A, false alarms are at least A values apart on average.
"""

import math
import sys
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence

import msgspec

Value = float | str | None

WARM_UP = 200
"""Values on which bins are cut; nothing is tested before."""
MOST_BINS = 24
_P_BINS = 10
_MEMORY = 0.99
"""What remains of a recent count after each further value: the last hundred count."""
_EXPONENTS = (0.5, 0.8)
_LEAST_P = 1e-6
_END = sys.float_info.max
"""No value lies above; JSON has no infinity."""
_GREATEST = 1e300


class Bin(msgspec.Struct):
    """Where values lie: below `until`, or equal to `name`; neither: they are missing.

    A name that is empty stands for all that are rare.

    Attributes:
        before: how many values since the bins were cut.
        recent: how many of late.
    """

    name: str | None = None
    until: float | None = None
    before: int = 0
    recent: float = 0.0


class Monitor(msgspec.Struct):
    """Watches one stream of values; a function of them and the draws that break ties.

    Attributes:
        one_sided: whether only greater values are of interest.
        first: values before bins are cut.
        bins: empty before.
        bets: what each bet has come to.
        drawn: recent p-values, in tenths.
        seen: values since bins were cut.
        total: the sum of their levels.
        late: their mean of late.
    """

    one_sided: bool = False
    first: list[Value] = []
    bins: list[Bin] = []
    bets: list[float] = []
    drawn: list[float] = []
    seen: int = 0
    total: float = 0.0
    late: float = 0.0

    @property
    def evidence(self) -> float:
        """To be compared with how many values false alarms are to be apart."""
        return sum(self.bets) / len(self.bets) if self.bets else 0.0

    def observe(self, value: Value, draw: float, level: float = 0.0) -> None:
        """Take in the next value.

        Args:
            value: a number, a category, or None if it is missing; of one kind always.
            draw: uniform in [0, 1), independent of the value.
            level: a figure whose means tell people what has changed; nothing is tested on it.
        """
        if not self.bins:
            self.first.append(value)
            if len(self.first) == WARM_UP:
                self._cut()
            return
        place = self._place(value)
        self._bet((self._above(place) + draw * (self.bins[place].before + 1)) / (self.seen + 1))
        self.seen += 1
        self.bins[place].before += 1
        for each in self.bins:
            each.recent *= _MEMORY
        self.bins[place].recent += 1
        self.total += level
        self.late += (level - self.late) * max(1 - _MEMORY, 1 / self.seen)

    @property
    def mean(self) -> float:
        """The mean of all levels."""
        return self.total / self.seen if self.seen else 0.0

    def shares(self) -> list[tuple[Bin, float, float]]:
        """Of each bin, its share of all values and of those of late."""
        late = sum(each.recent for each in self.bins)
        return [
            (each, each.before / self.seen, each.recent / late) for each in self.bins if self.seen
        ]

    def _cut(self) -> None:
        numbers = sorted(value for value in self.first if isinstance(value, int | float))
        if numbers:
            steps = range(1, MOST_BINS)
            beyond = math.nextafter(numbers[-1], math.inf)
            cuts = sorted({numbers[len(numbers) * step // MOST_BINS] for step in steps} | {beyond})
            self.bins = [Bin(), *(Bin(until=cut) for cut in cuts), Bin(until=_END)]
        else:
            names = Counter(value for value in self.first if isinstance(value, str))
            common = [Bin(name=name) for name, _ in names.most_common(MOST_BINS)]
            self.bins = [Bin(), *common, Bin(name="")]
        self.first = []
        self.bets = [0.0] * (len(_EXPONENTS) * (1 if self.one_sided else 2) + 1)
        self.drawn = [1.0] * _P_BINS

    def _place(self, value: Value) -> int:
        if value is None:
            return 0
        if isinstance(value, str):
            names = (place for place, each in enumerate(self.bins) if each.name == value)
            return next(names, len(self.bins) - 1)
        ends = [each.until if each.until is not None else -_END for each in self.bins]
        return min(max(bisect_right(ends, value), 1), len(ends) - 1)

    def _above(self, place: int) -> int:
        return sum(each.before for each in self.bins[place + 1 :])

    def _bet(self, p: float) -> None:
        sides = [max(p, _LEAST_P)] + ([] if self.one_sided else [max(1 - p, _LEAST_P)])
        gains = [power * side ** (power - 1) for side in sides for power in _EXPONENTS]
        tenth = min(int(p * _P_BINS), _P_BINS - 1)
        gains.append(_shape(self.drawn, tenth, one_sided=self.one_sided))
        for place, gain in enumerate(gains):
            self.bets[place] = min((self.bets[place] + 1) * gain, _GREATEST)
        self.drawn = [count * _MEMORY + (1 - _MEMORY) for count in self.drawn]
        self.drawn[tenth] += 1


def _shape(drawn: Sequence[float], tenth: int, *, one_sided: bool) -> float:
    """The bet that p-values go on to come where they came of late; it is fair: its mean is 1."""
    if one_sided and sum(drawn[: _P_BINS // 2]) < sum(drawn) / 2:
        return 1.0
    return _P_BINS * drawn[tenth] / sum(drawn)


def encode(monitor: Monitor) -> str:
    """For keeping."""
    return msgspec.json.encode(monitor).decode()


def decode(text: str) -> Monitor:
    """Read back what `encode` wrote.

    Raises:
        msgspec.DecodeError: it is not that.
    """
    return msgspec.json.decode(text, type=Monitor)
