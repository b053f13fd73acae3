"""The sentinel: notices within a few labels that errors have become more frequent than known.

It protects efficiency, not the promise: after a change the block's credits would be wasted on a
threshold that is no longer right, and the next one would be chosen from evidence that is stale.
"""

import math
from dataclasses import dataclass, field

_ODDS = (2.0, 4.0, 16.0)
"""By how much the odds of an error may have grown: a drift, a worse model, a broken one."""

_FALSE_ALARM_AFTER = math.exp(12)
"""While nothing has changed, at least so many labels pass between two alarms, on average."""


@dataclass(slots=True)
class _Watch:
    """The evidence for one size of change.

    Attributes:
        odds: by how much the odds of an error have grown, if this change has happened.
        statistic: the Shiryaev-Roberts statistic.
        since: what `now` was before the first label of the likeliest change.
        run: the likelihood ratio of that change.
    """

    odds: float
    statistic: float = 0.0
    since: int = 0
    run: float = 1.0

    def take(self, chance: float, *, wrong: bool, now: int) -> None:
        ratio = (self.odds if wrong else 1.0) / (1 + chance * (self.odds - 1))
        self.statistic = (1 + self.statistic) * ratio
        self.run *= ratio
        if self.run <= 1:
            self.run, self.since = 1.0, now


@dataclass(slots=True)
class Sentinel:
    """Compares each label with the calibrated chance that it shows an error.

    If q is that chance and its odds have grown by the factor o, an error is o / (1 + q(o-1)) times
    as likely as before, a right answer 1 / (1 + q(o-1)) times: the likelihood ratio Λ. For each o

        R ← (1 + R) · Λ        (Shiryaev 1963, Roberts 1966)

    and the alarm is given when the mean of the R over o = 2, 4, 16 reaches A = e¹². Before a
    change R less the number of labels is a martingale, hence E[labels until a false alarm] ≥ A
    (Pollak 1985). Small changes are found by the small o, and a model that has broken by the large
    one within some five wrong labels of the lane.
    """

    _watches: list[_Watch] = field(default_factory=lambda: [_Watch(odds) for odds in _ODDS])

    def take(self, chance: float, *, wrong: bool, now: int) -> int | None:
        """Take one label, in the order in which they come.

        Args:
            chance: the calibrated chance of an error (`risk.Curve.error`), in (0, 1).
            wrong: whether it shows one.
            now: its place in the order of events.

        Returns:
            None, or on alarm the place after which the change has most likely happened; evidence
            from before tells nothing any more. After an alarm the sentinel begins anew.
        """
        for watch in self._watches:
            watch.take(chance, wrong=wrong, now=now)
        if sum(watch.statistic for watch in self._watches) < len(_ODDS) * _FALSE_ALARM_AFTER:
            return None
        loudest = max(self._watches, key=lambda watch: watch.statistic)
        self._watches = [_Watch(odds, since=now) for odds in _ODDS]
        return loudest.since
