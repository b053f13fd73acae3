"""Reading a project's counts."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.review.domain.ledger import Kind
from shared.events import DecidedBy, RouteReason


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts since the project began."""

    events: int
    auto: int
    by_model: int
    by_reviewers: int
    by_fallback: int
    confirmed: int
    corrected: int
    audits_drawn: int
    audits_answered: int
    audits_wrong: int

    @property
    def automation_rate(self) -> float:
        """Share of events that the model decided alone; 0 without events."""
        return self.auto / self.events if self.events else 0.0


def tally(counts: Mapping[tuple[Kind, str], int]) -> Tally:
    """Counts by meaning, from the ledger's counts by kind and detail.

    >>> tally({(Kind.ROUTED, "confident"): 3, (Kind.ROUTED, "audit"): 1}).automation_rate
    0.75
    """

    def corrections(ending: str, beginning: str = "") -> int:
        return sum(
            count
            for (kind, detail), count in counts.items()
            if kind is Kind.CORRECTED and detail.startswith(beginning) and detail.endswith(ending)
        )

    audit = RouteReason.AUDIT.value
    return Tally(
        events=sum(count for (kind, _), count in counts.items() if kind is Kind.ROUTED),
        auto=counts.get((Kind.ROUTED, RouteReason.CONFIDENT.value), 0),
        by_model=counts.get((Kind.DECIDED, DecidedBy.MODEL.value), 0),
        by_reviewers=counts.get((Kind.DECIDED, DecidedBy.REVIEWERS.value), 0),
        by_fallback=counts.get((Kind.DECIDED, DecidedBy.FALLBACK.value), 0),
        confirmed=corrections(".confirmed"),
        corrected=corrections(".corrected"),
        audits_drawn=counts.get((Kind.ROUTED, audit), 0),
        audits_answered=corrections("", f"{audit}."),
        audits_wrong=corrections(".corrected", f"{audit}."),
    )
