"""docs/reference/cli.md."""

from collections.abc import Iterator
from typing import Any

import typer

from docs.generator.markdown import code, page, table

_INTRODUCTION = (
    "`./run demo` and `./run up` are the same as `handraise demo` and `handraise up`. Commands "
    "find the installation that `up` runs in `HANDRAISE_DATA_DIR`, or the one that "
    "`HANDRAISE_URL` and `HANDRAISE_TOKEN` name."
)


def commands() -> Iterator[tuple[str, Any]]:
    """Every command's full name and definition, families and their members alike.

    Raises:
        SystemExit: there is no command line to describe.
    """
    try:
        from handraise.cli import app  # noqa: PLC0415 - its absence is reported
    except ImportError as error:
        raise SystemExit(f"docs: handraise.cli cannot be imported: {error}") from error
    yield from _walk("handraise", typer.main.get_command(app))


def cli_page() -> str:
    """Every command with its arguments and options."""
    parts = []
    for name, command in commands():
        if not hasattr(command, "commands"):
            parts += [f"## {name}", _text(command.help), *_parameters(command)]
    return page("Command line", _INTRODUCTION, *parts)


def options(command: Any) -> set[str]:  # noqa: ANN401 - click's own type
    """The options that a command takes."""
    return {name for parameter in command.params for name in parameter.opts if name[0] == "-"}


def _walk(name: str, command: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - click's own type
    yield name, command
    for part, member in getattr(command, "commands", {}).items():
        yield from _walk(f"{name} {part}", member)


def _parameters(command: Any) -> Iterator[str]:  # noqa: ANN401 - click's own type
    context = typer.Context(command)
    rows = [_row(parameter, context) for parameter in command.params if parameter.name != "help"]
    if rows:
        yield table(["parameter", "takes", "default", "meaning"], rows)


def _row(parameter: Any, context: typer.Context) -> list[str]:  # noqa: ANN401 - click's own type
    argument = parameter.param_type_name == "argument"
    name = (parameter.metavar or parameter.name.upper()) if argument else ", ".join(parameter.opts)
    default = parameter.default
    if parameter.required:
        shown = "required"
    else:
        shown = "" if default is None or default is False else code(str(default))
    return [code(name), _takes(parameter, context), shown, parameter.help or ""]


def _takes(parameter: Any, context: typer.Context) -> str:  # noqa: ANN401 - click's own type
    if getattr(parameter, "is_flag", False):
        return ""
    choices = parameter.type_descriptor.choices
    if choices:
        return ", ".join(code(str(getattr(choice, "value", choice))) for choice in choices)
    words = {"int": "whole number", "float": "number", "str": "text", "path": "path"}
    kind = str(parameter.display_type(context)).strip("<>").lower().removesuffix(" range")
    return words.get(kind, kind)


def _text(text: str | None) -> str:
    return " ".join((text or "").split())
