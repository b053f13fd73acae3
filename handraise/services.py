"""The three services as programs that the supervisor can run."""

import sys
from collections.abc import Mapping
from pathlib import Path

import httpx

from handraise.children import Child

SERVICES = ("scorer", "review", "retrainer")


class Service:
    """One service of an installation, `python -P -m services.<name>`.

    -P: a directory `services` where a person happens to be is not ours.
    """

    def __init__(
        self,
        name: str,
        *,
        url: str,
        directory: Path,
        environment: Mapping[str, str],
        command: tuple[str, ...] | None = None,
    ) -> None:
        """Describe a service; nothing is started.

        Args:
            name: one of `SERVICES`.
            url: where it will answer.
            directory: the data directory.
            environment: its settings.
            command: the program, if it is not the service's own module.
        """
        self.child = Child(name, directory)
        self.url = url
        self._environment = environment
        self._command = command or (sys.executable, "-P", "-m", f"services.{name}")

    def launch(self) -> None:
        """Start the process without waiting for it."""
        self.child.start(self._command, self._environment)

    def trouble(self) -> str | None:
        """Why it is not ready, None when it is."""
        if self.child.exit_code is not None:
            return "it has ended"
        return why_not_ready(self.url)

    def cure(self) -> str:
        """Its log says it."""
        return ""


def why_not_ready(url: str) -> str | None:
    """What a service says about its readiness, None when it is ready."""
    try:
        answer = httpx.get(f"{url}/health/ready", timeout=2.0)
    except httpx.HTTPError as error:
        return f"no answer from {url} ({error})"
    if answer.is_success:
        return None
    try:
        return str(answer.json()["why"])
    except (ValueError, KeyError, TypeError):
        return f"{url}/health/ready answers {answer.status_code}"
