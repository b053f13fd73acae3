"""Deleting the artifacts that nobody will go back to."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from shared.model.artifact import MANIFEST, MOST_MANIFEST_BYTES, TEMPORARY, shared_parts
from shared.model.files import read_capped
from shared.model.manifest import Manifest
from shared.model.voices.registry import KINDS as PARTS


def prune(
    store: Path, project: str, keep: int, spare: Callable[[int, int], bool] | None = None
) -> list[str]:
    """Delete all but the newest `keep` artifacts of a project, and what crashes left behind.

    Only the process that publishes the project's models may call this.

    Args:
        store: the directory of all artifacts.
        project: whose.
        keep: how many.
        spare: whether an older version stays as well, by its number and the newest one's.

    Returns:
        The content hashes of the deleted artifacts, oldest first. A directory whose manifest
        cannot be read is left for a person to look at.
    """
    versions, shared = [], {}
    for entry, said in _artifacts(store / project):
        if said.kind in PARTS:
            shared[entry.name] = entry
        else:
            versions.append((said.version, entry, said.parts))
    versions.sort()
    newest = versions[-1][0] if versions else 0
    older = versions[: max(0, len(versions) - keep)]
    doomed = [entry for number, entry, _ in older if spare is None or not spare(number, newest)]
    staying = [parts for _, entry, parts in versions if entry not in doomed]
    used = {sha256 for parts in staying for sha256 in parts.values()}
    doomed += [entry for name, entry in sorted(shared.items()) if name not in used]
    for entry in doomed:
        shutil.rmtree(entry)
    return [entry.name for entry in doomed]


class _Said(NamedTuple):
    """What a manifest says of an artifact."""

    kind: object
    version: int
    parts: Mapping[str, str]


def _artifacts(directory: Path) -> Iterator[tuple[Path, _Said]]:
    """The artifacts of a project; what crashes left behind is deleted on the way."""
    for entry in sorted(directory.iterdir()) if directory.is_dir() else ():
        if entry.name.startswith(TEMPORARY):
            shutil.rmtree(entry)
            continue
        with suppress(OSError, ValueError):
            manifest = entry / MANIFEST
            yield entry, _said(manifest, manifest.lstat().st_mtime_ns)


@lru_cache(maxsize=4096)
def _said(path: Path, written: int) -> _Said:  # noqa: ARG001 - another writing, another manifest
    """Kept, as whoever publishes looks at most of them again and again."""
    manifest = Manifest.model_validate_json(read_capped(path, MOST_MANIFEST_BYTES))
    parts = shared_parts(manifest, path.parent.name)
    return _Said(manifest.document.get("kind"), manifest.version, parts)
