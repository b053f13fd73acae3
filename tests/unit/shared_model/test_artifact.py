"""Artifacts travel whole, and nothing that was tampered with is ever used."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.model import checks
from shared.model.artifact import ArtifactRef, load, publish
from shared.model.errors import ArtifactRefused
from shared.model.learner import Learner
from shared.model.manifest import ArrayShape, Origin
from shared.model.packing import pack, unpack
from shared.model.pruning import prune
from shared.model.serving import ServingModel
from shared.model.state import ModelState

ORIGIN = Origin(version=1, parent=None, learned_up_to=60, metrics={"log_loss": 0.5})
SIGNING_KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
VERIFYING_KEY = SIGNING_KEY.public_key()


@dataclass(frozen=True)
class Published:
    store: Path
    ref: ArtifactRef
    state: ModelState

    @property
    def directory(self) -> Path:
        return self.store / self.ref.uri

    def load(self) -> ModelState:
        return load(self.store, self.ref.uri, self.ref.sha256, VERIFYING_KEY)[1]


@pytest.fixture(scope="module")
def served() -> ServingModel:
    model = checks.taught(Learner.start, 60).serving()
    assert model is not None
    return model


@pytest.fixture
def published(served: ServingModel, tmp_path: Path) -> Published:
    state = served.state()
    return Published(tmp_path, publish(tmp_path, "churn", state, ORIGIN, SIGNING_KEY), state)


def test_what_was_published_is_loaded(published: Published, served: ServingModel) -> None:
    rows = [row for row, _ in checks.examples(30)]

    manifest, state = load(published.store, published.ref.uri, published.ref.sha256, VERIFYING_KEY)

    assert published.ref.uri == f"churn/{state.sha256}"
    assert (manifest.version, manifest.learned_up_to) == (1, 60)
    assert set(manifest.libraries) == {"python", "numpy", "scipy", "scikit-learn"}
    again = ServingModel.from_state(state)
    assert np.array_equal(again.predict_proba(rows), served.predict_proba(rows))


def test_a_learner_travels_as_well(tmp_path: Path) -> None:
    state = checks.taught(Learner.start, 60).state()
    ref = publish(tmp_path, "churn", state, ORIGIN, SIGNING_KEY)

    _, loaded = load(tmp_path, ref.uri, ref.sha256, VERIFYING_KEY)

    assert Learner.restore(checks.PROJECT, loaded).state().sha256 == state.sha256


def test_arrays_come_back_as_they_are_whatever_their_order_and_shape() -> None:
    table = np.arange(6, dtype=np.float32).reshape(2, 3)
    arrays = {"plain": table, "turned": table.T, "none": table[:0], "one": np.array(1.5)}
    shapes = {
        name: ArrayShape(dtype=array.dtype.str, shape=array.shape) for name, array in arrays.items()
    }
    again = unpack(bytes(pack(arrays)), shapes)
    assert all(np.array_equal(again[name], array) for name, array in arrays.items())
    assert ModelState({}, again).sha256 == ModelState({}, arrays).sha256


def test_publishing_again_changes_nothing_and_leaves_nothing_behind(published: Published) -> None:
    before = (published.directory / "manifest.json").read_bytes()

    assert publish(published.store, "churn", published.state, ORIGIN, SIGNING_KEY) == published.ref

    assert (published.directory / "manifest.json").read_bytes() == before
    assert [entry.name for entry in (published.store / "churn").iterdir()] == [published.ref.sha256]


def test_the_same_content_as_another_version_is_signed_as_that(published: Published) -> None:
    later = replace(ORIGIN, version=2)

    ref = publish(published.store, "churn", published.state, later, SIGNING_KEY)

    manifest, _ = load(published.store, ref.uri, ref.sha256, VERIFYING_KEY)
    assert (ref, manifest.version) == (published.ref, 2)


def test_publishing_again_mends_what_was_damaged(published: Published) -> None:
    (published.directory / "arrays.npz").write_bytes(b"")

    publish(published.store, "churn", published.state, ORIGIN, SIGNING_KEY)

    assert published.load().sha256 == published.ref.sha256


def test_state_that_is_not_finite_is_not_published(tmp_path: Path) -> None:
    state = ModelState({"kind": "serving"}, {"weights": np.array([np.nan])})
    with pytest.raises(ArtifactRefused, match="weights"):
        publish(tmp_path, "churn", state, ORIGIN, SIGNING_KEY)
    assert list(tmp_path.iterdir()) == []


def test_parts_that_do_not_fit_are_refused(published: Published) -> None:
    arrays = {**published.state.arrays, "voice0.weights": np.zeros((3, 3), np.float32)}
    state = replace(published.state, arrays=arrays)
    ref = publish(published.store, "churn", state, ORIGIN, SIGNING_KEY)
    with pytest.raises(ArtifactRefused, match="do not fit"):
        load(published.store, ref.uri, ref.sha256, VERIFYING_KEY)


def _flip(name: str) -> Callable[[Path], None]:
    def flip(directory: Path) -> None:
        content = bytearray((directory / name).read_bytes())
        content[len(content) // 2] ^= 1
        (directory / name).write_bytes(content)

    return flip


def _link(directory: Path) -> None:
    real = directory.with_name("real")
    directory.rename(real)
    directory.symlink_to(real)


def _link_file(directory: Path) -> None:
    real = directory.with_name("real")
    shutil.move(directory / "arrays.npz", real)
    (directory / "arrays.npz").symlink_to(real)


@pytest.mark.parametrize(
    ("tamper", "message"),
    [
        (_flip("arrays.npz"), "not the file that was signed"),
        (_flip("manifest.json"), "signature"),
        (_flip("manifest.sig"), "signature"),
        (lambda at: (at / "manifest.sig").write_bytes(b""), "signature"),
        (lambda at: (at / "manifest.sig").unlink(), "missing"),
        (lambda at: (at / "arrays.npz").unlink(), "missing"),
        (lambda at: (at / "arrays.npz").write_bytes(bytes(10**7)), "10000000 bytes"),
        (lambda at: (at / "arrays.npz").write_bytes(b"short"), "not the file that was signed"),
        (_link, "link"),
        (_link_file, "arrays.npz"),
    ],
)
def test_tampering_is_refused(
    published: Published, tamper: Callable[[Path], None], message: str
) -> None:
    tamper(published.directory)
    with pytest.raises(ArtifactRefused, match=message):
        published.load()


@pytest.mark.parametrize(
    "uri",
    ["", "churn", "../churn/{}", "/churn/{}", "churn/../{}", "churn/{}/", "Churn/{}", "c\0/{}"],
)
def test_paths_outside_the_store_are_refused(published: Published, uri: str) -> None:
    with pytest.raises(ArtifactRefused, match="correct the event"):
        load(published.store, uri.format(published.ref.sha256), published.ref.sha256, VERIFYING_KEY)


def test_another_projects_artifact_is_refused(published: Published) -> None:
    shutil.copytree(published.store / "churn", published.store / "loans")
    with pytest.raises(ArtifactRefused, match="another model's"):
        load(published.store, f"loans/{published.ref.sha256}", published.ref.sha256, VERIFYING_KEY)


def test_another_key_is_refused(published: Published) -> None:
    other = Ed25519PrivateKey.generate().public_key()
    with pytest.raises(ArtifactRefused, match=r"verifying\.key"):
        load(published.store, published.ref.uri, published.ref.sha256, other)


def test_too_large_an_artifact_is_refused(published: Published) -> None:
    with pytest.raises(ArtifactRefused, match="over 10 bytes"):
        load(published.store, published.ref.uri, published.ref.sha256, VERIFYING_KEY, 10)


def test_a_signed_pickle_is_still_refused(published: Published) -> None:
    # given somebody with the key who packs an object array under a known name
    objects = np.array([{}], dtype=object)
    with pytest.raises(ValueError, match="pickle"):
        pack({"voice0.weights": objects})
    state = replace(published.state, arrays={"voice0.weights": objects})
    with pytest.raises(ArtifactRefused, match="no numbers"):
        publish(published.store, "churn", state, ORIGIN, SIGNING_KEY)


def test_prune_keeps_the_newest(tmp_path: Path) -> None:
    # given five versions, and what a crash left behind
    refs = [
        publish(
            tmp_path,
            "churn",
            ModelState({"kind": "learner", "n": i}, {"a": np.zeros(1)}),
            replace(ORIGIN, version=i),
            SIGNING_KEY,
        )
        for i in (3, 1, 5, 2, 4)
    ]
    (tmp_path / "churn" / ".new-crashed").mkdir()

    deleted = prune(tmp_path, "churn", keep=2)

    assert deleted == [refs[1].sha256, refs[3].sha256, refs[0].sha256]
    kept = {entry.name for entry in (tmp_path / "churn").iterdir()}
    assert kept == {refs[2].sha256, refs[4].sha256}
    assert prune(tmp_path, "churn", keep=9) == []
    assert prune(tmp_path, "unheard-of", keep=1) == []


def test_content_that_is_published_anew_is_as_new_as_that(tmp_path: Path) -> None:
    states = [ModelState({"kind": "learner", "n": i}, {"a": np.zeros(1)}) for i in (1, 2)]
    for version, state in enumerate(states, 1):
        publish(tmp_path, "churn", state, replace(ORIGIN, version=version), SIGNING_KEY)
    assert prune(tmp_path, "churn", keep=2) == []

    publish(tmp_path, "churn", states[0], replace(ORIGIN, version=3), SIGNING_KEY)

    assert prune(tmp_path, "churn", keep=1) == [states[1].sha256]
