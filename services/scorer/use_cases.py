"""What the scorer does."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import UNSET

from services.scorer.domain.serving import Answered, Served
from services.scorer.metrics import Metrics
from services.scorer.ports import Catalogue
from shared import wire
from shared.clock import Clock
from shared.errors import Unavailable, UnknownProject
from shared.events import EventType

_KIND = EventType.PREDICTION_MADE.value


class ScoreRequests:
    """Predict a batch of requests, each with the model in force for its project."""

    def __init__(self, catalogue: Catalogue, metrics: Metrics, clock: Clock) -> None:
        self._catalogue = catalogue
        self._metrics = metrics
        self._clock = clock

    async def __call__(
        self, requests: Sequence[wire.Request]
    ) -> list[wire.Prediction | UnknownProject]:
        """One prediction a request, in order; UnknownProject where there is no such project.

        Raises:
            Unavailable: a project is not known, and Redis has not been told of all of them.
        """
        by_project: defaultdict[str, list[int]] = defaultdict(list)
        for place, request in enumerate(requests):
            by_project[request.project].append(place)
        if self._lacks(by_project):
            await self._catalogue.refresh()
            if self._lacks(by_project) and not await self._catalogue.is_complete():
                raise Unavailable("projects are not announced yet: does review run?")
        results: list[wire.Prediction | UnknownProject] = [UnknownProject()] * len(requests)
        for project, places in by_project.items():
            served = self._catalogue.served(project)
            predicted = self._score(project, served, [requests[place] for place in places])
            for place, result in zip(places, predicted, strict=True):
                results[place] = result
        return results

    def _lacks(self, projects: Iterable[str]) -> bool:
        return any(self._catalogue.served(project) is None for project in projects)

    def _score(
        self, project: str, served: Served | None, requests: Sequence[wire.Request]
    ) -> Sequence[wire.Prediction | UnknownProject]:
        if served is None:
            return [UnknownProject(f"there is no project {project!r}")] * len(requests)
        now = self._clock.now()
        model = wire.Model(served.model.name, served.model.version, served.model.sha256)
        answers = served.predict([request.data.features for request in requests])
        self._metrics.predictions.labels(project).inc(len(requests))
        return [
            _prediction(request, answer, model, now)
            for request, answer in zip(requests, answers, strict=True)
        ]


def _prediction(
    request: wire.Request,
    answer: Answered,
    model: wire.Model,
    now: datetime,
) -> wire.Prediction:
    data = request.data
    return wire.Prediction(
        id=f"{request.project}/{data.event_id}/{_KIND}",
        source="handraise/scorer",
        type="prediction.made.v1",
        time=now,
        subject=data.event_id,
        project=request.project,
        data=wire.PredictionData(
            event_id=data.event_id,
            features=data.features,
            probabilities=answer.probabilities,
            model=model,
            context=data.context,
            slices=data.slices,
            novelty=UNSET if answer.novelty is None else answer.novelty,
            evidence=answer.reasons,
            deadline=data.deadline,
        ),
        traceparent=request.traceparent,
    )
