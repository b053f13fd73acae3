"""A retrainer without its streams: recorded to and stepped by hand, stopped and started again."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Self

from prometheus_client import CollectorRegistry

from services.retrainer.adapters.learners import Workshop
from services.retrainer.adapters.store import SqlStore
from services.retrainer.app import MIGRATIONS, VERSION_TABLE
from services.retrainer.domain.leaving_out import LeftOut
from services.retrainer.domain.versions import Version
from services.retrainer.metrics import Metrics
from services.retrainer.ports import Checkpoint, Learners
from services.retrainer.use_cases.announcing import AnnounceVersions
from services.retrainer.use_cases.courses import Courses
from services.retrainer.use_cases.deciding import RecordDecisions
from services.retrainer.use_cases.offering import OfferWithout
from services.retrainer.use_cases.rebuilding import RebuildVersion, Rebuilt
from services.retrainer.use_cases.recording import RecordCorrections, RecordProjects
from services.retrainer.use_cases.requesting import AnswerRequest, TakeRequests
from services.retrainer.use_cases.retraining import Craft, Retraining, Rhythm
from shared.database import Database
from shared.errors import DeadLetter
from shared.events import CloudEvent
from shared.project import Project
from tests.builders import a_configuration
from tests.fakes.bell import FakeBell
from tests.fakes.clock import FakeClock
from tests.fakes.retrainer_fitters import FakeFitters
from tests.fakes.retrainer_publisher import FakePublisher


class Bench:
    """Everything of the retrainer but the event loop; challengers are fitted only if asked for."""

    def __init__(
        self, directory: Path, learners: Learners | None = None, *, fits: bool = False
    ) -> None:
        self.fits = fits
        self.artifacts, self.checkpoints = directory / "artifacts", directory / "checkpoints"
        key = directory / "secrets" / "signing.key"
        self.learners = learners or Workshop.open(self.artifacts, self.checkpoints, key, 3)
        self.database = Database(f"sqlite:///{directory / 'retrainer.db'}")
        self.database.upgrade(MIGRATIONS, VERSION_TABLE)
        self.store = SqlStore(self.database)
        self.publisher, self.bell, self.clock = FakePublisher(), FakeBell(), FakeClock()
        self.start()

    def start(self, checkpoint_every: int = 200, trials: timedelta = timedelta()) -> None:
        """Begin like a new process, with nothing but what is on disk."""
        self.registry = CollectorRegistry()
        self.fitters = FakeFitters(idle=not self.fits)
        self.metrics = Metrics(self.registry)
        announce = AnnounceVersions(self.store, self.publisher, self.metrics, self.clock)
        self.decide = RecordDecisions(
            self.store, self.learners, announce.news, self.bell, self.clock
        )
        rhythm = Rhythm(timedelta(seconds=0.05), checkpoint_every, trials)
        self.retraining = Retraining(
            self.store,
            Craft(self.learners, self.fitters),
            announce,
            self.metrics,
            self.clock,
            rhythm,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.database.close()

    def configure(self, project: Project, version: int = 1) -> None:
        """A project file came into force."""
        RecordProjects(self.store, self.bell)([a_configuration(project, version)])

    def record(self, events: Sequence[CloudEvent]) -> list[DeadLetter | None]:
        """A batch of corrections came in."""
        return RecordCorrections(self.store, self.bell)(events)

    def work(self, project: str = "churn") -> None:
        """Learn all there is, announce and tidy up."""
        while self.retraining.learn(project):
            pass
        self.retraining.announce()
        self.retraining.tidy(project)

    def teach(self, events: Sequence[CloudEvent], at_once: int = 20) -> None:
        """Corrections come in batch by batch, and each batch makes a version."""
        for start in range(0, len(events), at_once):
            self.record(events[start : start + at_once])
            self.work()

    def newest(self, project: str = "churn") -> Version | None:
        """The newest version on record."""
        with self.store.read() as transaction:
            return transaction.versions.newest(project)

    def saved(self, project: str = "churn") -> Sequence[Checkpoint]:
        """The checkpoints on record, newest first."""
        with self.store.read() as transaction:
            return transaction.checkpoints.newest_first(project)

    def rebuild(self, number: int, without: LeftOut | None = None) -> Rebuilt:
        """Learn a version of churn again."""
        courses = Courses(self.store, self.learners, FakeFitters(), Metrics(CollectorRegistry()))
        return RebuildVersion(self.store, courses)("churn", number, without)

    def offer(self, number: int, without: LeftOut) -> int:
        """Offer a version of churn without somebody; the candidate's number."""
        courses = Courses(self.store, self.learners, FakeFitters(), Metrics(CollectorRegistry()))
        rebuild = RebuildVersion(self.store, courses)
        return OfferWithout(self.store, rebuild, self.clock)("churn", number, without)[1]

    def request(self, event: CloudEvent) -> None:
        """Somebody asked for a version without somebody; it is answered now."""
        courses = Courses(self.store, self.learners, FakeFitters(), Metrics(CollectorRegistry()))
        offer = OfferWithout(self.store, RebuildVersion(self.store, courses), self.clock)
        TakeRequests(self.store, AnswerRequest(self.store, offer, self.clock))([event])

    def value(self, metric: str, project: str = "churn") -> float | None:
        """What a metric shows."""
        return self.registry.get_sample_value(metric, {"project": project})
