"""How often people decided each label: what is rare, and what is likely before anybody looks."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from services.review.ports import Transaction
from shared.project import Project

_FRESH_FOR = timedelta(minutes=1)


class LabelShares:
    """Counted once a minute; each label begins with one, so that none is impossible."""

    def __init__(self) -> None:
        self._counted: dict[str, tuple[datetime, dict[str, float]]] = {}

    def of(self, transaction: Transaction, project: Project, now: datetime) -> Mapping[str, float]:
        """The shares of a project's labels; they add up to 1."""
        counted = self._counted.get(project.name)
        if (
            counted is None
            or now - counted[0] >= _FRESH_FOR
            or set(counted[1]) != set(project.labels)
        ):
            counted = now, _shares(transaction.items.labels(project.name), project)
            self._counted[project.name] = counted
        return counted[1]


def _shares(decided: Mapping[str, int], project: Project) -> dict[str, float]:
    total = sum(decided.get(label, 0) + 1 for label in project.labels)
    return {label: (decided.get(label, 0) + 1) / total for label in project.labels}
