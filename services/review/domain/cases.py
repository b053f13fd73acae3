"""How a routed event stands in the ledger, and how it is read back."""

from functools import lru_cache
from typing import Any

import msgspec

from services.review.domain.certificate.gate import Placed
from services.review.domain.facts import Case
from services.review.domain.routing import Bar, margin
from shared import wire
from shared.events import Evidence, ModelRef, Route
from shared.tracing import valid

_CONTENT = ("features", "context", "slices")
"""What makes an event the event it is."""


def record(
    prediction: wire.Prediction,
    route: Route,
    placed: Placed | Bar,
    coin: tuple[float, str],
    known: int | None = None,
) -> str:
    """The ledger's body for a routed prediction: all that is needed to explain or repeat it.

    Args:
        prediction: as it arrived.
        route: what the router did.
        placed: how it stood in its lane, or what kept it out of any.
        coin: the audit coin's value, and the name of the key that threw it (never the key).
        known: the place in the ledger up to which thresholds rest on what people said.
    """
    draw, coin_key = coin
    body: dict[str, object] = {
        "prediction": prediction.data,
        "margin": margin(prediction.data.probabilities),
        "draw": draw,
        "coin_key": coin_key,
        "route": route.model_dump(mode="json"),
        "placed": _place(placed) if isinstance(placed, Placed) else None,
    }
    if known is not None:
        body["known"] = known
    place = valid(prediction.traceparent)
    if place is not None:
        body["traceparent"] = place
    if isinstance(placed, Bar) and placed.rule is not None:
        body["rule"] = placed.rule
    return msgspec.json.encode(body).decode()


def _place(placed: Placed) -> dict[str, object]:
    return {"lane": placed.lane, "score": placed.score} | placed.ruling._asdict()


def recall(project: str, event_id: str, body: str) -> Case:
    """Read back what `record` wrote, as far as it was not erased since."""
    content: dict[str, Any] = msgspec.json.decode(body)
    prediction = content["prediction"]
    return Case(
        project=project,
        event_id=event_id,
        features=prediction.get("features", {}),
        context=prediction.get("context", {}),
        slices=prediction.get("slices", {}),
        probabilities=prediction["probabilities"],
        model=_model(**prediction["model"]),
        route=_route(**content["route"]),
        evidence=[Evidence.model_validate(said) for said in prediction.get("evidence", ())],
        traceparent=content.get("traceparent"),
    )


@lru_cache(10_000)
def _model(**said: str | int) -> ModelRef:
    """The model that answered: one for many events."""
    return ModelRef.model_validate(said)


@lru_cache(10_000)
def _route(**said: str | float | None) -> Route:
    """What the router did: with most events the same."""
    return Route.model_validate(said)


def case_of(prediction: wire.Prediction, route: Route) -> Case:
    """The case of a prediction that was just routed."""
    data = prediction.data
    return Case(
        project=prediction.project,
        event_id=data.event_id,
        features=data.features,
        context={},
        slices={},
        probabilities=data.probabilities,
        model=ModelRef(name=data.model.name, version=data.model.version, sha256=data.model.sha256),
        route=route,
        traceparent=valid(prediction.traceparent),
    )


def is_erased(body: str) -> bool:
    """Whether what described a routed event was erased."""
    return "features" not in msgspec.json.decode(body)["prediction"]


def is_same_event(prediction: wire.Prediction, body: str) -> bool:
    """Whether a recorded event has this content; another model's answer makes no difference.

    What was erased may come again: it stays erased.
    """
    if is_erased(body):
        return True
    recorded = msgspec.json.decode(body)["prediction"]
    arrived = msgspec.json.decode(msgspec.json.encode(prediction.data))
    return all(recorded.get(part, {}) == arrived.get(part, {}) for part in _CONTENT)
