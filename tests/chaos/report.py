"""The table that a campaign prints."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from tests.chaos.campaign import Outcome

_EXAMPLES = 3


def show(outcome: Outcome) -> None:
    """Counts, then every invariant."""
    console = Console(width=120)
    counts = Table("count", "figure", title=f"{outcome.plan.kills} kills, seed {outcome.plan.seed}")
    for name, figure in _counts(outcome):
        counts.add_row(name, figure)
    console.print(counts)
    verdicts = Table("invariant", "holds", "broken by")
    for verdict in outcome.verdicts:
        broken = (
            ""
            if verdict.holds
            else f"{len(verdict.examples)}: " + "; ".join(verdict.examples[:_EXAMPLES])
        )
        verdicts.add_row(verdict.name, "yes" if verdict.holds else "NO", broken)
    console.print(verdicts)


def _counts(outcome: Outcome) -> Sequence[tuple[str, str]]:
    told, found, killed = outcome.told, outcome.found, outcome.killed
    seconds = outcome.killing_seconds
    said = sum(map(len, found.decisions.values()))
    corrections = sum(map(len, found.corrections.values()))
    return [
        ("kills", ", ".join(f"{name} {count}" for name, count in sorted(killed.items()))),
        ("kills a second", f"{killed.total() / max(seconds, 0.001):.1f} for {seconds:.0f} s"),
        ("ended by themselves", f"{len(outcome.deaths)}"),
        ("events sent / acknowledged", f"{len(told.sent)} / {len(told.acknowledged)}"),
        ("replies of Redis before it had written", f"{told.unwritten}"),
        ("decisions recorded", f"{len(found.decided)}"),
        (
            "decisions on the stream / repeated",
            f"{len(found.decisions)} / {said - len(found.decisions)}",
        ),
        ("answers of people, 2xx", f"{sum(map(len, told.decided.values()))}"),
        ("answers by status (0: none)", f"{dict(sorted(told.answers.items()))}"),
        ("decided by people", f"{len(found.votes)}"),
        (
            "corrections on the stream / repeated",
            f"{len(found.corrections)} / {corrections - len(found.corrections)}",
        ),
        ("corrections learned", f"{len(found.learned)}"),
        ("model versions", f"{len(found.versions)}"),
        ("entries taken over", f"{found.reclaimed}"),
        ("seconds until level", _seconds(outcome.level_seconds)),
        ("seconds until people were done", _seconds(outcome.cleared_seconds)),
    ]


def _seconds(seconds: float | None) -> str:
    return "never" if seconds is None else f"{seconds:.1f}"
