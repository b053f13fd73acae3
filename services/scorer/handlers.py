"""Streams in, one use case, events out."""

from collections.abc import Sequence

from services.scorer.use_cases import ScoreRequests
from shared import wire
from shared.errors import DeadLetter
from shared.messaging import Entry, Handler, Settlement
from shared.tracing import Traces, valid


def score_requests(score: ScoreRequests, traces: Traces | None = None) -> Handler:
    """`requests` → `predictions`, and word of each to whoever follows it."""

    async def handle(entries: Sequence[Entry]) -> Settlement:
        settlement = Settlement()
        readable = settlement.readable(entries, wire.decode_request)
        requests = [request for _, request in readable]
        steps = [traces.begin("score", valid(r.traceparent)) for r in requests] if traces else []
        predicted = await score(requests)
        for step, result in zip(steps, predicted, strict=False):
            if isinstance(result, wire.Prediction):
                result.traceparent = step.traceparent
                step.end(project=result.project, model_version=result.data.model.version)
        for (entry, request), result in zip(readable, predicted, strict=True):
            if isinstance(result, DeadLetter):
                settlement.refuse(entry, result, request.project)
            else:
                settlement.publish(entry, wire.encode(result))
        return settlement

    return handle
