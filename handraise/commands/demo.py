"""`handraise demo`."""

from typing import Annotated

import typer

from handraise.commands.access import settings_for
from handraise.commands.up import Port, choose, open_browser, welcome
from handraise.demo.data import Demo, find_demo
from handraise.demo.runner import Options, passing_directory, play
from handraise.installation import admin_token
from handraise.output import DataDir, say
from handraise.settings import Settings
from handraise.up import login_link, running

CHECK_REVIEWERS = 4
LEISURELY_RATE = 25.0
LEISURELY_SECONDS = 0.4


def demo(  # noqa: PLR0913 - each is a command-line option
    name: Annotated[
        str, typer.Argument(help="churn, maintenance, segments, contracts, credit or drift.")
    ] = "churn",
    *,
    events: Annotated[
        int | None,
        typer.Option(min=1, help="How many (default: all; with --check a part)."),
    ] = None,
    reviewers: Annotated[
        int | None, typer.Option(min=0, help="Simulated ones (default: 0; with --check 4).")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Exit 0 once the loop has verifiably closed.")
    ] = False,
    rate: Annotated[
        float | None,
        typer.Option(
            min=0, help="Most events a second, 0 = no limit (default: 25; with --check 0)."
        ),
    ] = None,
    window: Annotated[
        int, typer.Option(min=1, help="Most events and corrections on their way.")
    ] = 50,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds that --check may take.")] = 600,
    port: Port = None,
    data_dir: DataDir = None,
    no_open: Annotated[bool, typer.Option("--no-open", help="Open no browser.")] = False,
) -> None:
    """Run everything with real data streamed in: answer in the browser and watch it learn."""
    chosen = find_demo(name)
    options = Options(
        events=events or (chosen.check_events if check else None),
        reviewers=(CHECK_REVIEWERS if check else 0) if reviewers is None else reviewers,
        check=check,
        rate=(0.0 if check else LEISURELY_RATE) if rate is None else rate,
        window=window,
        seconds=0.0 if check else LEISURELY_SECONDS,
        timeout=timeout,
    )
    settings = choose(settings_for(data_dir), port=0 if check and port is None else port)
    passing = check and data_dir is None
    try:
        with passing_directory(wanted=passing, otherwise=settings.data_dir) as directory:
            place = settings.model_copy(update={"data_dir": directory})
            closed = _run(chosen, options, place, browser=not (check or no_open))
    except KeyboardInterrupt:
        say("stopped; the same command goes on from here")
        raise typer.Exit(130 if check else 0) from None
    raise typer.Exit(0 if closed else 1)


def _run(demo: Demo, options: Options, settings: Settings, *, browser: bool) -> bool:
    say("starting Redis and the three services ...")
    with running(settings, say) as installation:
        link = login_link(settings, installation)
        welcome(settings.data_dir, installation, link)
        if browser:
            open_browser(link)
        token = admin_token(settings)
        return play(demo, options, installation, data_dir=settings.data_dir, token=token)
