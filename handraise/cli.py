"""The command line: `handraise COMMAND`."""

import sys
from importlib.metadata import version
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from redis.exceptions import RedisError
from typer.core import TyperGroup
from typing_extensions import override

from handraise.commands import (
    automation,
    dead_letters,
    demo,
    doctor,
    ledger,
    model,
    people,
    project,
    report,
    republish,
    send,
    simulate,
    subject,
    tokens,
    up,
)
from handraise.output import say
from shared.errors import HandraiseError


class _Readable(TyperGroup):
    """Errors that people can act on are sentences, not tracebacks."""

    @override
    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except HandraiseError as error:
            say(f"error: {error}")
        except RedisError as error:
            say(f"error: Redis: {error} (`handraise doctor` looks for the cause)")
        except ValidationError as error:
            faults = error.errors(include_url=False)
            say("\n".join(f"error: HANDRAISE_{_name(f['loc'])}: {f['msg']}" for f in faults))
        except KeyboardInterrupt:
            say("stopped")
            sys.exit(130)
        sys.exit(1)


def _name(path: tuple[int | str, ...]) -> str:
    return "_".join(str(part) for part in path).upper()


app = typer.Typer(
    cls=_Readable,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="A model that raises its hand: sure events go on, unsure ones go to people, "
    "and their answers go back into the model.",
)
app.command("up")(up.up)
app.command("demo")(demo.demo)
app.command("send")(send.send)
app.command("stop")(automation.stop)
app.command("resume")(automation.resume)
app.command("doctor")(doctor.doctor)
app.command("report")(report.report)
app.command("simulate")(simulate.simulate)
app.command("republish")(republish.republish)
app.add_typer(project.app, name="project")
app.add_typer(people.app, name="user")
app.add_typer(tokens.app, name="token")
app.add_typer(model.app, name="model")
app.add_typer(ledger.app, name="ledger")
app.add_typer(subject.app, name="subject")
app.add_typer(dead_letters.app, name="dead-letters")


@app.callback(invoke_without_command=True)
def root(
    *,
    show_version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """A model that raises its hand."""
    if show_version:
        typer.echo(version("handraise"))
        raise typer.Exit
