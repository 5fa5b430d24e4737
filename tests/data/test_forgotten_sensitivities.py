"""Labels that are called as if they depended on what a step changes are remarked on until the recipe says something."""

from __future__ import annotations

from typing import Any

import pytest

from augkit.data.names import QUALITIES
from augkit.data.remarks import remarks
from augkit.qualities import why_unknown
from augkit.recipe import read_recipe

AUDIO, IMAGE, TEXT = {"audio": "audio"}, {"image": "image"}, {"text": "text"}


def told(sample: dict[str, Any], *steps: Any) -> list[str]:
    return [remark.message for remark in remarks(read_recipe({"augkit": 1, "sample": sample, "steps": [*steps]}), None)]


NAMES = [
    (AUDIO, "speaker", "pitch_shift", "speaker"),
    (AUDIO, "speaker_id", "speed", "speaker"),
    (AUDIO, "SpeakerGender", "pitch_shift", "speaker"),
    (AUDIO, "age", "pitch_shift", "voice"),
    (AUDIO, "language", "reverse", "meaning"),
    (AUDIO, "bpm", "time_stretch", "tempo"),
    (TEXT, "sentiment", "antonym", "polarity"),
    (IMAGE, "which_hand", "hflip", "handedness"),
    (IMAGE, "colour", "color_jitter", "colour"),
]


@pytest.mark.parametrize(("carrier", "name", "step", "quality"), NAMES)
def test_a_name_beside_a_step_that_changes_what_it_depends_on(
    carrier: dict[str, Any], name: str, step: str, quality: str
) -> None:
    message = told({**carrier, name: "label"}, step)[0]
    assert f"/{step} changes {quality}, on which a label called {name!r} usually depends." in message
    assert f"write sample: {{{name}: {{label: {{sensitive_to: [{quality}]}}}}}}" in message


@pytest.mark.parametrize(
    ("sample", "step"),
    [
        (AUDIO | {"speaker": "label"}, "gain"),
        (AUDIO | {"stage": "label", "usage": "label", "label": "label"}, "pitch_shift"),
        (AUDIO | {"speaker": {"label": {"sensitive_to": {"speaker": ["a"]}}}}, {"gain": {"only": {"speaker": ["b"]}}}),
        (TEXT | {"language": "label"}, "synonym"),
        (TEXT | {"transcript": "text"}, "random_word"),
        (AUDIO | {"chord": "chord"}, "pitch_shift"),
    ],
)
def test_what_does_not_depend_on_the_step_or_follows_it_is_left_alone(sample: dict[str, Any], step: Any) -> None:
    assert told(sample, step) == []


def test_accepting_or_narrowing_the_step_is_an_answer() -> None:
    sample = AUDIO | {"speaker": "label"}
    assert told(sample, "pitch_shift") != []
    assert told(sample, {"pitch_shift": {"accept": "synthetic voices"}}) == []
    assert told(sample, {"pitch_shift": {"only": {"speaker": ["robot"]}}}) == []


def test_one_remark_names_every_step() -> None:
    [message] = told(AUDIO | {"speaker": "label"}, "pitch_shift", "speed")
    assert message.startswith("audio/pitch_shift, audio/speed change speaker, ")


def test_the_qualities_are_words_that_steps_know() -> None:
    assert [
        why_unknown(quality) for qualities in QUALITIES.values() for quality in qualities if why_unknown(quality)
    ] == []
