"""Single settings of a project file, changed from the command line: `alpha=0.02`."""

from collections.abc import Iterable
from typing import Any

import yaml
from pydantic import ValidationError

from handraise.project_file import nearest
from shared.errors import Misconfigured
from shared.project import Policy, Project

_ALSO = {"alpha": "error_rate", "eta": "miss_rate", "p0": "audit_probability"}
"""The letters of the certificate."""


def changed(project: Project, settings: Iterable[str]) -> Project:
    """The project file with some settings changed.

    Args:
        project: as it is.
        settings: `NAME=VALUE`, the value in YAML; names are those of the policy, others are
            written with their place, as `deadline.seconds`.

    Raises:
        Misconfigured: there is no such setting, or it does not take such a value.

    >>> from shared.project import Project
    >>> file = Project(name="p", title="P", labels=["a", "b"], fields={"x": "number"})
    >>> changed(file, ["alpha=0.02", "deadline.seconds=60"]).policy.error_rate
    0.02
    """
    content = project.model_dump(mode="json")
    for setting in settings:
        name, equals, text = setting.partition("=")
        if not equals:
            raise Misconfigured(f"--set {setting}: write NAME=VALUE, as in alpha=0.02")
        _put(content, name.strip(), _value(setting, text))
    try:
        return Project.model_validate(content)
    except ValidationError as error:
        faults = error.errors(include_url=False)
        said = [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in faults]
        raise Misconfigured(f"--set: {'; '.join(said)}") from error


def _put(content: dict[str, Any], name: str, value: object) -> None:
    first = name.partition(".")[0]
    place = name if first in content else f"policy.{_ALSO.get(name, name)}"
    *outer, last = place.split(".")
    holder: Any = content
    for step in outer:
        holder = holder.get(step) if isinstance(holder, dict) else None
    if not isinstance(holder, dict):
        raise Misconfigured(f"--set {name}: the project file has no {'.'.join(outer)}")
    if outer == ["policy"] and last not in Policy.model_fields:
        hint = nearest(last, [*_ALSO, *Policy.model_fields])
        raise Misconfigured(f"--set {name}: there is no such setting{hint}")
    holder[last] = value


def _value(setting: str, text: str) -> object:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise Misconfigured(f"--set {setting}: the value is not YAML") from error
