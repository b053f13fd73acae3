"""What is made the quick way is, byte for byte, what the plain way makes."""

import hmac
import json

from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from services.review.domain.cases import recall
from services.review.domain.coin import Draw, coin
from shared.events import EventType, Features, FeatureValue, ModelRef, Route, RouteReason
from tests.contracts.goldens import golden

FLOATS = st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.none() | st.booleans() | st.integers() | FLOATS | st.text()


@given(st.dictionaries(st.text(), VALUES))
def test_features_leave_as_their_kinds_say(features: dict[str, FeatureValue]) -> None:
    plain = TypeAdapter(dict[str, FeatureValue])
    assert TypeAdapter(Features).dump_json(features) == plain.dump_json(features)


@given(st.binary(min_size=1, max_size=100), st.text(max_size=50))
def test_a_coin_is_the_hmac_of_its_event(key: bytes, event_id: str) -> None:
    message = f"shown\x00churn\x00{event_id}".encode()
    drawn = int.from_bytes(hmac.digest(key, message, "sha256")[:8]) >> 11
    assert coin(key, Draw.SHOWN, "churn", event_id) == drawn / 2**53


@given(st.sampled_from(RouteReason), st.floats(0.001, 1), st.integers(1, 9), st.none() | st.text())
def test_a_case_is_recalled_with_its_own_model_and_route(
    reason: RouteReason, chance: float, version: int, certificate: str | None
) -> None:
    model = {"name": "churn", "version": version, "sha256": f"{version}" * 64}
    route = {
        "kind": "review",
        "reason": reason.value,
        "inclusion_probability": chance,
        "policy_version": version,
        "certificate": certificate,
    }
    prediction = golden(EventType.PREDICTION_MADE)["data"] | {"model": model}
    case = recall("churn", "e1", json.dumps({"prediction": prediction, "route": route}))
    assert case.model == ModelRef.model_validate(model)
    assert case.route == Route.model_validate(route)
