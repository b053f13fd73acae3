"""The state of a model, and its name by content."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.generic]

SHARED = "shared"
"""Where a document names the shared parts."""


def canonical_json(document: object) -> bytes:
    """One spelling for equal documents: keys sorted, no spaces, no NaN.

    >>> canonical_json({"b": 1, "a": [0.5]})
    b'{"a":[0.5],"b":1}'
    """
    return json.dumps(
        document, sort_keys=True, separators=(",", ":"), allow_nan=False, ensure_ascii=True
    ).encode()


@dataclass(frozen=True)
class ModelState:
    """Everything that a model is: a JSON document and named arrays.

    Attributes:
        document: JSON values only.
        arrays: never of objects; a part's arrays are named `part.array`.
        shared: parts that other states have as well, which are stored once; the document names
            them by their hashes, under `shared`.
    """

    document: Mapping[str, Any]
    arrays: Mapping[str, Array]
    shared: Mapping[str, "ModelState"] = field(default_factory=dict)

    @classmethod
    def compose(cls, document: Mapping[str, Any], **parts: "ModelState") -> Self:
        """Join the states of parts under their names; `part` takes them out again."""
        joined: dict[str, Any] = dict(document)
        arrays: dict[str, Array] = {}
        for name, part in parts.items():
            joined[name] = dict(part.document)
            arrays |= {f"{name}.{key}": array for key, array in part.arrays.items()}
        return cls(joined, arrays)

    def sharing(self, **parts: "ModelState") -> "ModelState":
        """The same with parts that are stored on their own; `part` takes them out again."""
        named = {name: part.sha256 for name, part in parts.items()}
        return ModelState({**self.document, SHARED: named}, self.arrays, parts)

    def part(self, name: str) -> "ModelState":
        """The state that was composed, or is shared, under `name`."""
        if name in self.shared:
            return self.shared[name]
        prefix = f"{name}."
        arrays = {
            key.removeprefix(prefix): array
            for key, array in self.arrays.items()
            if key.startswith(prefix)
        }
        return ModelState(self.document[name], arrays)

    @cached_property
    def sha256(self) -> str:
        """The content hash: equal states have equal hashes, however they were stored."""
        digest = hashlib.sha256(canonical_json(self.document))
        for name in sorted(self.arrays):
            array = np.ascontiguousarray(self.arrays[name])
            digest.update(canonical_json([name, array.dtype.str, list(array.shape)]))
            digest.update(array.data)
        return digest.hexdigest()
