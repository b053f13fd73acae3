"""Scoring a batch, with a catalogue in memory."""

from collections.abc import Sequence

import numpy as np
import pytest
from msgspec import UNSET
from prometheus_client import CollectorRegistry
from typing_extensions import override

from services.scorer.domain.serving import Judgement, Row, Served, Undecided
from services.scorer.metrics import Metrics
from services.scorer.use_cases import ScoreRequests
from shared import wire
from shared.errors import Unavailable, UnknownProject
from shared.events import ModelRef
from tests.builders import NOON, SHA256, a_request
from tests.fakes.catalogue import FakeCatalogue
from tests.fakes.clock import FakeClock


def scorer(catalogue: FakeCatalogue) -> ScoreRequests:
    return ScoreRequests(catalogue, Metrics(CollectorRegistry()), FakeClock())


def requests(*projects: str) -> list[wire.Request]:
    return [wire.decode_request(a_request(project=project).encode()) for project in projects]


@pytest.mark.asyncio
async def test_without_a_model_every_label_is_as_likely() -> None:
    (request,) = requests("churn")
    (prediction,) = await scorer(FakeCatalogue("churn"))([request])
    assert isinstance(prediction, wire.Prediction)
    assert prediction.data.probabilities == {"stay": 0.5, "leave": 0.5}
    assert prediction.data.model == wire.Model("churn", 0, "")
    assert prediction.data.features == request.data.features
    assert prediction.time == NOON


@pytest.mark.asyncio
async def test_each_project_has_its_own_model() -> None:
    catalogue = FakeCatalogue("churn", "fraud")
    version = ModelRef(name="fraud", version=7, sha256=SHA256)
    catalogue.models["fraud"] = Served(version, Undecided(["ok", "fraud"]))
    predictions = await scorer(catalogue)(requests("fraud", "churn", "fraud"))
    versions = [p.data.model.version for p in predictions if isinstance(p, wire.Prediction)]
    assert versions == [7, 0, 7]


class Convinced(Undecided):
    """Always has the same reason."""

    @override
    def judge(self, rows: Sequence[Row]) -> Judgement:
        probabilities, _, novelty = super().judge(rows)
        return probabilities, _reasons(rows), novelty


def _reasons(rows: Sequence[Row]) -> list[list[wire.Evidence]]:
    return [[wire.Evidence("tenure", row["tenure"], 1.5)] for row in rows]


@pytest.mark.asyncio
async def test_a_prediction_names_what_carried_it() -> None:
    catalogue = FakeCatalogue("churn")
    version = ModelRef(name="churn", version=7, sha256=SHA256)
    catalogue.models["churn"] = Served(version, Convinced(["stay", "leave"]))
    (request,) = requests("churn")

    (prediction,) = await scorer(catalogue)([request])

    assert isinstance(prediction, wire.Prediction)
    tenure = request.data.features["tenure"]
    assert prediction.data.evidence == [wire.Evidence("tenure", tenure, 1.5)]
    assert wire.decode_prediction(wire.encode(prediction)).data.evidence


class Surprised(Undecided):
    """Holds every row for half novel."""

    @override
    def judge(self, rows: Sequence[Row]) -> Judgement:
        probabilities, reasons, _ = super().judge(rows)
        return probabilities, reasons, np.full(len(rows), 0.5)


@pytest.mark.asyncio
async def test_how_novel_an_event_is_is_said_where_the_model_knows() -> None:
    catalogue = FakeCatalogue("churn", "fraud")
    version = ModelRef(name="fraud", version=7, sha256=SHA256)
    catalogue.models["fraud"] = Served(version, Surprised(["ok", "fraud"]))
    predictions = await scorer(catalogue)(requests("fraud", "churn"))
    novelties = [p.data.novelty for p in predictions if isinstance(p, wire.Prediction)]
    assert novelties == [0.5, UNSET]


@pytest.mark.asyncio
async def test_an_unknown_project_is_refused_alone() -> None:
    results = await scorer(FakeCatalogue("churn"))(requests("nowhere", "churn"))
    assert [type(result) for result in results] == [UnknownProject, wire.Prediction]


@pytest.mark.asyncio
async def test_before_all_projects_are_announced_none_is_refused() -> None:
    with pytest.raises(Unavailable, match="does review run"):
        await scorer(FakeCatalogue("churn", complete=False))(requests("nowhere", "churn"))
    (result,) = await scorer(FakeCatalogue("churn", complete=False))(requests("churn"))
    assert isinstance(result, wire.Prediction)


@pytest.mark.asyncio
async def test_a_project_announced_just_now_is_found() -> None:
    (result,) = await scorer(FakeCatalogue(announced="new"))(requests("new"))
    assert isinstance(result, wire.Prediction)


@pytest.mark.asyncio
async def test_the_same_request_makes_the_same_prediction_id() -> None:
    (request,) = requests("churn")
    score = scorer(FakeCatalogue("churn"))
    first, second = await score([request, request])
    assert isinstance(first, wire.Prediction)
    assert isinstance(second, wire.Prediction)
    assert first.id == second.id == f"churn/{request.data.event_id}/prediction.made.v1"
