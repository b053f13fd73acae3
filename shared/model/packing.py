"""Arrays in one npz file, without pickle."""

import io
from collections.abc import Mapping
from zipfile import BadZipFile, ZipFile

import numpy as np

from shared.model.manifest import ArrayShape
from shared.model.state import Array


def pack(arrays: Mapping[str, Array]) -> bytes:
    """The arrays as an npz file, not compressed: models must be out within milliseconds."""
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **dict(arrays))
    return buffer.getvalue()


def unpack(content: bytes, expected: Mapping[str, ArrayShape]) -> dict[str, Array]:
    """Read back exactly the arrays that are expected.

    Raises:
        ValueError: the file holds anything else; the message says what.
    """
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
        names = sorted(member.filename.removesuffix(".npy") for member in members)
        if names != sorted(expected):
            raise ValueError(f"holds {names}, not {sorted(expected)}")
        if sum(member.file_size for member in members) > len(content):
            raise ValueError("holds compressed members")
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            arrays: dict[str, Array] = {name: file[name] for name in names}
    except (BadZipFile, EOFError, KeyError, OSError) as error:
        raise ValueError(f"is no npz file ({error})") from error
    for name, array in arrays.items():
        found = ArrayShape(dtype=array.dtype.str, shape=array.shape)
        if found != expected[name]:
            raise ValueError(f"holds {name} as {found}, not {expected[name]}")
    return arrays
