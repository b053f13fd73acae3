"""The state of a demo in figures, and how it looks in a terminal."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import httpx
from prometheus_client.parser import text_string_to_metric_families
from rich.table import Table

from handraise.demo.observer import Tally

SERVED = "handraise_correction_to_served_seconds"


@dataclass(frozen=True)
class Figures:
    """One look at a demo.

    Attributes:
        sent: events sent, of `total`.
        total: events to send.
        decided: events with a final decision.
        automatic: of those, decided by the model alone.
        wrong: of those, with a label other than the known one.
        lately: share of automatic ones among the latest decisions.
        corrections: distinct corrections.
        version: newest model version in force.
        median: seconds from correction to served, if known.
    """

    sent: int
    total: int
    decided: int
    automatic: int
    wrong: int
    lately: float
    corrections: int
    version: int
    median: float | None

    @classmethod
    def of(cls, tally: Tally, *, sent: int, total: int, median: float | None) -> "Figures":
        """What a tally says at this moment."""
        recent = tuple(tally.recent)
        return cls(
            sent=sent,
            total=total,
            decided=len(tally.decided),
            automatic=tally.automatic,
            wrong=tally.wrong,
            lately=sum(recent) / len(recent) if recent else 0.0,
            corrections=len(tally.corrections),
            version=tally.version,
            median=median,
        )

    def rows(self) -> list[tuple[str, str]]:
        """Name and value of each, for people."""
        rate = self.automatic / self.decided if self.decided else 0.0
        return [
            ("events sent", f"{self.sent} of {self.total}"),
            ("decided alone", f"{self.automatic} ({rate:.0%}; lately {self.lately:.0%})"),
            ("wrong of these", f"{self.wrong} ({share(self.wrong, self.automatic)})"),
            ("waiting", str(max(self.sent - self.decided, 0))),
            ("corrections", str(self.corrections)),
            ("model version", str(self.version) if self.version else "none yet"),
            ("correction served", seconds(self.median)),
        ]

    def table(self, title: str) -> Table:
        """The figures as a table that can be drawn again and again."""
        table = Table(title=title, show_header=False, title_justify="left", min_width=52)
        for name, value in self.rows():
            table.add_row(name, value)
        return table

    def line(self) -> str:
        """The figures in one line, for logs."""
        return " · ".join(f"{name} {value}" for name, value in self.rows())


def share(part: int, whole: int) -> str:
    """A percentage.

    >>> share(3, 200), share(0, 0)
    ('1.5 %', '-')
    """
    return f"{part / whole * 100:.1f} %" if whole else "-"


def seconds(value: float | None) -> str:
    """A median duration.

    >>> seconds(0.0314), seconds(None)
    ('after about 31 ms (median)', 'not yet')
    """
    return "not yet" if value is None else f"after about {value * 1000:.0f} ms (median)"


def fetch_median(url: str, project: str) -> float | None:
    """Median time from correction to served, read from the scorer's /metrics."""
    try:
        text = httpx.get(f"{url}/metrics", timeout=2.0).text
    except httpx.HTTPError:
        return None
    return median_served(text, project)


def median_served(metrics: str, project: str) -> float | None:
    """The median in a metrics document, interpolated within its bucket.

    Args:
        metrics: Prometheus text format.
        project: the value of the label `project`.
    """
    buckets = {
        float(sample.labels["le"]): sample.value
        for family in text_string_to_metric_families(metrics)
        for sample in family.samples
        if sample.name == f"{SERVED}_bucket" and sample.labels.get("project") == project
    }
    return median(sorted(buckets.items()))


def median(buckets: Iterable[tuple[float, float]]) -> float | None:
    """The median of a histogram with cumulative counts.

    Args:
        buckets: upper bound and cumulative count, ascending, the last bound infinite.

    >>> median([(0.1, 2), (0.2, 10), (float("inf"), 10)])
    0.1375
    """
    found = list(buckets)
    if not found or not found[-1][1]:
        return None
    half = found[-1][1] / 2
    low, below = 0.0, 0.0
    for bound, count in found:
        if count >= half:
            inside = (half - below) / (count - below)
            return low if math.isinf(bound) else low + (bound - low) * inside
        low, below = bound, count
    return None
