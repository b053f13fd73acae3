"""Erasing what describes events."""

from collections.abc import Sequence

from handraise.client.steps import Answer, Request, Steps, ask, part

_LONG = 3600.0
"""SQLite's file is written anew, and streams are read."""


class Erased(Answer):
    """How many entries of the ledger, dead letters and entries of streams were erased."""

    entries: int
    letters: int
    documents: int


def erase_subjects(project: str, event_ids: Sequence[str], reason: str) -> Steps[Erased]:
    """Erase for ever what describes 1 to 100 events; again, it looks everywhere again."""
    path = f"/v1/projects/{part(project)}/erasures"
    body = {"event_ids": [*event_ids], "reason": reason}
    return ask(Erased, Request("POST", path, body, repeatable=True, seconds=_LONG))
