"""No bad artifact and no old one is ever served; the version in force stays."""

import asyncio
import hashlib
import io
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from prometheus_client import CollectorRegistry
from redis import Redis
from structlog.testing import capture_logs

from services.scorer.adapters.artifacts import ArtifactStore
from services.scorer.adapters.catalogue import BroadcastCatalogue
from services.scorer.metrics import Metrics
from shared.events import CloudEvent, EventType, ModelChanged, announce
from shared.messaging import connect
from shared.model import checks
from shared.model.artifact import publish
from shared.model.learner import Learner
from shared.model.manifest import Manifest, Origin
from shared.model.packing import pack
from shared.model.state import ModelState, canonical_json
from shared.streams import FIELD, Keyspace
from tests.builders import NOON, a_configuration, a_project
from tests.fakes.clock import FakeClock

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
PROJECT = checks.PROJECT.name
KEYS = Keyspace("handraise")
PROMOTED, ROLLED_BACK = EventType.MODEL_PROMOTED, EventType.MODEL_ROLLED_BACK


def taught(count: int) -> ModelState:
    model = checks.taught(Learner.start, count).serving()
    assert model is not None
    return model.state()


STATES = [taught(count) for count in (60, 80, 100)]


@dataclass
class Shop:
    """A store of artifacts, the streams that announce them, and a scorer's catalogue."""

    url: str
    directory: Path
    announced: dict[int, CloudEvent] = field(default_factory=dict)

    def __post_init__(self) -> None:
        (self.directory / "verifying.key").write_bytes(KEY.public_key().public_bytes_raw())
        self.say(a_configuration(checks.PROJECT))

    @property
    def store(self) -> Path:
        return self.directory / "artifacts"

    def say(self, event: CloudEvent) -> None:
        client: Any = Redis.from_url(self.url)
        client.xadd(KEYS.key(event.stream), {FIELD: event.encode()})

    def promote(self, version: int, state: ModelState | None = None) -> Path:
        """Publish a version and announce it; the directory of its artifact."""
        origin = Origin(version, None, version, {})
        ref = publish(self.store, PROJECT, state or STATES[version - 1], origin, KEY)
        self.announce(version, ref.sha256)
        return self.store / ref.uri

    def announce(self, version: int, sha256: str, kind: EventType = PROMOTED) -> None:
        self.announced[version] = an_announcement(version, sha256, kind)
        self.say(self.announced[version])

    def serve(self) -> tuple[int, float, list[str]]:
        """The version that a new scorer serves, refusals counted, and what it says of them."""
        return self.serve_after(lambda: None)

    def serve_after(self, *steps: Callable[[], object]) -> tuple[int, float, list[str]]:
        """The same for a scorer that runs while these things happen, one after another."""
        return asyncio.run(self._serve(steps))

    async def _serve(self, steps: Any) -> tuple[int, float, list[str]]:
        redis, registry = connect(self.url), CollectorRegistry()
        store = ArtifactStore(self.store, self.directory / "verifying.key")
        catalogue = BroadcastCatalogue(
            redis, KEYS, store, Metrics(registry), FakeClock(), lambda _: None
        )
        with capture_logs() as log:
            for step in steps:
                step()
                await catalogue.refresh()
        await redis.aclose()
        served = catalogue.served(PROJECT)
        assert served is not None
        refused = registry.get_sample_value("handraise_models_refused_total", {"project": PROJECT})
        details = [line["detail"] for line in log if line["event"] == "model_refused"]
        return served.model.version, refused or 0, details


def an_announcement(version: int, sha256: str, kind: EventType = PROMOTED) -> CloudEvent:
    payload = ModelChanged(
        version=version, sha256=sha256, uri=f"{PROJECT}/{sha256}", parent=None,
        learned_up_to=version, metrics={}, reason="test", actor="test",
    )  # fmt: skip
    identity = str(version)
    return announce(
        kind, payload, project=PROJECT, identity=identity, source="retrainer", time=NOON
    )


@pytest.fixture
def shop(redis_url: str, tmp_path: Path) -> Shop:
    return Shop(redis_url, tmp_path)


def forged(shop: Shop, content: bytes, state: ModelState = STATES[1], **said: object) -> None:
    """Sign and announce as version 2 what publishing would never write."""
    origin = Origin(2, 1, 2, {})
    manifest = Manifest.describe(
        PROJECT, origin, state, file_sha256=hashlib.sha256(content).hexdigest(),
        file_size=len(content),
    ).model_copy(update=said)  # fmt: skip
    directory = shop.store / PROJECT / state.sha256
    directory.mkdir(parents=True, exist_ok=True)
    described = canonical_json(manifest.model_dump(mode="json"))
    (directory / "arrays.npz").write_bytes(content)
    (directory / "manifest.json").write_bytes(described)
    (directory / "manifest.sig").write_bytes(KEY.sign(described))
    shop.announce(2, state.sha256)


def zipped(method: int = zipfile.ZIP_STORED, **members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def an_object_array() -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.array([{"run": "this"}], dtype=object), allow_pickle=True)
    return buffer.getvalue()


def npz(name: str = "", content: bytes = b"", method: int = zipfile.ZIP_STORED) -> bytes:
    """The arrays of version 2, with one member more or another in its place."""
    whole = io.BytesIO(pack(STATES[1].arrays))
    with zipfile.ZipFile(whole) as archive:
        members = {member: archive.read(member) for member in archive.namelist()}
    return zipped(method, **(members | {name: content} if name else members))


FIRST_ARRAY = f"{min(STATES[1].arrays)}.npy"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (pack(STATES[1].arrays)[:-30], "is no npz file"),
        (b"", "is no npz file"),
        (npz(FIRST_ARRAY, bytes(10**8), zipfile.ZIP_DEFLATED), "compressed members"),
        (npz("bomb.npy", bytes(10**8), zipfile.ZIP_DEFLATED), "holds"),
        (npz("../../escape.npy", b"x"), "holds"),
        (npz("/etc/escape.npy", b"x"), "holds"),
        (npz(FIRST_ARRAY, an_object_array()), "arrays of objects"),
        (npz(FIRST_ARRAY, b"\x93NUMPY"), "arrays.npz"),
    ],
    ids=["truncated", "empty", "bomb", "more members", "traversal", "absolute", "pickle", "header"],
)  # fmt: skip
def test_a_bad_archive_is_refused_though_it_is_signed(
    shop: Shop, content: bytes, message: str
) -> None:
    shop.promote(1)
    forged(shop, content)
    _expect(shop.serve(), 0, message)


def test_the_version_in_force_stays(shop: Shop) -> None:
    served = shop.serve_after(lambda: shop.promote(1), lambda: forged(shop, b"PK"))
    _expect(served, 1, "is no npz file")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda a: a | {"voice0.weights": np.full_like(a["voice0.weights"], np.nan)}, "no numbers"),
        (lambda a: a | {"voice0.weights": a["voice0.weights"][:, :1]}, "do not fit"),
        (lambda a: a | {"voice0.weights": a["voice0.weights"][:-1]}, "do not fit"),
    ],
    ids=["NaN", "classes", "features"],
)
def test_a_bad_content_is_refused_though_it_is_signed(
    shop: Shop, change: Callable[[Any], Any], message: str
) -> None:
    arrays = change(dict(STATES[1].arrays))
    state = replace(STATES[1], arrays=arrays)
    offer = lambda: forged(shop, bytes(pack(arrays)), state=state)  # noqa: E731
    _expect(shop.serve_after(lambda: shop.promote(1), offer), 1, message)


def test_a_model_of_other_labels_is_refused(shop: Shop) -> None:
    other = a_project(PROJECT, labels=["yes", "no"]).model_dump()
    changed = a_configuration(a_project(**other), version=2)
    served = shop.serve_after(lambda: shop.say(changed), lambda: shop.promote(1))
    _expect(served, 0, "does not have")


def test_too_large_an_artifact_is_refused_before_it_is_read(shop: Shop) -> None:
    forged(shop, b"", file_size=2**40)
    _expect(shop.serve(), 0, "bytes")


def _outside(shop: Shop) -> None:
    sha256 = STATES[1].sha256
    event = an_announcement(2, sha256)
    assert isinstance(event.data, ModelChanged)
    data = event.data.model_copy(update={"uri": f"../outside/{sha256}"})
    shop.say(event.model_copy(update={"data": data}))


def _linked(shop: Shop) -> None:
    directory = shop.promote(2)
    elsewhere = shop.directory / "elsewhere"
    shutil.move(directory, elsewhere)
    directory.symlink_to(elsewhere)


def _of_another_project(shop: Shop) -> None:
    origin = Origin(2, None, 2, {})
    ref = publish(shop.store, "other", STATES[1], origin, KEY)
    (shop.store / PROJECT).mkdir(exist_ok=True)
    shutil.copytree(shop.store / "other" / ref.sha256, shop.store / PROJECT / ref.sha256)
    shop.announce(2, ref.sha256)


def _unsigned(shop: Shop) -> None:
    (shop.promote(2) / "manifest.sig").write_bytes(bytes(64))


def _renamed(shop: Shop) -> None:
    shop.announce(2, STATES[0].sha256)


@pytest.mark.parametrize(
    ("offer", "message"),
    [
        (_outside, "correct the event"),
        (_linked, "link"),
        (_of_another_project, "another model's"),
        (_unsigned, "signature"),
        (_renamed, "was signed as version 1, not 2"),
    ],
)
def test_what_is_not_the_announced_version_is_refused(
    shop: Shop, offer: Callable[[Shop], None], message: str
) -> None:
    served = shop.serve_after(lambda: shop.promote(1), lambda: offer(shop))
    _expect(served, 1, message)


def test_an_old_promotion_replayed_does_not_lead_back(shop: Shop) -> None:
    # given three versions in force one after another
    steps = [lambda n=n: shop.promote(n) for n in (1, 2, 3)]

    # when somebody sends the first promotion once more
    served = shop.serve_after(*steps, lambda: shop.say(shop.announced[1]))

    # then the third stays, for a scorer that starts only now too
    _expect(served, 3, "handraise model rollback")
    _expect(shop.serve(), 3, "handraise model rollback")


def test_a_rollback_leads_back_and_the_next_version_forward(shop: Shop) -> None:
    steps = [lambda n=n: shop.promote(n) for n in (1, 2)]
    back = lambda: shop.announce(1, STATES[0].sha256, ROLLED_BACK)  # noqa: E731
    assert shop.serve_after(*steps, back)[0] == 1
    assert shop.serve_after(lambda: shop.promote(3))[0] == 3


def test_a_promotion_repeated_mends_what_was_refused(shop: Shop) -> None:
    # given a version whose artifact was damaged when it was announced
    (shop.promote(1) / "arrays.npz").write_bytes(b"")
    _expect(shop.serve(), 0, "signed")

    # when it is published again
    assert shop.serve_after(lambda: shop.promote(1))[0] == 1


def _expect(served: tuple[int, float, list[str]], version: int, message: str) -> None:
    assert served[0] == version
    assert served[1] == 1
    assert message in served[2][0]
