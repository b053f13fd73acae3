"""Rebuilding: learn a version again from the ledger, to prove where it comes from."""

from dataclasses import dataclass

from services.retrainer.domain.leaving_out import LeftOut
from services.retrainer.domain.versions import Version
from services.retrainer.errors import NoSuchVersion
from services.retrainer.ports import Candidate, Store
from services.retrainer.use_cases.courses import Course, Courses


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """The content hash that was recorded, and that of the model learned again.

    Attributes:
        changed: corrections that were left out, wholly or in part.
    """

    recorded: str
    rebuilt: str
    changed: int = 0

    @property
    def is_same(self) -> bool:
        """Whether the version is what the ledger makes of it."""
        return self.recorded == self.rebuilt


class RebuildVersion:
    """Learn up to a version's position, from nothing, without checkpoints."""

    def __init__(self, store: Store, courses: Courses) -> None:
        self._store = store
        self._courses = courses

    def __call__(self, project: str, number: int, without: LeftOut | None = None) -> Rebuilt:
        """Both hashes; `without` somebody they differ if that changed anything.

        Raises:
            NoSuchVersion: the project has no such version.
        """
        version, course, candidate = self.learned(project, number, without)
        return Rebuilt(version.sha256, candidate.sha256 if candidate else "", course.changed)

    def learned(
        self, project: str, number: int, without: LeftOut | None = None
    ) -> tuple[Version, Course, Candidate | None]:
        """The version, the course that learned it again, and what that makes of it.

        Raises:
            NoSuchVersion: the project has no such version.
        """
        with self._store.read() as transaction:
            version = transaction.versions.get(project, number)
        course = self._courses.begin(project)
        if version is None or course is None:
            raise NoSuchVersion(f"project {project!r} has no version {number}")
        course.left_out = without
        self._courses.advance(course, until=version.position)
        trying = None
        if version.fit is not None and course.learner.accepts(version.fit.refit):
            trying = version.fit.refit, course.outcome(version.fit)
        return version, course, course.learner.candidate(trying)
