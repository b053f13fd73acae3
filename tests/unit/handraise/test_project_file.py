from pathlib import Path

import pytest

from handraise.project_file import read_project
from shared.errors import Misconfigured

GOOD = """
name: p
title: Which?
labels: [a, b]
fields: {size: number}
"""
RULES = (
    GOOD
    + """policy:
  rules:
    - name: large
      when: {field: size, above: 3}
    - when: {label: a}
"""
)


def written(directory: Path, text: str) -> Path:
    path = directory / "p.yaml"
    path.write_text(text)
    return path


def test_a_good_file_is_a_project(tmp_path: Path) -> None:
    project = read_project(written(tmp_path, GOOD))

    assert project.labels == ("a", "b")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (GOOD + "titel: x\n", "titel: unknown key; did you mean title?"),
        (
            GOOD + "policy: {auto_margn: 0.5}\n",
            "policy.auto_margn: unknown key; did you mean auto_margin?",
        ),
        (GOOD + "zzz: 1\n", "zzz: unknown key; valid are name, title"),
        (
            GOOD + "experts: [{name: mine, class: a.B}]\n",
            "experts.0.class: unknown key; valid are name, model, parameters, reads",
        ),
        (GOOD + "quality: {exam: {passs: 1}}\n", "quality.exam.passs: unknown key"),
        (GOOD + "deadline: {secnds: 1}\n", "did you mean seconds?"),
        (
            GOOD.replace("number", "numbr"),
            "fields.size: 'numbr' is no kind of field; did you mean number?",
        ),
        (GOOD.replace("[a, b]", "[yes, b]"), "labels.0: True is not text: put it in quotes"),
        (GOOD.replace("[a, b]", "[a]"), "labels: "),
        (GOOD.replace("[a, b]", "[a, a]"), "labels must differ"),
        (GOOD.replace("title: Which?", ""), "title: missing"),
        (GOOD + "policy: {auto_margin: 2}\n", "policy.auto_margin: "),
        (GOOD.replace("name: p", "name: Bad Name"), "name: "),
        (
            RULES.replace("above", "abov"),
            "p.yaml:9: policy.rules.0.when.abov: unknown key",
        ),
        (
            RULES.replace("size,", "siz,"),
            "p.yaml:8: policy.rules.0 (large): there is no field",
        ),
        (RULES.replace("above: 3", "equals: x"), "size is a number, and never 'x'"),
        (RULES.replace("label: a", "label: c"), "p.yaml:10: policy.rules.1 (rule): 'c' is none"),
        (
            RULES.replace("label: a", "label: a, above: 3"),
            "above belongs beside field, slice or chance_of",
        ),
        (RULES.replace("name: large", "nam: large"), "p.yaml:8: policy.rules.0.nam: unknown key"),
        (
            GOOD + "policy: {certify_by: [x, x]}\n",
            "p.yaml:6: policy: certify_by names a slice",
        ),
        ("- a list", "expected keys such as name"),
        ("{", "not YAML"),
    ],
)
def test_a_bad_file_is_refused_with_file_key_and_cure(tmp_path: Path, text: str, says: str) -> None:
    path = written(tmp_path, text)

    with pytest.raises(Misconfigured) as refusal:
        read_project(path)

    assert says in str(refusal.value)
    assert str(path) in str(refusal.value)


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD.replace("title", "titel"))

    with pytest.raises(Misconfigured) as refusal:
        read_project(path)

    assert len(str(refusal.value).splitlines()) == 2


def test_a_file_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"nothing\.yaml: cannot be read"):
        read_project(tmp_path / "nothing.yaml")
