"""Models that a project brings learn, are stored without pickle, and answer like our own."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier

from shared.errors import Misconfigured
from shared.model import artifact, checks
from shared.model.brought.storing import dump, load
from shared.model.brought.trial import try_out
from shared.model.challengers.fitting import KINDS, Refit, fit
from shared.model.challengers.task import Task
from shared.model.features import FeatureEncoder
from shared.model.keys import load_or_create_signing_key
from shared.model.learner import Learner
from shared.model.manifest import Origin
from shared.model.voices.registry import voice_from_state
from shared.project import Expert, Project, Reads

LABELS = checks.PROJECT.labels
ROWS = [row for row, _ in checks.examples(300)]
ENCODER = FeatureEncoder.fit(checks.PROJECT.fields, ROWS, len(LABELS))
MORE = [*checks.ODD_ROWS, *(row for row, _ in checks.examples(60, seed=9))]

GAUSS = Expert(name="gauss", model="sklearn.naive_bayes.GaussianNB")
FOREST = Expert(
    name="wood",
    model="sklearn.ensemble.RandomForestClassifier",
    parameters={"n_estimators": 20},
)
MARGIN = Expert(name="margin", model="sklearn.svm.LinearSVC", reads=Reads.VECTORS)
STEPS = Expert(
    name="steps",
    model="sklearn.calibration.CalibratedClassifierCV",
    parameters={
        "cv": 2,
        "estimator": {"model": "sklearn.linear_model.SGDClassifier", "parameters": {"alpha": 0.01}},
    },
)
BAYES = Expert(name="bayes", model="river.naive_bayes.BernoulliNB")
ALL = [GAUSS, FOREST, MARGIN, STEPS, BAYES]


def a_task(expert: Expert, labels: Sequence[str] = LABELS) -> Task:
    encoded = ENCODER.encode(ROWS)
    masses = [[target.get(label, 0.0) for label in labels] for _, target in checks.examples(300)]
    targets = np.array(masses, np.float32)
    if expert.reads is Reads.VECTORS:
        return Task(expert.name, None, encoded.sparse, targets, expert)
    return Task(expert.name, encoded.values, None, targets, expert)


@pytest.mark.parametrize("expert", ALL, ids=lambda expert: expert.name)
def test_what_is_brought_answers_everything_and_survives_its_state(expert: Expert) -> None:
    state = fit(a_task(expert))
    assert state is not None
    assert state.sha256 == fit(a_task(expert)).sha256  # type: ignore[union-attr]
    voice = voice_from_state(state)
    together = voice.predict_log_proba(ENCODER.encode(MORE))
    alone = [voice.predict_log_proba(ENCODER.encode([row])) for row in MORE]
    assert np.array_equal(together, np.concatenate(alone))
    assert np.isfinite(together).all()
    assert np.abs(np.exp(together).sum(axis=2) - 1).max() < 1e-5
    right = together[len(checks.ODD_ROWS) :, 0].argmax(axis=1)
    truth = [LABELS.index(max(t, key=t.__getitem__)) for _, t in checks.examples(60, 9)]
    assert np.mean(right == np.array(truth)) > 0.5


@pytest.mark.parametrize("expert", [GAUSS, MARGIN], ids=lambda expert: expert.name)
def test_a_label_without_examples_is_unlikely(expert: Expert) -> None:
    state = fit(a_task(expert, ("nobody", *LABELS)))
    assert state is not None
    said = voice_from_state(state).predict_log_proba(ENCODER.encode(ROWS))
    assert np.exp(said[:, 0, 0]).max() < 0.01


def test_vectors_are_left_as_they_are() -> None:
    state = fit(a_task(MARGIN))
    assert state is not None
    encoded = ENCODER.encode(ROWS)
    before = encoded.sparse.columns.copy()
    voice_from_state(state).predict_log_proba(encoded)
    assert np.array_equal(before, encoded.sparse.columns)


@pytest.mark.parametrize(
    ("model", "told"),
    [
        ("nowhere.Model", "No module named 'nowhere'"),
        ("sklearn.naive_bayes.Nobody", "no attribute 'Nobody'"),
        ("sklearn.preprocessing.StandardScaler", "is no classifier"),
        ("os.getcwd", "is no class"),
        ("sklearn.naive_bayes.MultinomialNB", "Negative values"),
        ("river.forest.ARFClassifier", "cannot pickle"),
        ("river.linear_model.SoftmaxRegression", "not trusted"),
        ("river.tree.HoeffdingTreeClassifier", "two models"),
        ("river.neighbors.KNNClassifier", "answers otherwise"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_reason(model: str, told: str) -> None:
    with pytest.raises(Misconfigured, match="experts: mine") as refused:
        try_out(Expert(name="mine", model=model), checks.PROJECT)
    assert told in str(refused.value)


def test_a_parameter_that_the_class_does_not_take_is_named() -> None:
    with pytest.raises(Misconfigured, match="colour"):
        try_out(GAUSS.model_copy(update={"parameters": {"colour": 3}}), checks.PROJECT)


def test_a_trial_tells_what_it_takes() -> None:
    trial = try_out(GAUSS, checks.PROJECT)
    assert trial.stored_bytes > 0
    assert "256 events are learned in" in str(trial)


def test_what_is_stored_may_hold_nothing_of_other_packages() -> None:
    state = fit(a_task(BAYES))
    assert state is not None
    with pytest.raises(ValueError, match=r"holds river\..*, which is not trusted"):
        load(state.arrays["model"].tobytes(), "sklearn")


def test_equal_models_have_equal_bytes_wherever_they_were_in_memory() -> None:
    rows, answers = np.arange(40.0).reshape(20, 2), np.arange(20) % 3
    first, second = (
        dump(RandomForestClassifier(5, random_state=1).fit(rows, answers)) for _ in range(2)
    )
    assert first == second


def a_project(*experts: Expert) -> Project:
    return checks.PROJECT.model_copy(update={"experts": experts})


def taught(project: Project, count: int) -> Learner:
    learner = Learner.start(project)
    for row, target in checks.examples(count):
        learner.learn(row, target)
    return learner


def with_fits(learner: Learner) -> Learner:
    while (refit := learner.due()) is not None:
        learner.install(refit, fit(learner.task(refit)))
    return learner


def test_a_learner_hears_what_its_project_brings() -> None:
    learner = with_fits(taught(a_project(GAUSS, MARGIN), 130))
    assert learner.due() is None
    served = learner.serving()
    assert served is not None
    without = with_fits(taught(a_project(), 130)).serving()
    assert without is not None
    assert not np.array_equal(served.predict_proba(MORE), without.predict_proba(MORE))

    again = Learner.restore(a_project(GAUSS, MARGIN), learner.state())
    for row, target in checks.examples(20, seed=3):
        learner.learn(row, target)
        again.learn(row, target)
    assert learner.state().sha256 == again.state().sha256


def test_a_project_may_bring_others_later() -> None:
    learner = with_fits(taught(a_project(), 600))
    learner.reconfigure(a_project(GAUSS))
    assert not learner.accepts(Refit("gauss", 600))
    for row, target in checks.examples(40, seed=4):
        learner.learn(row, target)
    names = []
    while (refit := learner.due()) is not None:
        names.append(refit.challenger)
        learner.install(refit, fit(learner.task(refit)))
    assert "gauss" in names
    learner.reconfigure(a_project())
    assert learner.serving() is not None
    assert learner.state().sha256 != ""


def test_an_artifact_with_it_is_published_and_served(tmp_path: Path) -> None:
    learner = with_fits(taught(a_project(FOREST), 130))
    served = learner.serving()
    assert served is not None
    key = load_or_create_signing_key(tmp_path / "key")
    ref = artifact.publish(tmp_path, "brought", served.state(), Origin(1, None, 130), key)
    _, state = artifact.load(tmp_path, ref.uri, ref.sha256, key.public_key())
    restored = type(served).from_state(state)
    assert np.array_equal(restored.predict_proba(MORE), served.predict_proba(MORE))


def test_names_of_our_own_are_taken() -> None:
    for ours in KINDS:
        with pytest.raises(ValueError, match="one of ours"):
            Project.model_validate(
                {
                    **checks.PROJECT.model_dump(),
                    "experts": [{"name": ours, "model": "sklearn.svm.SVC"}],
                }
            )
    twice = [GAUSS.model_dump(), {**GAUSS.model_dump(), "model": "sklearn.svm.SVC"}]
    with pytest.raises(ValueError, match="differ"):
        Project.model_validate({**checks.PROJECT.model_dump(), "experts": twice})


def test_one_label_alone_is_nothing_to_fit() -> None:
    task = a_task(GAUSS)
    same = np.tile(np.array([1, 0, 0], np.float32), (len(task.targets), 1))
    assert fit(replace(task, targets=same)) is None
