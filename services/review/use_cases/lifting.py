"""How many errors people prevented, week after week."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

from services.review.domain.gold import Score
from services.review.domain.lift import Week, prevented
from services.review.errors import NotFound
from services.review.ports import Store
from shared.clock import Clock

WEEKS = 8
_WEEK = timedelta(days=7)


class ReadLift:
    """Reckons weeks that end now, so that each has seven days, wherever one reads of them."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def __call__(self, project: str) -> Sequence[Week]:
        """The last eight weeks, the newest last; those before the first answer are left out.

        Raises:
            NotFound: no such project.
        """
        now = self._clock.now()
        ends = [now - _WEEK * back for back in range(WEEKS, -1, -1)]
        with self._store.read() as transaction:
            if transaction.projects.get(project) is None:
                raise NotFound(f"there is no project {project!r}")
            scores = transaction.gold.scores(project).values()
            gold = Score(sum(score.seen for score in scores), sum(score.right for score in scores))
            places = [transaction.history.place_at(end) for end in ends[:-1]]
            places.append(transaction.history.last())
            outcomes = [
                transaction.outcomes.settled(project, after, until)
                for after, until in pairwise(places)
            ]
        weeks = [
            Week(since, until, prevented(outcome.answered, outcome.changed, gold))
            for (since, until), outcome in zip(pairwise(ends), outcomes, strict=True)
        ]
        begun = next((n for n, week in enumerate(weeks) if week.prevented.rests_on), len(weeks))
        return weeks[begun:]
