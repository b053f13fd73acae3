"""Streams in, one use case; what follows leaves through the outbox."""

import asyncio
from collections.abc import Sequence

from services.review.use_cases.dead_letters import KeepDeadLetters
from services.review.use_cases.models import RecordModels
from services.review.use_cases.routing import RoutePredictions
from shared import wire
from shared.errors import DeadLetter, Malformed
from shared.events import CloudEvent, ModelChanged
from shared.messaging import Entry, Handler, Settlement
from shared.tracing import Traces, valid


def route_predictions(route: RoutePredictions, traces: Traces | None = None) -> Handler:
    """`predictions` → ledger, items, outbox, and word of each to whoever follows it."""

    async def handle(entries: Sequence[Entry]) -> Settlement:
        settlement = Settlement()
        readable = settlement.readable(entries, wire.decode_prediction)
        predictions = [prediction for _, prediction in readable]
        steps = [traces.begin("route", valid(p.traceparent)) for p in predictions] if traces else []
        for step, prediction in zip(steps, predictions, strict=False):
            prediction.traceparent = step.traceparent
        verdicts = await asyncio.to_thread(route, predictions)
        for step, prediction in zip(steps, predictions, strict=False):
            step.end(project=prediction.project)
        for (entry, prediction), refusal in zip(readable, verdicts, strict=True):
            if refusal is None:
                settlement.acknowledge(entry)
            else:
                settlement.refuse(entry, refusal, prediction.project)
        return settlement

    return handle


def record_models(record: RecordModels) -> Handler:
    """`models` → ledger."""

    async def handle(entries: Sequence[Entry]) -> Settlement:
        settlement = Settlement()
        events: list[CloudEvent] = []
        for entry in entries:
            try:
                events.append(_model_event(entry))
                settlement.acknowledge(entry)
            except DeadLetter as error:
                settlement.refuse(entry, error)
        await asyncio.to_thread(record, events)
        return settlement

    return handle


def keep_dead_letters(keep: KeepDeadLetters) -> Handler:
    """`dead-letters` → table. Nothing is refused here: it would come straight back."""

    async def handle(entries: Sequence[Entry]) -> Settlement:
        await asyncio.to_thread(keep, [(entry.id.decode(), entry.document) for entry in entries])
        return Settlement(done=list(entries))

    return handle


def _model_event(entry: Entry) -> CloudEvent:
    event = CloudEvent.decode(entry.document)
    if not isinstance(event.data, ModelChanged):
        raise Malformed(f"type: {event.type.value} does not belong on this stream")
    return event
