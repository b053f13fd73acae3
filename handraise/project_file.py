"""Project files: YAML read strictly, with messages that name file, key and cure."""

import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from shared.errors import Misconfigured
from shared.project import FieldKind, Policy, Project


def read_project(path: Path) -> Project:
    """Read one project file.

    Raises:
        Misconfigured: it is not a project file; every fault is named with its key.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Misconfigured(f"{path}: cannot be read ({error.strerror})") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise Misconfigured(f"{path}: not YAML: {error}") from error
    if not isinstance(content, dict):
        raise Misconfigured(f"{path}: expected keys such as {', '.join(Project.model_fields)}")
    try:
        return Project.model_validate(content)
    except ValidationError as error:
        faults = [_readable(fault) for fault in error.errors(include_url=False)]
        raise Misconfigured("\n".join(f"{path}: {fault}" for fault in faults)) from error


def _readable(fault: ErrorDetails) -> str:
    *parents, last = fault["loc"] or ("file",)
    key = ".".join(str(part) for part in (*parents, last))
    valid = Policy.model_fields if parents == ["policy"] else Project.model_fields
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
        case _:
            return f"{key}: {fault['msg']} (it says {_short(fault['input'])})"


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
