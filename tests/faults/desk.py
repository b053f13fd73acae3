"""The review service on a real database, without its doors, at a clock that we hold."""

from collections.abc import Callable

from services.review.adapters.store import SqlStore
from services.review.domain.access import Role, User
from services.review.use_cases.claiming import Claims, Wish
from services.review.use_cases.projects import KeepProjects
from shared.database import Database
from shared.errors import Unavailable
from shared.project import Policy
from shared.streams import Keyspace
from tests.builders import a_project
from tests.fakes.bell import FakeBell
from tests.fakes.clock import FakeClock
from tests.fakes.review_workers import Workers

OPS = User("olga", Role.OPS)


class Desk:
    """All of it that claims, decides and routes."""

    def __init__(self, database: Database) -> None:
        self.store = SqlStore(database, Keyspace("test"))
        self.clock = FakeClock()
        self.engine = database.engine
        self._keep = KeepProjects(self.store, FakeBell(), self.clock)
        self.workers = Workers(self.store, FakeBell(), self.clock)
        self.route, self.queues = self.workers.route, self.workers.queues
        self.decide = self.workers.decide
        self.configure()

    def configure(self, **changes: object) -> None:
        """Change what the project file says."""
        policy = Policy(error_rate=1, auto_margin=0.6, audit_probability=1e-9)
        self._keep.apply(a_project("churn", **{"policy": policy} | changes), OPS)

    def claim(self, name: str, limit: int) -> Claims:
        return patiently(lambda: self.queues.claim(Wish("churn", limit), User(name, Role.REVIEWER)))


def patiently(attempt: Callable[[], Claims]) -> Claims:
    """A service that is busy is asked again, as every client does."""
    while True:
        try:
            return attempt()
        except Unavailable:
            continue
