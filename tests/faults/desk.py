"""The review service on a real database, without its doors, at a clock that we hold."""

from collections.abc import Callable
from pathlib import Path

from prometheus_client import CollectorRegistry

from services.review import migrations
from services.review.adapters.store import SqlStore
from services.review.domain.access import Role, User
from services.review.metrics import Metrics
from services.review.use_cases.deciding import DecideItem
from services.review.use_cases.projects import KeepProjects
from services.review.use_cases.queues import Claims, WorkQueues
from services.review.use_cases.routing import RoutePredictions
from shared.database import Database
from shared.errors import Unavailable
from shared.project import Policy
from shared.streams import Stream
from tests.builders import a_project
from tests.fakes.bell import FakeBell
from tests.fakes.clock import FakeClock

MIGRATIONS = Path(migrations.__path__[0])
OPS = User("olga", Role.OPS)


class Desk:
    """All of it that claims, decides and routes."""

    def __init__(self, database: Database) -> None:
        self.store = SqlStore(database, {stream: stream.key("test") for stream in Stream})
        self.clock = FakeClock()
        metrics, bell = Metrics(CollectorRegistry()), FakeBell()
        self.queues = WorkQueues(self.store, self.clock)
        self.decide = DecideItem(self.store, bell, metrics, self.clock)
        self.route = RoutePredictions(self.store, bell, metrics, self.clock, b"k" * 32)
        project = a_project(policy=Policy(auto_margin=0.6, audit_probability=1e-9))
        KeepProjects(self.store, bell, self.clock).apply(project, OPS)

    def claim(self, name: str, limit: int) -> Claims:
        return patiently(lambda: self.queues.claim("churn", User(name, Role.REVIEWER), limit, None))


def patiently(attempt: Callable[[], Claims]) -> Claims:
    """A service that is busy is asked again, as every client does."""
    while True:
        try:
            return attempt()
        except Unavailable:
            continue
