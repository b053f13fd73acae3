"""`python -m services.retrainer`, or with `rebuild PROJECT VERSION` or `check`."""

import sys

from shared.leaving import obey

if __name__ == "__main__" and len(sys.argv) == 1:
    obey()  # while the rest is imported a container's first process would not hear SIGTERM

from services.retrainer.app import create_app, offer, rebuild
from services.retrainer.domain.leaving_out import LeftOut, Whom
from services.retrainer.errors import NoSuchVersion, NotOffered
from services.retrainer.settings import Settings
from shared.errors import Misconfigured, Unavailable
from shared.model.brought.trial import try_out
from shared.project import Project
from shared.service import serve

USAGE = (
    "usage: python -m services.retrainer "
    "[rebuild PROJECT VERSION [--without reviewer|subject NAME [--offer]] | check < PROJECT.json]"
)


def main(arguments: list[str]) -> None:
    """Serve, or learn a version again and exit with 1 if it differs from what was published."""
    match arguments:
        case []:
            serve("retrainer", Settings, create_app, lambda settings: settings.retrainer_port)
        case ["rebuild", project, version] if version.isdecimal():
            _rebuild(project, int(version), None)
        case ["rebuild", project, version, "--without", whom, name] if (
            version.isdecimal() and whom in set(Whom)
        ):
            _rebuild(project, int(version), LeftOut(Whom(whom), name))
        case ["rebuild", project, version, "--without", whom, name, "--offer"] if (
            version.isdecimal() and whom in set(Whom)
        ):
            _offer(project, int(version), LeftOut(Whom(whom), name))
        case ["check"]:
            _check(Project.model_validate_json(sys.stdin.buffer.read()))
        case _:
            sys.exit(USAGE)


def _rebuild(project: str, version: int, without: LeftOut | None) -> None:
    try:
        rebuilt = rebuild(Settings(), project, version, without)
    except NoSuchVersion as error:
        sys.exit(f"handraise retrainer: {error}")
    sys.stdout.write(f"recorded {rebuilt.recorded}\nrebuilt  {rebuilt.rebuilt}\n")
    if without is not None:
        sys.stdout.write(f"without  {rebuilt.changed} corrections\n")
    sys.exit(0 if rebuilt.is_same or without is not None else 1)


def _offer(project: str, version: int, without: LeftOut) -> None:
    try:
        rebuilt, number = offer(Settings(), project, version, without)
    except (NoSuchVersion, NotOffered, Unavailable) as error:
        sys.exit(f"handraise retrainer: {error}")
    sys.stdout.write(f"recorded {rebuilt.recorded}\nrebuilt  {rebuilt.rebuilt}\n")
    sys.stdout.write(f"without  {rebuilt.changed} corrections\noffered  version {number}\n")


def _check(project: Project) -> None:
    """Try out each model that the project brings; exit with 1 if one cannot be used."""
    failures = 0
    for expert in project.experts:
        try:
            trial = try_out(expert, project)
        except Misconfigured as error:
            failures += 1
            sys.stdout.write(f"{error}\n")
        else:
            sys.stdout.write(f"{expert.name}: {trial}\n")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
