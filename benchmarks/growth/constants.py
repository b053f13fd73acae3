"""What one event costs each part, as it was measured, with the spread of the measurements."""

from dataclasses import dataclass
from pathlib import Path

import msgspec

RECORDED = Path(__file__).with_name("recorded.json")


@dataclass(frozen=True, slots=True)
class Range:
    """The lowest and the highest that was measured."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Constants:
    """What an automatic event costs: a request, a prediction, a decision.

    Attributes:
        date: when it was measured.
        machine: on what.
        scorer: CPU seconds of the scorer.
        review: CPU seconds of review, on PostgreSQL.
        postgresql: CPU seconds of PostgreSQL.
        redis: CPU seconds of Redis, for all three streams.
        redis_bytes: memory of Redis for a request that waits.
        record_bytes: what PostgreSQL's files grow by.
    """

    date: str
    machine: str
    scorer: Range
    review: Range
    postgresql: Range
    redis: Range
    redis_bytes: Range
    record_bytes: Range

    def write(self) -> None:
        """Keep them for later runs."""
        text = msgspec.json.format(msgspec.json.encode(self), indent=1)
        RECORDED.write_bytes(text + b"\n")

    @classmethod
    def recorded(cls) -> "Constants":
        """Those that were kept."""
        return msgspec.json.decode(RECORDED.read_bytes(), type=cls)
