"""Signed model files: written whole or not at all, and checked before a byte is parsed."""

import hashlib
import shutil
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import TypeAdapter, ValidationError

from shared.model.errors import ArtifactRefused
from shared.model.files import read_capped, sync_directory, write_all_synced
from shared.model.manifest import Manifest, Origin, Sha256
from shared.model.packing import pack, unpack
from shared.model.serving import KIND as SERVING
from shared.model.serving import ServingModel
from shared.model.state import SHARED, Array, ModelState, canonical_json
from shared.project import ProjectName

ARRAYS, MANIFEST, SIGNATURE = "arrays.npz", "manifest.json", "manifest.sig"
MOST_BYTES = 512 * 2**20
MOST_MANIFEST_BYTES = 16 * 2**20
SIGNATURE_BYTES = 64

TEMPORARY = ".new-"
_PARTS = TypeAdapter(dict[str, Sha256])
_PROJECT: TypeAdapter[str] = TypeAdapter(ProjectName)
_HASH: TypeAdapter[str] = TypeAdapter(Sha256)
_REPUBLISH = "publish the version again, or roll back to another"


@dataclass(frozen=True)
class ArtifactRef:
    """What other services need to find an artifact.

    Attributes:
        sha256: the content hash.
        uri: `project/sha256`, relative to the store.
    """

    sha256: str
    uri: str


def publish(
    store: Path, project: str, state: ModelState, origin: Origin, signing_key: Ed25519PrivateKey
) -> ArtifactRef:
    """Write `store/project/sha256/` whole; the same version, if whole, is left as it is.

    Shared parts are artifacts of their own, written before, and only if they are not there.

    Raises:
        ArtifactRefused: the state could not be loaded again (an array that is not finite).
    """
    ref = ArtifactRef(state.sha256, f"{project}/{state.sha256}")
    target = _locate(store, ref.uri, ref.sha256)
    _check_finite(state.arrays, ref.uri)
    public = signing_key.public_key()
    for part in state.shared.values():
        if not _stands(store, f"{project}/{part.sha256}", public):
            publish(store, project, part, origin, signing_key)
    if target.exists() and _is_whole(store, ref, public, origin.version):
        return ref
    content = pack(state.arrays)
    manifest = Manifest.describe(
        project,
        origin,
        state,
        file_sha256=hashlib.sha256(content).hexdigest(),
        file_size=len(content),
    )
    described = canonical_json(manifest.model_dump(mode="json"))
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(mkdtemp(prefix=TEMPORARY, dir=target.parent))
    try:
        temporary.chmod(0o755)
        signature = signing_key.sign(described)
        write_all_synced(temporary, {ARRAYS: content, MANIFEST: described, SIGNATURE: signature})
        _move(temporary, target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    sync_directory(target.parent)
    return ref


def load(
    store: Path,
    uri: str,
    sha256: str,
    verifying_key: Ed25519PublicKey,
    most_bytes: int = MOST_BYTES,
    parts: MutableMapping[str, ModelState] | None = None,
) -> tuple[Manifest, ModelState]:
    """Read an artifact, trusting nothing that is not signed.

    Args:
        store: the directory of all artifacts.
        uri: `project/sha256`.
        sha256: the content hash.
        verifying_key: whose signature is trusted.
        most_bytes: the largest file that is read.
        parts: shared parts by hash that were read before; those of this artifact are left in it.

    Raises:
        ArtifactRefused: it must not be used; the message says why, and what to do.
    """
    manifest, state = _load_whole(store, uri, sha256, verifying_key, most_bytes, parts)
    if state.document.get("kind") == SERVING:  # a learner's own state is checked where it is read
        _model(state, uri)
    return manifest, state


def load_model(
    store: Path,
    uri: str,
    sha256: str,
    verifying_key: Ed25519PublicKey,
    parts: MutableMapping[str, ModelState] | None = None,
) -> tuple[Manifest, ServingModel]:
    """The same, made into the model that it is.

    Raises:
        ArtifactRefused: it must not be used; the message says why, and what to do.
    """
    manifest, state = _load_whole(store, uri, sha256, verifying_key, MOST_BYTES, parts)
    return manifest, _model(state, uri)


def _load_whole(
    store: Path,
    uri: str,
    sha256: str,
    verifying_key: Ed25519PublicKey,
    most_bytes: int,
    parts: MutableMapping[str, ModelState] | None,
) -> tuple[Manifest, ModelState]:
    """An artifact with its shared parts."""
    manifest, state = _load_one(store, uri, sha256, verifying_key, most_bytes)
    known = {} if parts is None else dict(parts)
    project, shared = uri.partition("/")[0], {}
    for name, part_hash in shared_parts(manifest, uri).items():
        if part_hash not in known:
            part = f"{project}/{part_hash}"
            _, known[part_hash] = _load_one(store, part, part_hash, verifying_key, most_bytes)
        shared[name] = known[part_hash]
    if parts is not None:
        parts.clear()
        parts.update({part.sha256: part for part in shared.values()})
    return manifest, ModelState(state.document, state.arrays, shared)


def _load_one(
    store: Path, uri: str, sha256: str, verifying_key: Ed25519PublicKey, most_bytes: int
) -> tuple[Manifest, ModelState]:
    """An artifact without its shared parts."""
    directory = _locate(store, uri, sha256)
    manifest = _verified_manifest(directory, uri, sha256, verifying_key)
    if manifest.file_size > most_bytes:
        raise ArtifactRefused(f"{uri}: over {most_bytes} bytes; raise the limit, or {_REPUBLISH}")
    content = _read(directory / ARRAYS, uri, manifest.file_size)
    if hashlib.sha256(content).hexdigest() != manifest.file_sha256:
        raise ArtifactRefused(f"{uri}: {ARRAYS} is not the file that was signed; {_REPUBLISH}")
    try:
        arrays = unpack(content, manifest.arrays)
    except ValueError as error:
        raise ArtifactRefused(f"{uri}: {ARRAYS} {error}; {_REPUBLISH}") from error
    state = ModelState(manifest.document, arrays)
    if state.sha256 != sha256:
        raise ArtifactRefused(f"{uri}: the content has hash {state.sha256}; {_REPUBLISH}")
    _check_finite(arrays, uri)
    return manifest, state


def shared_parts(manifest: Manifest, uri: str) -> dict[str, str]:
    """The hashes of the shared parts by their names."""
    try:
        return _PARTS.validate_python(manifest.document.get(SHARED, {}))
    except ValidationError as error:
        raise ArtifactRefused(f"{uri}: its shared parts are no hashes; {_REPUBLISH}") from error


def _locate(store: Path, uri: str, sha256: str) -> Path:
    """The directory of an artifact, which cannot lie outside the store."""
    project, _, name = uri.partition("/")
    try:
        _PROJECT.validate_python(project)
        _HASH.validate_python(name)
    except ValidationError as error:
        raise ArtifactRefused(f"{uri!r} is not project/sha256; correct the event") from error
    if name != sha256:
        raise ArtifactRefused(f"{uri} does not name the content {sha256}; correct the event")
    for directory in (store / project, store / project / name):
        if directory.is_symlink():
            raise ArtifactRefused(f"{uri}: {directory} is a link; put a real directory there")
    return store / project / name


def _verified_manifest(
    directory: Path, uri: str, sha256: str, verifying_key: Ed25519PublicKey
) -> Manifest:
    document = _read(directory / MANIFEST, uri, MOST_MANIFEST_BYTES)
    signature = _read(directory / SIGNATURE, uri, SIGNATURE_BYTES)
    try:
        verifying_key.verify(signature, document)
    except InvalidSignature as error:
        raise ArtifactRefused(
            f"{uri}: the signature does not fit; check that verifying.key is the retrainer's, "
            f"else {_REPUBLISH}"
        ) from error
    try:
        manifest = Manifest.model_validate_json(document)
    except ValidationError as error:
        raise ArtifactRefused(
            f"{uri}: the manifest is of another format; upgrade this service, or {_REPUBLISH}"
        ) from error
    if f"{manifest.project}/{manifest.sha256}" != f"{uri.partition('/')[0]}/{sha256}":
        raise ArtifactRefused(f"{uri}: the manifest is another model's; {_REPUBLISH}")
    return manifest


def _read(path: Path, uri: str, most: int) -> bytes:
    try:
        return read_capped(path, most)
    except FileNotFoundError as error:
        raise ArtifactRefused(
            f"{uri}: {path.name} is missing; check HANDRAISE_ARTIFACTS, or {_REPUBLISH}"
        ) from error
    except (OSError, ValueError) as error:
        raise ArtifactRefused(f"{uri}: {path.name}: {error}; {_REPUBLISH}") from error


def _check_finite(arrays: Mapping[str, Array], uri: str) -> None:
    for name, array in arrays.items():
        if not np.issubdtype(array.dtype, np.number) or not np.isfinite(array).all():
            raise ArtifactRefused(f"{uri}: {name} holds values that are no numbers; {_REPUBLISH}")


def _model(state: ModelState, uri: str) -> ServingModel:
    """The model, if it can be served."""
    try:
        return ServingModel.from_state(state)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise ArtifactRefused(f"{uri}: its parts do not fit: {error}; {_REPUBLISH}") from error


def _stands(store: Path, uri: str, public: Ed25519PublicKey) -> bool:
    """Whether a shared part is there, by its signature and size."""
    directory = store / uri
    try:
        manifest = _verified_manifest(directory, uri, directory.name, public)
        return (directory / ARRAYS).stat().st_size == manifest.file_size
    except (ArtifactRefused, OSError):
        return False


def _is_whole(store: Path, ref: ArtifactRef, public: Ed25519PublicKey, version: int) -> bool:
    try:
        manifest, _ = load(store, ref.uri, ref.sha256, public)
    except ArtifactRefused:
        return False
    return manifest.version == version


def _move(temporary: Path, target: Path) -> None:
    """Put a new directory in place of what may be there (damaged, or signed with an old key)."""
    if target.exists():
        aside = temporary.with_name(f"{TEMPORARY}old-{temporary.name}")
        target.rename(aside)
        temporary.rename(target)
        shutil.rmtree(aside)
    else:
        temporary.rename(target)
