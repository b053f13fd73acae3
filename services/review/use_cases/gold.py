"""Making events gold, by leads."""

import json

from services.review.domain.access import User
from services.review.domain.gold import Gold, NewGold
from services.review.domain.ledger import Kind, NewEntry
from services.review.errors import Invalid, NotFound
from services.review.ports import Store, Transaction
from services.review.use_cases.pages import Page
from shared.clock import Clock


class KeepGold:
    """What a lead does with gold."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def mark(
        self, project: str, event_id: str, label: str, explanation: str | None, actor: User
    ) -> Gold:
        """Make an event gold that people have decided; again, to explain it otherwise.

        Raises:
            NotFound: people have never had to do with such an event.
            Invalid: they have not decided it, or otherwise.
        """
        with self._store.write() as transaction:
            item = transaction.items.of_event(project, event_id)
            if item is None:
                raise NotFound(f"nobody was ever asked about {event_id!r} in project {project!r}")
            if not item.settled or item.label is None:
                raise Invalid(f"people have not decided {event_id!r} yet; wait until they have")
            if item.label != label:
                raise Invalid(
                    f"people decided {item.label!r}; name that label, or contest the decision"
                )
            new = NewGold(project, event_id, label, explanation, actor.name, self._clock.now())
            gold = transaction.gold.mark(new)
            _record(transaction, new, "marked")
            return gold

    def retire(self, project: str, event_id: str, actor: User) -> None:
        """Give an event to nobody any more; what was answered on it stays known.

        Raises:
            NotFound: it is not gold, or no longer.
        """
        with self._store.write() as transaction:
            if not transaction.gold.retire(project, event_id):
                raise NotFound(f"{event_id!r} is no gold of {project!r}; GET .../gold lists it")
            now = self._clock.now()
            _record(transaction, NewGold(project, event_id, "", None, actor.name, now), "retired")

    def page(self, project: str, limit: int, before: int | None) -> Page[Gold]:
        """Gold of a project, newest first.

        Raises:
            NotFound: no such project.
        """
        with self._store.read() as transaction:
            if transaction.projects.get(project) is None:
                raise NotFound(f"there is no project {project!r}")
            return Page.of(transaction.gold.page(project, limit + 1, before), limit)


def _record(transaction: Transaction, gold: NewGold, detail: str) -> None:
    revision = len(transaction.ledger.story(gold.project, gold.event_id, [Kind.GOLD])) + 1
    body = {"actor": gold.added_by, "label": gold.label, "explanation": gold.explanation}
    transaction.ledger.append(
        [
            NewEntry(
                gold.project,
                Kind.GOLD,
                gold.event_id,
                revision,
                detail,
                json.dumps(body),
                gold.at,
            )
        ]
    )
