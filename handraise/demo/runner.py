"""Runs a demo: everything up, real events in, people or simulated reviewers answering."""

import contextlib
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.live import Live

from handraise.client import ApiError, Client, Unreachable
from handraise.demo.check import Verdict, judge
from handraise.demo.data import Demo
from handraise.demo.drift import judge_turn
from handraise.demo.feeder import Feeder
from handraise.demo.figures import Figures, fetch_median
from handraise.demo.observer import Observer, observing
from handraise.demo.reviewers import Team, reviewing
from handraise.installation import Installation
from handraise.output import console
from handraise.project_file import read_project
from handraise.publish import Publisher
from shared.clock import SystemClock
from shared.connecting import connect_blocking

STEP_SECONDS = 0.02
LINE_SECONDS = 3.0
SCRAPE_SECONDS = 1.0


@dataclass(frozen=True)
class Options:
    """How a demo is run.

    Attributes:
        events: how many to send; None means all.
        reviewers: simulated reviewers.
        check: stop when the loop has closed, or when time is up.
        rate: most events a second; 0 means no limit.
        window: most events and corrections on their way.
        seconds: how long a simulated reviewer looks at an item.
        timeout: seconds that a check may take.
    """

    events: int | None
    reviewers: int
    check: bool
    rate: float
    window: int
    seconds: float
    timeout: float


class Stage:
    """A demo on a running installation."""

    def __init__(
        self,
        installation: Installation,
        client: Client,
        feeder: Feeder,
        observer: Observer,
        turn: int | None,
    ) -> None:
        """Put the parts together; `turn` is after how many events the world is another one."""
        self._turn = turn
        self._scorer = installation.services.get("scorer", "")
        self._client = client
        self._feeder = feeder
        self._tally = observer.tally
        self._project = observer.project
        self._median: float | None = None
        self._scraped = 0.0

    def step(self, total: int) -> Figures:
        """Send what there is room for, and look."""
        self._feeder.step()
        now = time.monotonic()
        if now - self._scraped > SCRAPE_SECONDS:
            self._scraped = now
            self._median = fetch_median(self._scorer, self._project)
        return Figures.of(self._tally, sent=self._feeder.sent, total=total, median=self._median)

    def verdicts(self, total: int) -> list[Verdict]:
        """Whether the loop has closed."""
        try:
            report = self._client.report(self._project)
            certificates = self._client.certificates(self._project)
            verified = self._client.verify_certificates(self._project)
        except (ApiError, Unreachable) as error:
            return [Verdict(holds=False, statement=f"no report: {error}")]
        verdicts = judge(self._tally, report, events=total, median=self._median)
        if self._turn is None or self._turn >= total:
            return verdicts
        order = list(self._tally.truth)
        return verdicts + judge_turn(self._tally, order, self._turn, (certificates, verified))


def play(
    demo: Demo, options: Options, installation: Installation, *, data_dir: Path, token: str
) -> bool:
    """Play a demo to its end (a check) or until Ctrl-C; gives whether the check passed.

    Args:
        demo: which one.
        options: how.
        installation: where; it is running.
        data_dir: remembers how far the demo came.
        token: the administrator's.
    """
    examples = demo.examples()[: options.events]
    truth = {example.event.event_id: example.label for example in examples}
    with contextlib.ExitStack() as stack:
        client = stack.enter_context(Client(installation.url, token, retries=6))
        client.apply(read_project(demo.project_file))
        observer = stack.enter_context(observing(installation, demo.name, truth))
        sending = stack.enter_context(connect_blocking(installation.redis_url))
        feeder = Feeder(
            examples,
            Publisher(sending, keys=installation.keys, project=demo.name, clock=SystemClock()),
            observer.tally,
            window=options.window,
            rate=options.rate,
            memory=data_dir / f"demo-{demo.name}.json",
        )
        team = Team(demo.name, truth, count=options.reviewers, seconds=options.seconds)
        stack.enter_context(reviewing(client, installation, team))
        stage = Stage(installation, client, feeder, observer, demo.turn)
        return _loop(stage, options, total=len(examples), title=demo.about)


def _loop(stage: Stage, options: Options, *, total: int, title: str) -> bool:
    verdicts: list[Verdict] = []
    limit, judged = time.monotonic() + options.timeout, 0.0
    with _picture(title) as draw:
        while True:
            figures = stage.step(total)
            draw(figures)
            now = time.monotonic()
            finished = figures.decided >= total and now - judged > SCRAPE_SECONDS
            if options.check and (finished or now > limit):
                judged, verdicts = now, stage.verdicts(total)
                if now > limit or all(verdict.holds for verdict in verdicts):
                    break
            time.sleep(STEP_SECONDS)
    return _conclude(verdicts)


def _conclude(verdicts: list[Verdict]) -> bool:
    out = console()
    for verdict in verdicts:
        mark = "[green]ok[/green]     " if verdict.holds else "[red]MISSING[/red]"
        out.print(f"{mark} {verdict.statement}", soft_wrap=True)
    closed = all(verdict.holds for verdict in verdicts)
    out.print("the loop has closed" if closed else "the loop has not closed in time")
    return closed


@contextlib.contextmanager
def _picture(title: str) -> Iterator[Callable[[Figures], None]]:
    """Draws figures: in place in a terminal, as a line every few seconds elsewhere."""
    out = console()
    if out.is_terminal:
        with Live(console=out, refresh_per_second=8) as live:
            yield lambda figures: live.update(figures.table(title))
        return
    drawn, shown = -LINE_SECONDS, ""

    def draw(figures: Figures) -> None:
        nonlocal drawn, shown
        now, line = time.monotonic(), figures.line()
        if now - drawn >= LINE_SECONDS and line != shown:
            drawn, shown = now, line
            out.print(line, soft_wrap=True)

    yield draw


@contextlib.contextmanager
def passing_directory(*, wanted: bool, otherwise: Path) -> Iterator[Path]:
    """A directory that is removed afterwards, if wanted, else the lasting one."""
    if not wanted:
        yield otherwise
        return
    with tempfile.TemporaryDirectory(prefix="handraise-", ignore_cleanup_errors=True) as name:
        yield Path(name)
