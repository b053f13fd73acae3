"""Project files: YAML read strictly, with messages that name file, key and cure."""

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import get_args

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from shared.errors import Misconfigured
from shared.project import FieldKind, Project

_SAID = "Value error, "


def read_project(path: Path) -> Project:
    """Read one project file.

    Raises:
        Misconfigured: it is not a project file; every fault is named with its key.
    """
    try:
        text = path.read_text(encoding="utf-8")
        content = yaml.safe_load(text)
    except OSError as error:
        raise Misconfigured(f"{path}: cannot be read ({error.strerror})") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise Misconfigured(f"{path}: not YAML: {error}") from error
    if not isinstance(content, dict):
        raise Misconfigured(f"{path}: expected keys such as {', '.join(Project.model_fields)}")
    try:
        return Project.model_validate(content)
    except ValidationError as error:
        tree = yaml.compose(text, yaml.SafeLoader)
        faults = [
            f"{path}:{_line(tree, _place(fault))}: {_readable(fault)}"
            for fault in error.errors(include_url=False)
        ]
        raise Misconfigured("\n".join(faults)) from error


def _place(fault: ErrorDetails) -> Sequence[str | int]:
    """The key at fault; what is told of the file as a whole begins with it."""
    if fault["loc"]:
        return fault["loc"]
    named = fault["msg"].removeprefix(_SAID).partition(" ")[0].rstrip(":")
    return [int(part) if part.isdigit() else part for part in named.split(".")]


def _line(node: yaml.Node | None, place: Sequence[str | int]) -> int:
    """The line of a key, or of the nearest one above it that there is."""
    line = 1
    for part in place:
        if isinstance(node, yaml.MappingNode):
            found = next(((k, v) for k, v in node.value if k.value == str(part)), None)
            if found is None:
                return line
            key, node = found
            line = key.start_mark.line + 1
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            node = node.value[part] if part < len(node.value) else None
            line = node.start_mark.line + 1 if node else line
    return line


def _readable(fault: ErrorDetails) -> str:
    *parents, last = fault["loc"] or ("file",)
    key = ".".join(str(part) for part in (*parents, last))
    valid = _valid(parents)
    match fault["type"]:
        case "extra_forbidden":
            return f"{key}: unknown key{nearest(str(last), valid)}"
        case "missing":
            return f"{key}: missing"
        case "enum":
            kinds = [kind.value for kind in FieldKind]
            return f"{key}: {fault['input']!r} is no kind of field{nearest(fault['input'], kinds)}"
        case "string_type":
            return f"{key}: {fault['input']!r} is not text: put it in quotes"
        case "value_error":
            said = fault["msg"].removeprefix(_SAID)
            return f"{key}: {said}" if fault["loc"] else said
        case _:
            return f"{key}: {fault['msg']} (it says {_short(fault['input'])})"


def _valid(parents: Sequence[str | int]) -> Mapping[str, object]:
    """The keys that may stand there."""
    model: type[BaseModel] = Project
    for part in parents:
        field = model.model_fields.get(str(part))
        model = next(_models_in(field.annotation), model) if field else model
    return model.model_fields


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    """The models of which a value may be made, or its parts."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)


def nearest(word: object, valid: Iterable[str] | Mapping[str, object]) -> str:
    """A hint at the valid word that is meant, or at all of them.

    >>> nearest("titel", ["title", "labels"])
    '; did you mean title?'
    >>> nearest("xyz", ["title", "labels"])
    '; valid are title, labels'
    """
    words = list(valid)
    close = difflib.get_close_matches(str(word), words, n=1)
    return f"; did you mean {close[0]}?" if close else f"; valid are {', '.join(words)}"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004 - fits one line
