"""Labels of frames when two clips are laid over each other."""

import numpy as np
import pytest

import augkit
from augkit import steps
from augkit.errors import CompileError, DataError

SAMPLE = {"audio": "audio", "frames": "frame_labels"}


def clip(seconds, labels, hop=0.1):
    return {"audio": (np.ones(round(seconds * 1000), np.float32), 1000), "frames": {"labels": labels, "hop": hop}}


def mixed(a, b):
    aug = augkit.Pipeline([steps.audio.mixup(alpha=1)], sample=SAMPLE)
    out, trace = aug.traced(**a, key="k", partners=[b])
    return out["frames"]["labels"], trace.steps[0][2]["share"]


def test_weights_go_by_their_shares_and_what_is_ignored_stays_so():
    ones, twos = np.float32([[1, 0]] * 3), np.float32([[0, 1]] * 5)
    twos[1] = -100
    labels, share = mixed(clip(0.3, ones), clip(0.5, twos))
    rest = 1 - share
    assert labels == pytest.approx(
        np.array([[share, rest], [-100, -100], [share, rest], [0, rest], [0, rest]]), abs=1e-6
    )
    assert labels.dtype == np.float32


def test_truth_values_are_true_of_either():
    labels, _ = mixed(clip(0.2, np.array([True, False])), clip(0.3, np.array([False, False, True])))
    assert labels.tolist() == [True, False, True]


@pytest.mark.parametrize(
    ("a", "b", "message"),
    [
        (clip(0.2, [1, 2]), clip(0.2, [1, 2]), "classes of int64 cannot be mixed; give weights"),
        (clip(0.2, [0.5, 0.5]), clip(0.2, [0.5] * 4, hop=0.05), "one hop and the same classes"),
        (
            clip(0.2, np.ones((2, 2), np.float32)),
            clip(0.2, np.ones((2, 3), np.float32)),
            "one hop and the same classes",
        ),
    ],
)
def test_what_cannot_be_mixed_is_refused(a, b, message):
    with pytest.raises(DataError, match=message):
        mixed(a, b)


@pytest.mark.parametrize("kind", ["contour", "beats", "words", "key", {"value": {"quantity": "tempo"}}])
def test_what_is_of_one_clip_alone_is_refused_when_it_is_compiled(kind):
    with pytest.raises(CompileError, match=r"mixup.*'said'"):
        augkit.Pipeline([steps.audio.mixup()], sample={"audio": "audio", "said": kind})


def test_clips_without_frames_are_mixed():
    none = clip(0.05, np.zeros((0, 2), np.float32))
    assert mixed(none, none)[0].shape == (0, 2)
