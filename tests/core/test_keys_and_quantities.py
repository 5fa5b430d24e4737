"""Keys and chords are transposed; values that say what they measure follow what they measure."""

import numpy as np
import pytest

from augkit.errors import Conflict, DataError, FieldError
from augkit.schema import read_field
from augkit.vocab.timeline import Gain, PitchShift, Speed, Tempo, TimeMap
from augkit.vocab.timeline.notes import transposed
from tests.core.time_moves import BACKWARDS, CROP, FASTER, LATER, RATE, STRETCH, TIME, TWICE, UP, WRAPPED, moved


@pytest.mark.parametrize(
    ("name", "semitones", "spelling", "expected"),
    [
        ("C major", 2, "sharp", "D major"),
        ("C# minor", 2, "sharp", "D# minor"),
        ("C# minor", 2, "flat", "Eb minor"),
        ("Bb", 1, "sharp", "B"),
        ("c:min", 2, "sharp", "d:min"),
        ("f#", 1, "flat", "g"),
        ("bb minor", 1, "sharp", "b minor"),
        ("B", 1, "sharp", "C"),
        ("Cb:maj", 1, "sharp", "C:maj"),
        ("G:maj7/3", 3, "flat", "Bb:maj7/3"),
        ("A:min7/b3", 2, "sharp", "B:min7/b3"),
        ("C/E", 2, "sharp", "D/F#"),
        ("Am7/G", -2, "sharp", "Gm7/F"),
        ("N", 5, "sharp", "N"),
        ("X", 5, "sharp", "X"),
        ("Db major", 12, "sharp", "Db major"),
        ("E♭ major", 1, "sharp", "E major"),
    ],
)
def test_names_are_transposed(name, semitones, spelling, expected):
    assert transposed(name, semitones, spelling) == expected


@pytest.mark.parametrize("semitones", range(-11, 12))
@pytest.mark.parametrize("spelling", ["sharp", "flat"])
def test_there_and_back_is_the_same_note_and_there_are_twelve(semitones, spelling):
    names = {transposed(f"{note}:min", 1, spelling) for note in "C D E F G A B C# D# F# G# A#".split()}
    assert len(names) == 12
    assert {transposed(transposed(name, semitones, spelling), -semitones, spelling) for name in names} == names


def test_keys_follow_pitch_and_speed_and_nothing_else():
    assert moved("key", "C major", PitchShift(2.0)) == "D major"
    assert moved("chord", "G:maj/B", PitchShift(-2.0)) == "F:maj/A"
    octave = Speed.at(TIME, 2.0, TIME[0] // 2)
    assert moved("key", "A minor", octave) == "A minor"
    for params in (STRETCH, CROP, WRAPPED, BACKWARDS, Gain(3.0)):
        assert moved("key", "A minor", params) == "A minor"


def test_between_two_keys_there_is_none_unless_it_is_rounded():
    with pytest.raises(Conflict, match=r"by 0\.4 semitones leads to no key; write {int: \[-3, 3\]}"):
        moved("key", "C major", PitchShift(0.4))
    with pytest.raises(Conflict):
        moved("key", "C major", FASTER)
    flagged = moved("key", {"key": "C major"}, PitchShift(1.4), between="round")
    assert flagged["key"] == "C# major" and flagged["cents"] == pytest.approx(40)
    again = moved("key", flagged, PitchShift(0.3), between="round")
    assert again["key"] == "D major" and again["cents"] == pytest.approx(-30)
    back = moved("key", again, PitchShift(-1.7), between="round")
    assert back == {"key": "C major", "cents": 0.0}


@pytest.mark.parametrize("value", ["H dur", "", 7, {"key": "C", "mode": "major"}, None])
def test_what_names_no_note_is_refused(value):
    if value == "":
        assert moved("key", value, UP) == ""
        return
    with pytest.raises(DataError, match="expected a"):
        moved("key", value, UP)


@pytest.mark.parametrize(
    ("quantity", "value", "params", "expected"),
    [
        ("tempo", 120, STRETCH, 150.0),
        ("tempo", [60.0, 90.0], FASTER, [75.0, 112.5]),
        ("tempo", 120, CROP, 120),
        ("tempo", 120, UP, 120),
        ("tempo", 120, LATER, 120),
        ("duration", 2.0, STRETCH, 1.6),
        ("duration", np.float32([2.0]), FASTER, [1.6]),
        ("duration", 2.0, CROP, 2.0),
        ("moment", 2.0, STRETCH, 1.6),
        ("moment", (1.5, 2.5), CROP, (0.5, 1.5)),
        ("moment", 1.0, WRAPPED, 2.0),
        ("moment", 1.0, BACKWARDS, 3.0),
        ("moment", 1.5, TWICE, 1.5),
        ("hz", 440.0, PitchShift(2.0), 493.8833),
        ("hz", 440.0, FASTER, 550.0),
        ("hz", 440.0, STRETCH, 440.0),
        ("semitone", 60, PitchShift(2.5), 62.5),
        ("semitone", 60, Speed.at(TIME, 2.0, 9), 72.0),
        ("db", -20.0, Gain(6.0), -14.0),
        ("db", -20.0, STRETCH, -20.0),
        ("invariant", "anything", STRETCH, "anything"),
    ],
)
def test_quantities(quantity, value, params, expected):
    out = moved("value", value, params, quantity=quantity)
    assert type(out) is type(expected) or isinstance(out, np.ndarray)
    assert out == expected if isinstance(expected, str) else out == pytest.approx(expected)


def test_a_moment_that_is_cut_away_is_a_conflict():
    with pytest.raises(Conflict, match="would be cut away"):
        moved("value", 0.5, CROP, quantity="moment")


@pytest.mark.parametrize("quantity", ["tempo", "duration", "hz", "semitone"])
def test_one_number_cannot_follow_a_speed_that_varies(quantity):
    bent = (TimeMap if quantity in ("tempo", "duration") else Speed)((0.0, 2.0, 4.0), (0.0, 1.0, 3.0), TIME[0], 9, RATE)
    with pytest.raises(DataError, match=f"speed varies within the clip, so a value that is a {quantity}"):
        moved("value", 1.0, bent, quantity=quantity)
    with pytest.raises(DataError, match="no one key"):
        moved("key", "C", Speed(bent.source, bent.output, TIME[0], 9, RATE))


@pytest.mark.parametrize("value", ["fast", None, float("nan"), True, {"a": 1}])
def test_a_quantity_is_a_number(value):
    with pytest.raises(DataError, match="expected a number, or several, since it is a tempo"):
        moved("value", value, STRETCH, quantity="tempo")


def test_a_quantity_names_the_class_and_what_it_depends_on():
    field = read_field("bpm", {"value": {"quantity": "tempo"}})
    assert field.type is Tempo and field.options.sensitive_to == ("tempo",)
    assert read_field("bpm", {"value": {"quantity": "tempo", "sensitive_to": ["noise"]}}).options.sensitive_to == (
        "noise",
    )
    with pytest.raises(FieldError, match=r"quantity: got 'bpm'.*'tempo'"):
        read_field("bpm", {"value": {"quantity": "bpm"}})
