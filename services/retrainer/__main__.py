"""`python -m services.retrainer`, or `python -m services.retrainer rebuild PROJECT VERSION`."""

import sys

from services.retrainer.app import create_app, rebuild
from services.retrainer.errors import NoSuchVersion
from services.retrainer.settings import Settings
from shared.service import serve


def main(arguments: list[str]) -> None:
    """Serve, or learn a version again and exit with 1 if it differs from what was published."""
    match arguments:
        case []:
            serve("retrainer", Settings, create_app, lambda settings: settings.retrainer_port)
        case ["rebuild", project, version] if version.isdecimal():
            try:
                rebuilt = rebuild(Settings(), project, int(version))
            except NoSuchVersion as error:
                sys.exit(f"handraise retrainer: {error}")
            sys.stdout.write(f"recorded {rebuilt.recorded}\nrebuilt  {rebuilt.rebuilt}\n")
            sys.exit(0 if rebuilt.is_same else 1)
        case _:
            sys.exit("usage: python -m services.retrainer [rebuild PROJECT VERSION]")


if __name__ == "__main__":
    main(sys.argv[1:])
