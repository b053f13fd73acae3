"""Shadows: what a version would have said of answers that it has not learned."""

from collections.abc import Mapping, Sequence

import structlog

from services.retrainer.domain.gate import likeliest
from services.retrainer.domain.ledger import Entry
from services.retrainer.domain.versions import Version
from services.retrainer.errors import VersionLost
from services.retrainer.ports import Learners, Store
from shared.events import CorrectionMade, Shadow

log = structlog.get_logger()

MOST = 500
"""So many newest answers are asked about: enough for rare lanes, and a fraction of a second."""


class LookBack:
    """Asks a version about what people have answered since it was made.

    A version that is about to serve has not learned these answers, and whether an event was to be
    seen by people was settled, with a known probability, before anybody chose the version. So they
    test it as the answers of a trial would; and they are there at once.
    """

    def __init__(self, store: Store, learners: Learners) -> None:
        self._store = store
        self._learners = learners

    def __call__(self, version: Version) -> list[Shadow]:
        """What it says of the newest answers, oldest first; nothing if it is not kept any more."""
        with self._store.read() as transaction:
            entries = transaction.ledger.newest(version.project, version.position, MOST)
        answered = _settled(entries)
        if not answered:
            return []
        try:
            contestant = self._learners.recall(version)
        except VersionLost as error:
            log.warning("not_looked_back", version=version.number, why=str(error))
            return []
        said = contestant.answers([first.features for first, _ in answered])
        return [
            shadow_of(first, last.label, probabilities)
            for (first, last), probabilities in zip(answered, said, strict=True)
        ]


def shadow_of(correction: CorrectionMade, truth: str, said: Mapping[str, float]) -> Shadow:
    """What a version would have been routed by."""
    label = likeliest(said)
    score = min(1.0, max(0.0, 1 - said[label]))
    return Shadow(sequence=correction.sequence, label=label, score=score, wrong=label != truth)


def _settled(entries: Sequence[Entry]) -> list[tuple[CorrectionMade, CorrectionMade]]:
    """The first and the last answer on each event that was not erased.

    If an event was answered before, and learned, only amendments of it are found here. Review
    knows no label by their places, so they test nothing.
    """
    found: dict[str, tuple[CorrectionMade, CorrectionMade]] = {}
    for entry in entries:
        correction = CorrectionMade.model_validate_json(entry.body)
        if correction.features:
            first, _ = found.get(correction.event_id, (correction, correction))
            found[correction.event_id] = first, correction
    return [*found.values()]
