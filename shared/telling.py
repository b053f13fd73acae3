"""Decisions and corrections as they are told, encoded by msgspec: as events.py has them, faster.

What they are made of was checked when it came in, so it is not checked again.
tests/contracts/test_telling.py proves that the contract reads them as it would have written them.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from shared.events import CATALOGUE, DecidedBy, EventType, FeatureValue
from shared.payloads import Frozen
from shared.streams import Stream

_encoder = msgspec.json.Encoder()


class Vote(Struct, frozen=True, gc=False):
    """See `shared.events.Vote`."""

    reviewer: str
    label: str
    at: datetime


class Decision(Struct, gc=False):
    """See `shared.events.DecisionMade`."""

    event_id: str
    revision: int
    label: str
    decided_by: DecidedBy
    predicted_label: str
    probability: float
    route: Raw
    model: Raw
    decided_at: datetime


class Correction(Struct, gc=False):
    """See `shared.events.CorrectionMade`."""

    correction_id: str
    event_id: str
    revision: int
    sequence: int
    label: str
    label_probabilities: Mapping[str, float]
    predicted_label: str
    probabilities: Mapping[str, float]
    features: Mapping[str, FeatureValue]
    slices: Mapping[str, str]
    votes: Sequence[Vote]
    route: Raw
    model: Raw


class Told(Struct, kw_only=True, gc=False):
    """See `shared.events.CloudEvent`."""

    specversion: str = "1.0"
    id: str
    source: str
    type: EventType
    time: datetime
    subject: str
    project: str
    data: Decision | Correction
    traceparent: str | UnsetType = UNSET

    @property
    def stream(self) -> Stream:
        """The stream on which this type travels."""
        return CATALOGUE[self.type][0]

    def encode(self) -> bytes:
        """The JSON document, in UTF-8."""
        return _encoder.encode(self)


def encode(said: object) -> str:
    """Anything that is made of the above, in JSON."""
    return _encoder.encode(said).decode()


@lru_cache(10_000)
def as_said(value: Frozen) -> Raw:
    """A value of the contract, as it stands in events; the same is in many of them."""
    return Raw(value.model_dump_json().encode())
