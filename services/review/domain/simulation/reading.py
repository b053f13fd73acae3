"""How a routed event is read for a play: what the router asks for, and nothing more."""

from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec

from services.review.domain.ledger import Entry
from services.review.domain.routing import predicted_label
from services.review.domain.simulation.past import Past
from shared import wire
from shared.events import RouteReason
from shared.project import Condition, Project


class _Prediction(msgspec.Struct):
    probabilities: dict[str, float]
    model: wire.Model
    features: dict[str, wire.FeatureValue] | None = None
    slices: dict[str, str] = {}
    novelty: float | None = None
    deadline: datetime | None = None


class _Route(msgspec.Struct):
    reason: RouteReason
    inclusion_probability: float
    policy_version: int
    certificate: str | None = None


class _Routed(msgspec.Struct):
    draw: float
    route: _Route
    prediction: _Prediction
    known: int | None = None


_decoder = msgspec.json.Decoder(_Routed)


class Reader:
    """Reads routed events; equal models are kept once.

    Attributes:
        erased: of how many the content was erased.
    """

    def __init__(self, projects: Iterable[Project]) -> None:
        """Keep of the features only what rules of these projects ask for."""
        self.erased = 0
        self._asked = asked(projects)
        self._models: dict[str, wire.Model] = {}

    def read(self, entry: Entry) -> Past:
        """Read the entry of a routed event."""
        record = _decoder.decode(entry.body)
        said, route = record.prediction, record.route
        self.erased += said.features is None
        features = said.features or {}
        model = self._models.setdefault(f"{said.model.version}/{said.model.sha256}", said.model)
        data = wire.PredictionData(
            event_id="",
            features={name: features[name] for name in self._asked & features.keys()},
            probabilities=said.probabilities,
            model=model,
            slices=said.slices,
            novelty=said.novelty,
        )
        predicted = predicted_label(said.probabilities)
        return Past(
            place=entry.sequence,
            at=entry.at.timestamp(),
            data=data,
            predicted=predicted,
            score=1 - said.probabilities[predicted],
            draw=record.draw,
            route=(route.reason, route.inclusion_probability, route.certificate),
            version=route.policy_version,
            known=record.known,
            due=said.deadline.timestamp() if said.deadline else None,
        )


def asked(projects: Iterable[Project]) -> set[str]:
    """The fields that some rule or raised check asks for.

    >>> asked([])
    set()
    """
    rules = (
        rule for project in projects for rule in (*project.policy.rules, *project.policy.audit_more)
    )
    return {name for rule in rules for name in _fields(rule.when)}


def _fields(condition: Condition) -> Iterator[str]:
    if condition.field is not None:
        yield condition.field
    for part in condition.parts:
        yield from _fields(part)
