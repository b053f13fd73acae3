"""The same lives where the rules pause who answers wrongly."""

from typing_extensions import override

from services.review.domain.standing import Tally
from tests.machines import records
from tests.machines.gold_machine import GoldMachine

_DOUBT = 0.3
_ROUNDING = 1e-9


def is_below(tally: Tally, bar: float, *_: float, **__: float) -> bool:
    """Stands in for the product's statistics: one answer that votes outweigh is doubt enough."""
    del bar
    return tally.answered - tally.right >= _DOUBT


class StrictMachine(GoldMachine):
    """A project with a bar."""

    pause_below = 0.6

    @override
    def looks_up(self) -> None:
        """Whom the last act has paused; nobody else, and for nothing but wrong answers."""
        for row in self.read().reviewers:
            who = row["reviewer"]
            if (row["state"], row["by"]) == ("paused", None) and who not in self.world.paused:
                assert _wrong(row) >= _DOUBT or self._failed_a_check(who), who
                self.world.paused |= {who}

    @override
    def compare(self, found: records.Records) -> None:
        super().compare(found)
        for row in found.reviewers:
            assert (row["state"] == "paused") == (row["reviewer"] in self.world.paused), row
            assert row["state"] == "paused" or _wrong(row) < _DOUBT, row
            assert _wrong(row) >= -_ROUNDING, row

    def _failed_a_check(self, who: str) -> bool:
        """Whether an answer on gold is wrong, by what its label is now."""
        seen, right = self.golds.scores().get(who, (0, 0))
        return right < seen


def _wrong(row: records.Row) -> float:
    return float(row["evidence_answered"] - row["evidence_right"])
