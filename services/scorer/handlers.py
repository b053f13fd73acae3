"""Streams in, one use case, events out."""

from collections.abc import Sequence

from services.scorer.use_cases import ScoreRequests
from shared import wire
from shared.errors import DeadLetter
from shared.messaging import Entry, Handler, Settlement


def score_requests(score: ScoreRequests) -> Handler:
    """`requests` → `predictions`."""

    async def handle(entries: Sequence[Entry]) -> Settlement:
        settlement = Settlement()
        readable = settlement.readable(entries, wire.decode_request)
        predicted = await score([request for _, request in readable])
        for (entry, request), result in zip(readable, predicted, strict=True):
            if isinstance(result, DeadLetter):
                settlement.refuse(entry, result, request.project)
            else:
                settlement.publish(entry, wire.encode(result))
        return settlement

    return handle
