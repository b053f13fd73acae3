"""From a correction to the version in force at the scorer, through the started product.

Everything is started as `handraise up` starts it. Events come at a steady pace and reviewers
answer them over HTTP at once, so that corrections come at that pace. A correction begins when
review has settled it (the time of its event), and is in force when the scorer says in its log that
it serves a version which has learned it.
"""

import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import redis

from handraise.client import Client
from handraise.demo.data import DEMOS, Demo, Example
from handraise.demo.reviewers import Team, reviewing
from handraise.installation import Installation
from handraise.project_file import read_project
from handraise.publish import Publisher
from shared.clock import SystemClock
from shared.events import CloudEvent, CorrectionMade, ModelChanged
from shared.project import Policy

REVIEWERS = 4
A_SECOND = 20
WARM = 600
"""Corrections before those that count: the model has all its parts by then."""
_FOR_PEOPLE = Policy(error_rate=1, auto_margin=1)
_PATIENCE_SECONDS = 300

_Served = tuple[float, int]
"""When a version came to serve, in seconds since 1970, and what it has learned up to."""


def correction_to_served(name: str, seconds: int) -> list[float]:
    """Seconds from each of the corrections of `seconds` at 20 a second to its being served."""
    demo, count = DEMOS[name], WARM + A_SECOND * seconds
    examples = demo.examples()[:count]
    with tempfile.TemporaryDirectory() as directory, _up(Path(directory)) as installation:
        client: Any = redis.Redis.from_url(installation.redis_url)
        _play(demo, examples, installation, client, Path(directory))
        corrections = _corrections(client)
        versions = _versions(client, _log(Path(directory)))
    return [_delay(event, versions) for event in corrections[WARM:]]


def quantiles(delays: Sequence[float]) -> tuple[float, float]:
    """Median and 99th percentile in milliseconds."""
    half, most = np.quantile(delays, (0.5, 0.99))
    return 1e3 * float(half), 1e3 * float(most)


@contextmanager
def _up(directory: Path) -> Iterator[Installation]:
    command = [sys.executable, "-m", "handraise", "up", "--no-open", "--port", "0"]
    with subprocess.Popen(
        [*command, "--data-dir", str(directory)], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            if process.stdout is None or not any("is up" in line for line in process.stdout):
                raise RuntimeError("it did not come up; see its log above")
            yield Installation(**json.loads((directory / "run.json").read_text()))
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def _play(
    demo: Demo,
    examples: Sequence[Example],
    installation: Installation,
    client: Any,  # noqa: ANN401 - the client's types allow for what is not configured
    directory: Path,
) -> None:
    token = (directory / "secrets" / "admin.token").read_text().strip()
    project = read_project(demo.project_file).model_copy(update={"policy": _FOR_PEOPLE})
    truth = {example.event.event_id: example.label for example in examples}
    events = [example.event for example in examples]
    publisher = Publisher(client, keys=installation.keys, project=demo.name, clock=SystemClock())
    with ExitStack() as stack:
        admin = stack.enter_context(Client(installation.url, token))
        admin.apply(project)
        team = Team(demo.name, truth, count=REVIEWERS, seconds=0)
        stack.enter_context(reviewing(admin, installation, team))
        publisher.send(events[:WARM])
        _await_served(client, _log(directory), WARM)
        began = time.monotonic()
        for number, event in enumerate(events[WARM:]):
            time.sleep(max(0.0, began + number / A_SECOND - time.monotonic()))
            publisher.send([event])
        _await_served(client, _log(directory), len(events))


def _await_served(client: Any, log: Path, count: int) -> None:  # noqa: ANN401
    """Wait until so many corrections were made, and all are in the version that serves."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        if client.xlen("handraise:corrections") >= count:
            corrections = _corrections(client)
            if len(corrections) >= count:
                last = _sequence(corrections[-1])
                if any(learned >= last for _, learned in _versions(client, log)):
                    return
        if time.monotonic() > deadline:
            raise TimeoutError("not all corrections are served; see the logs of the services")
        time.sleep(0.5)


def _log(directory: Path) -> Path:
    return directory / "logs" / "scorer.log"


def _served_at(log: Path) -> dict[int, float]:
    """When the scorer took each version into service, in seconds since 1970."""
    served = {}
    for line in log.read_text().splitlines():
        if '"model_served"' in line:
            said = json.loads(line)
            served[int(said["version"])] = datetime.fromisoformat(said["timestamp"]).timestamp()
    return served


def _decoded(entry: tuple[bytes, dict[bytes, bytes]]) -> CloudEvent:
    return CloudEvent.decode(entry[1][b"data"])


def _corrections(client: Any) -> list[CloudEvent]:  # noqa: ANN401
    """In the order of the ledger; what a busy relay has sent twice counts once."""
    found: dict[int, CloudEvent] = {}
    for entry in client.xrange("handraise:corrections"):
        event = _decoded(entry)
        found.setdefault(_sequence(event), event)
    return [found[sequence] for sequence in sorted(found)]


def _versions(client: Any, log: Path) -> list[_Served]:  # noqa: ANN401
    """The versions that came to serve."""
    at = _served_at(log)
    events = [_decoded(entry).data for entry in client.xrange("handraise:models")]
    return [
        (at[said.version], said.learned_up_to)
        for said in events
        if isinstance(said, ModelChanged) and said.version in at
    ]


def _delay(correction: CloudEvent, versions: Sequence[_Served]) -> float:
    in_force = min(at for at, learned in versions if learned >= _sequence(correction))
    return in_force - correction.time.timestamp()


def _sequence(correction: CloudEvent) -> int:
    if not isinstance(correction.data, CorrectionMade):
        raise TypeError("only corrections are on the stream")
    return correction.data.sequence
