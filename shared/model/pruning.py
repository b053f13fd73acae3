"""Deleting the artifacts that nobody will go back to."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

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
    for entry, manifest in _manifests(store / project):
        if manifest.document.get("kind") in PARTS:
            shared[entry.name] = entry
        else:
            versions.append((manifest.version, entry, shared_parts(manifest, entry.name)))
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


def _manifests(directory: Path) -> Iterator[tuple[Path, Manifest]]:
    """The artifacts of a project; what crashes left behind is deleted on the way."""
    for entry in sorted(directory.iterdir()) if directory.is_dir() else ():
        if entry.name.startswith(TEMPORARY):
            shutil.rmtree(entry)
            continue
        with suppress(OSError, ValueError):
            document = read_capped(entry / MANIFEST, MOST_MANIFEST_BYTES)
            yield entry, Manifest.model_validate_json(document)
