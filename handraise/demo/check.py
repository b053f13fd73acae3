"""Whether the loop has closed: every event decided once, every answer learned and served."""

from dataclasses import dataclass

from handraise.client import Report
from handraise.demo.figures import seconds, share
from handraise.demo.observer import Tally
from shared.events import DecidedBy

MANY_EVENTS = 1000
MANY_VERSIONS = 20


@dataclass(frozen=True)
class Verdict:
    """One statement about the loop.

    Attributes:
        holds: whether it is true.
        statement: the figures.
    """

    holds: bool
    statement: str


def wanted_versions(events: int) -> int:
    """How many model versions must have decided something before a loop counts as closed."""
    return MANY_VERSIONS if events >= MANY_EVENTS else 1


def judge(tally: Tally, report: Report, *, events: int, median: float | None) -> list[Verdict]:
    """Compare what was seen on the streams with what the review service reports.

    Args:
        tally: what the streams said.
        report: what the review service says of the project.
        events: how many were sent.
        median: seconds from correction to served.
    """
    decisions = report.decisions.model + report.decisions.reviewers
    answers = tally.by[DecidedBy.REVIEWERS]
    corrections, decided = len(tally.corrections), len(tally.decided)
    versions, wanted = len(tally.served), wanted_versions(events)
    return [
        Verdict(
            decided == events == report.events == decisions and not tally.contradicted,
            f"{events} events in, {decided} final decisions out, {_times(tally)} "
            f"(the record has {report.events} events, {decisions} decisions)",
        ),
        Verdict(
            0 < corrections == answers == report.corrections == report.decisions.reviewers,
            f"{corrections} corrections = {answers} settled human answers "
            f"(the record has {report.corrections} corrections, "
            f"{report.decisions.reviewers} answers)",
        ),
        Verdict(
            versions >= wanted,
            f"{versions} model versions decided something (at least {wanted} wanted)",
        ),
        Verdict(
            tally.automatic > 0 or events < MANY_EVENTS,
            f"automatic decisions wrong: {tally.wrong} of {tally.automatic} "
            f"({share(tally.wrong, tally.automatic)}); "
            f"{share(tally.automatic, len(tally.decided))} of the events were automatic",
        ),
        Verdict(median is not None, f"a correction is served {seconds(median)}"),
    ]


def _times(tally: Tally) -> str:
    if tally.contradicted:
        return f"{tally.contradicted} contradicted by a second one"
    if tally.redelivered:
        return f"each exactly once ({tally.redelivered} delivered again under the same id)"
    return "each exactly once"
