"""Streams in, one use case; what follows is announced by the learning loop."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from services.retrainer.use_cases.recording import RecordCorrections
from shared.errors import UnknownLabel, UnknownProject
from shared.events import CloudEvent
from shared.messaging import Entry, Handler, Settlement


def record_corrections(
    record: RecordCorrections,
    refresh_projects: Callable[[], Awaitable[None]],
    note: Callable[[CloudEvent], None] = lambda _: None,
) -> Handler:
    """`corrections` → ledger; what was recorded is noted."""

    async def handle(entries: Sequence[Entry]) -> Settlement:
        settlement = Settlement()
        readable = settlement.readable(entries, CloudEvent.decode)
        events = [event for _, event in readable]
        verdicts = await asyncio.to_thread(record, events)
        if any(isinstance(verdict, UnknownProject | UnknownLabel) for verdict in verdicts):
            await refresh_projects()
            verdicts = await asyncio.to_thread(record, events)
        for (entry, event), verdict in zip(readable, verdicts, strict=True):
            if verdict is None:
                settlement.acknowledge(entry)
                note(event)
            else:
                settlement.refuse(entry, verdict, event.project)
        return settlement

    return handle
