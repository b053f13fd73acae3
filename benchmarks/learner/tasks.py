"""What is measured in processes of its own, in one thread each."""

from threadpoolctl import threadpool_limits

from benchmarks.learner.anchors import OURS, make
from benchmarks.learner.data import DATA_SETS, project_of
from benchmarks.learner.prequential import Scores, run, run_whole

SEED = 1


def scores_of(data_name: str, name: str, seed: int, most: int) -> Scores:
    """How one contestant does on the first `most` examples of one data set, in one order."""
    data = next(data for data in DATA_SETS if data.name == data_name)
    examples = data.examples(seed)
    project = project_of(examples, data.name)
    with threadpool_limits(1):
        return run(make(name, project), examples[:most], project)


def wrongly_decided(data_name: str, name: str, most: int) -> float:
    """The whole system's error with one contestant: ours by margin, others at random."""
    data = next(data for data in DATA_SETS if data.name == data_name)
    examples = data.examples(SEED)
    project = project_of(examples, data.name)
    with threadpool_limits(1):
        contestant = make(name, project)
        return run_whole(contestant, examples[:most], project, by_margin=name == OURS)
