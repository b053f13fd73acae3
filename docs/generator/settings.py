"""docs/reference/settings.md."""

import re
from pathlib import Path
from typing import Literal, get_args, get_origin

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from docs.generator.markdown import code, page, table
from handraise.settings import Settings as FrontDoorSettings
from services.retrainer.settings import Settings as RetrainerSettings
from services.review.settings import Settings as ReviewSettings
from services.scorer.settings import Settings as ScorerSettings

SERVICES: dict[str, type[BaseSettings]] = {
    "scorer": ScorerSettings,
    "review": ReviewSettings,
    "retrainer": RetrainerSettings,
}
_INTRODUCTION = (
    "Settings are environment variables. A wrong value stops the service with one sentence that "
    "names the variable. Files named here hold secrets: keep them readable by their owner only."
)
_ATTRIBUTE = re.compile(r"^ {4,8}(\w+): (.+(?:\n {9,}.+)*)", re.MULTILINE)


def settings_page() -> str:
    """Every setting of the services and of the command line."""
    return page(
        "Settings",
        _INTRODUCTION,
        "## Services",
        table(["variable", "type", "default", "services", "meaning"], _service_rows()),
        "## Command line",
        "`handraise up` takes these, and passes on to the services what it is given besides.",
        table(["variable", "type", "default", "meaning"], _front_door_rows()),
    )


def variables() -> dict[str, set[str]]:
    """Every variable's name, with the programs that read it."""
    programs = SERVICES | {"command line": FrontDoorSettings}
    found: dict[str, set[str]] = {}
    for program, settings in programs.items():
        for name in settings.model_fields:
            found.setdefault(_variable(name), set()).add(program)
    return found


def _service_rows() -> list[list[str]]:
    rows: dict[tuple[str, str], list[str]] = {}
    readers: dict[tuple[str, str], list[str]] = {}
    for service, settings in SERVICES.items():
        for name, field in settings.model_fields.items():
            meaning = field.description or ""
            rows[name, meaning] = [code(_variable(name)), _type(field), _default(field)]
            readers.setdefault((name, meaning), []).append(service)
    return [
        [*row, "all" if len(readers[key]) == len(SERVICES) else ", ".join(readers[key]), key[1]]
        for key, row in rows.items()
    ]


def _front_door_rows() -> list[list[str]]:
    described = dict(_ATTRIBUTE.findall(FrontDoorSettings.__doc__ or ""))
    return [
        [code(_variable(name)), _type(field), _default(field), described[name]]
        for name, field in FrontDoorSettings.model_fields.items()
    ]


def _variable(field: str) -> str:
    return f"HANDRAISE_{field.upper()}"


def _type(field: FieldInfo) -> str:
    if get_origin(field.annotation) is Literal:
        return " or ".join(code(word) for word in get_args(field.annotation))
    kinds = [kind for kind in get_args(field.annotation) or (field.annotation,) if kind]
    names = {Path: "path", str: "text", int: "whole number", float: "number"}
    words = " or ".join(names[kind] for kind in kinds if kind in names)
    limits = [_limit(constraint) for constraint in field.metadata]
    return f"{words} {', '.join(filter(None, limits))}".strip()


def _limit(constraint: object) -> str:
    signs = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}
    return ", ".join(
        f"{sign} {getattr(constraint, name)}"
        for name, sign in signs.items()
        if getattr(constraint, name, None) is not None
    )


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    return "unset" if field.default is None else code(str(field.default))
