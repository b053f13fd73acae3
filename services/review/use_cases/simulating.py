"""The policy simulator: what another project file would have made of the recorded past."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock

from services.review.domain.certificate.feasible import objection
from services.review.domain.simulation.forecast import Forecast, Question, forecast
from services.review.domain.simulation.past import Stretch
from services.review.errors import Busy, Invalid, NotFound
from services.review.ports import Store
from services.review.use_cases.pasts import ReadPast
from shared.project import Project


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be simulated.

    Attributes:
        other: the project file that could be in force.
        events: the newest, at most so many.
        since: none from before.
        reviewers: so many people answer; None: as many as there were.
        runs: how many plays of each file.
    """

    other: Project
    events: int
    since: datetime | None
    reviewers: int | None
    runs: int


class SimulatePolicy:
    """Replays the ledger under another project file; nothing is changed.

    One at a time: it needs as much of a processor as it is given.
    """

    def __init__(self, store: Store, rest: Callable[[], None]) -> None:
        """Prepare.

        Args:
            store: the review database.
            rest: is called now and then; it lets others have their turn.
        """
        self._store = store
        self._rest = rest
        self._turn = Lock()

    def __call__(self, project: str, wish: Wish) -> Forecast:
        """What the file would come to.

        Raises:
            NotFound: no such project.
            Invalid: the file is for another project, could never decide anything alone, or there
                is nothing to replay.
            Busy: another simulation is under way.
        """
        if wish.other.name != project:
            raise Invalid(f"the file is for {wish.other.name!r}, the address for {project!r}")
        hindrance = objection(wish.other.policy)
        if hindrance is not None:
            raise Invalid(hindrance)
        with self._store.read() as transaction:
            state = transaction.projects.get(project)
        if state is None:
            raise NotFound(f"there is no project {project!r}")
        if not self._turn.acquire(blocking=False):
            raise Busy("another simulation is under way; ask again in a minute")
        try:
            now = state.configuration
            stretch = ReadPast(self._store, now, wish.other)(wish.events, wish.since)
            if stretch is None:
                raise Invalid(
                    f"no event of {project!r} is recorded in that time; give an earlier `since`, "
                    "or wait for events"
                )
            return forecast(stretch, _question(stretch, now, wish), self._rest)
        finally:
            self._turn.release()


def _question(stretch: Stretch, now: Project, wish: Wish) -> Question:
    people = stretch.people
    if wish.reviewers is not None:
        people = replace(people, reviewers=wish.reviewers)
    return Question(now, wish.other, people, wish.runs)
