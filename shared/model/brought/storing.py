"""Fitted estimators as bytes: by skops, never by pickle; equal ones have equal bytes."""

import io
import json
from collections.abc import Iterable
from typing import Any
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import numpy as np

_SCHEMA = "schema.json"
_TRUSTED_PACKAGES = ("collections", "numpy", "scipy", "sklearn")
_TRUSTED = {
    "random.Random",
    *(f"builtins.{name}" for name in ("dict", "frozenset", "list", "set", "tuple")),
}


def dump(model: Any) -> bytes:  # noqa: ANN401 - of any library
    """The bytes of a fitted estimator.

    Raises:
        Exception: skops cannot store it; of whatever kind the estimator's own code raises.
    """
    from skops import io as skops  # noqa: PLC0415 - only where models are brought

    with ZipFile(io.BytesIO(skops.dumps(model))) as stored:
        schema, files = json.loads(stored.read(_SCHEMA)), _Numbered()
        document = _without_addresses(schema, _Numbered(), files)
        contents = [(new, _plain(stored.read(old))) for old, new in files.names()]
    packed = io.BytesIO()
    with ZipFile(packed, "w", ZIP_STORED) as archive:
        archive.writestr(ZipInfo(_SCHEMA), json.dumps(document))
        for name, content in contents:
            archive.writestr(ZipInfo(name), content)
    return packed.getvalue()


def load(stored: bytes, package: str) -> Any:  # noqa: ANN401
    """The estimator again, if nothing in it is of other packages than `package` and the usual.

    Raises:
        ValueError: it holds something else, or a library is missing here.
    """
    try:
        from skops import io as skops  # noqa: PLC0415 - only where models are brought

        types = skops.get_untrusted_types(data=stored)
        strange = sorted(_strange(types, package))
        if strange:
            raise ValueError(f"the model of {package} holds {strange[0]}, which is not trusted")
        return skops.loads(stored, trusted=types)
    except ImportError as error:
        raise ValueError(
            f"a model that was brought needs {error.name} here too: install handraise[experts] and "
            f"{package}"
        ) from error


def _strange(types: Iterable[str], package: str) -> set[str]:
    packages = {package, *_TRUSTED_PACKAGES}
    return {name for name in types if name not in _TRUSTED and name.split(".")[0] not in packages}


class _Numbered:
    """New names in the order in which old ones are met."""

    def __init__(self) -> None:
        self._met: dict[Any, int] = {}

    def __getitem__(self, old: Any) -> int:  # noqa: ANN401 - a name or an address
        return self._met.setdefault(old, len(self._met))

    def names(self) -> list[tuple[str, str]]:
        return [(old, f"{number}.npy") for old, number in self._met.items()]


def _without_addresses(node: Any, objects: _Numbered, files: _Numbered) -> Any:  # noqa: ANN401
    """The same schema, objects and files named by number instead of where they were in memory."""
    if isinstance(node, list):
        return [_without_addresses(inner, objects, files) for inner in node]
    if not isinstance(node, dict):
        return node
    renamed = {key: _without_addresses(inner, objects, files) for key, inner in node.items()}
    if isinstance(node.get("__id__"), int):
        renamed["__id__"] = objects[node["__id__"]]
    if isinstance(node.get("file"), str):
        renamed["file"] = f"{files[node['file']]}.npy"
    return renamed


def _plain(content: bytes) -> bytes:
    """An array's file; where structures leave gaps, zeros instead of what was in memory."""
    array = np.load(io.BytesIO(content), allow_pickle=False)
    if array.dtype.names is None:
        return content
    cleared = np.zeros(array.shape, array.dtype)
    for name in array.dtype.names:
        cleared[name] = array[name]
    written = io.BytesIO()
    np.save(written, cleared, allow_pickle=False)
    return written.getvalue()
