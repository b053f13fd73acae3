"""Which kinds of voices an artifact may hold: these, and nothing else."""

from shared.model.state import ModelState
from shared.model.voices.constant import ConstantVoice
from shared.model.voices.linear import LinearVoice
from shared.model.voices.voice import Voice
from shared.model.voices.words import WordsVoice

_KINDS: dict[str, type[LinearVoice] | type[WordsVoice] | type[ConstantVoice]] = {
    kind.KIND: kind for kind in (LinearVoice, WordsVoice, ConstantVoice)
}


def voice_state(voice: Voice) -> ModelState:
    """The state of a voice, with its kind."""
    state = voice.state()
    return ModelState({**state.document, "kind": voice.KIND}, state.arrays)


def voice_from_state(state: ModelState) -> Voice:
    """The voice that `state` was taken of.

    Raises:
        ValueError, KeyError, TypeError: it is no voice.
    """
    kind = state.document["kind"]
    if kind not in _KINDS:
        raise ValueError(f"a voice of kind {kind!r} is not known here")
    return _KINDS[kind].from_state(state)
