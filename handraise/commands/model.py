"""`handraise model`: the versions that a project learned."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from handraise.client import ModelVersion
from handraise.commands.access import reach, settings_for
from handraise.output import AsJson, show
from handraise.project_file import read_project
from handraise.settings import child_environment

_NOT_USED = "redis://localhost"
"""The retrainer's settings want an address; to rebuild, no Redis is needed."""

Reason = Annotated[str, typer.Option(help="Why; it is kept in the record, with your name.")]
State = Annotated[
    str | None, typer.Option(help="Only those: candidate, champion, retired or refused.")
]

app = typer.Typer(no_args_is_help=True, help="Model versions of a project.")


@app.callback()
def _models() -> None:
    """Model versions of a project."""


_TRUST, _LOSS = "trust_", "loss_"
"""Begin figures of experts."""
_NOT_LISTED = (_TRUST, _LOSS, "corrected_at")
"""Figures of experts, and a time in seconds: `show` and `--json` have them."""
_BOUNDS = ("_low", "_high")


@app.command("list")
def list_(project: str, *, state: State = None, as_json: AsJson = False) -> None:
    """List model versions, newest first."""
    with reach() as client:
        versions = client.models(project, state=state)
    if as_json:
        show([v.model_dump(mode="json") for v in versions], as_json=True, empty="")
        return
    rows = [
        {
            "version": version.version,
            "state": version.state,
            "sha256": version.sha256[:12],
            "learned_up_to": version.learned_up_to,
            "metrics": " ".join(
                f"{k}={v:.3g}"
                for k, v in version.metrics.items()
                if not k.startswith(_NOT_LISTED) and not k.endswith(_BOUNDS)
            ),
            "reason": version.reason,
            "actor": version.actor,
            "at": f"{version.at:%Y-%m-%d %H:%M:%S}",
        }
        for version in versions
    ]
    empty = f"{project} has no {state}" if state else f"{project} has learned nothing yet"
    show(rows, as_json=False, empty=empty)


@app.command("show")
def show_(project: str, version: int, *, as_json: AsJson = False) -> None:
    """Show how a candidate did beside the champion, and how each expert did of late."""
    with reach() as client:
        found = client.model(project, version)
    if as_json:
        show([found.model_dump(mode="json")], as_json=True, empty="")
        return
    typer.echo(f"version {version} of {project} is {found.state}: {found.reason} ({found.actor})")
    if found.decided:
        typer.echo(f"{found.decided.actor}: {found.decided.verdict}, {found.decided.reason}")
    rows = [
        {
            "on": part.group,
            "answers": part.answers,
            "champion_wrong": f"{part.champion_wrong:.1%}",
            "candidate_wrong": f"{part.candidate_wrong:.1%}",
            "greater_loss": f"{part.low:.3f} to {part.high:.3f}",
            "allowed": part.margin,
            "it_is": part.verdict.replace("_", " "),
        }
        for part in found.comparison
    ]
    show(rows, as_json=False, empty="it was not compared with another")
    show(_experts(found.metrics), as_json=False, empty="of its experts nothing is told")


def _experts(metrics: Mapping[str, float]) -> list[dict[str, object]]:
    """Whom a version trusts, and what they lost before they learned each answer, in nats."""
    trusted = {n.removeprefix(_TRUST): v for n, v in metrics.items() if n.startswith(_TRUST)}
    rows: list[dict[str, object]] = []
    for name, trust in sorted(trusted.items(), key=lambda each: -each[1]):
        told = [metrics.get(f"{_LOSS}{name}{bound}") for bound in ("", *_BOUNDS)]
        loss, low, high = (f"{figure:.3f}" if figure is not None else "" for figure in told)
        reach = f"{low} to {high}" if low else ""
        rows.append({"expert": name, "trust": f"{trust:.1%}", "log_loss": loss, "interval": reach})
    return rows


@app.command()
def promote(project: str, version: int, *, reason: Reason) -> None:
    """Approve a candidate: it serves within a second."""
    with reach() as client:
        _say(client.promote(project, version, reason))


@app.command()
def reject(project: str, version: int, *, reason: Reason) -> None:
    """Reject a candidate: it never serves."""
    with reach() as client:
        _say(client.reject(project, version, reason))


@app.command()
def rollback(project: str, version: int, *, reason: Reason) -> None:
    """Go back to a version that served; until you promote a newer one, it stays."""
    with reach() as client:
        _say(client.roll_back(project, version, reason))


@app.command()
def offer(
    project: str,
    version: int,
    *,
    without: Annotated[
        tuple[str, str],
        typer.Option(
            metavar="WHOM NAME",
            help="Leave out a `reviewer` (by name) or a `subject` (an event's id).",
        ),
    ],
    reason: Reason,
) -> None:
    """Ask for a version learned again without somebody, as a candidate that waits for a person.

    The retrainer does it beside its work. `list` then has a candidate, or a refused version that
    says why nothing was offered.
    """
    whom, name = without
    with reach() as client:
        asked = client.offer(project, version, whom, name, reason)
    typer.echo(f"version {asked.version} without {asked.whom} {asked.name} is being learned")


def _say(version: ModelVersion) -> None:
    decided = version.decided.verdict if version.decided else "unchanged"
    typer.echo(f"version {version.version} is {version.state}: {decided}")


@app.command()
def rebuild(
    project: str,
    version: int,
    *,
    without: Annotated[
        tuple[str, str] | None,
        typer.Option(
            metavar="WHOM NAME",
            help="Leave out a `reviewer` (by name) or a `subject` (an event's id).",
        ),
    ] = None,
    offer: Annotated[
        bool, typer.Option("--offer", help="Offer what is left as a candidate; with --without.")
    ] = False,
) -> None:
    """Learn a version again from the ledger and compare the SHA-256; exit 1 if it differs.

    Works on this machine's training database, beside a retrainer that runs; nothing is published.
    With --without it says how many corrections were left out, and what the model would be; with
    --offer as well that model waits for approval, where people approve versions; `offer` asks a
    retrainer that runs elsewhere for the same.
    """
    if offer and not without:
        raise typer.BadParameter("say whom to leave out: --without WHOM NAME", param_hint="--offer")
    command = [sys.executable, "-m", "services.retrainer", "rebuild", project, str(version)]
    command += ["--without", *without] if without else []
    command += ["--offer"] if offer else []
    settings = settings_for()
    given = {
        "HANDRAISE_DATA_DIR": str(settings.data_dir),
        "HANDRAISE_REDIS_URL": settings.redis_url or _NOT_USED,
    }
    done = subprocess.run(command, env=child_environment(given), check=False)  # noqa: S603
    raise typer.Exit(done.returncode)


@app.command()
def check(file: Annotated[Path, typer.Argument(help="A project file (YAML).")]) -> None:
    """Try out the models that a project file brings (`experts`) on events made up from its fields.

    Says what each takes to fit, to store and to answer; exit 1 if one cannot be used.
    """
    project = read_project(file)
    if not project.experts:
        typer.echo(f"{file} brings no models: it has no `experts`")
        return
    done = subprocess.run(
        [sys.executable, "-m", "services.retrainer", "check"],
        input=project.model_dump_json().encode(),
        check=False,
    )
    raise typer.Exit(done.returncode)
