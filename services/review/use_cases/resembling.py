"""Cases like the one that a reviewer holds, which people have decided."""

import json
from collections.abc import Sequence

from services.review.domain.access import User
from services.review.domain.cases import recall
from services.review.domain.ledger import Kind, Stretch
from services.review.domain.showing import without_withheld
from services.review.domain.similarity import Neighbour, nearest
from services.review.ports import Store
from services.review.use_cases.queues import held_lease
from shared.events import DecidedBy

_LOOKED_AT = 300
"""The newest decisions of people; more would take longer than a glance."""
_MOST = 3
_LEAST_ALIKE = 0.5


class FindSimilar:
    """Looks among the newest decisions of people."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __call__(self, lease_id: str, reviewer: User) -> Sequence[Neighbour]:
        """The most alike, at most three; none where a reviewer is to judge without help.

        Raises:
            NotFound: the reviewer has no such lease.
        """
        with self._store.read() as transaction:
            lease = held_lease(transaction, lease_id, reviewer)
            state = transaction.projects.get(lease.item.project)
            if state is None or not lease.sees_model:
                return []
            project, event_id = state.configuration, lease.item.event_id
            newest = transaction.ledger.decisions(
                project.name, DecidedBy.REVIEWERS, Stretch(_LOOKED_AT)
            )
            labels: dict[str, str] = {}
            for decision in newest:
                labels.setdefault(decision.subject, json.loads(decision.body)["label"])
            labels.pop(event_id, None)
            bodies = transaction.ledger.known(project.name, Kind.ROUTED, [event_id, *labels])
        cases = {
            known: without_withheld(recall(project.name, known, body), project)
            for known, body in bodies.items()
        }
        decided = [
            (known, label, cases[known].features)
            for known, label in labels.items()
            if known in cases
        ]
        fields = {n: kind for n, kind in project.fields.items() if n not in project.withheld}
        own = cases[event_id].features
        return nearest(own, decided, fields, most=_MOST, least=_LEAST_ALIKE)
