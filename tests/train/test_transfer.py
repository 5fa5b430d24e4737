"""Policies as plain numbers: how they are written, which layers learn when and how fast, and what evidence leads to."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from augkit.errors import FieldError
from augkit.train.transfer import Decision, Evidence, Policy, StageEvidence, check, choose, rates, thawed

POLICIES: list[Any] = [
    "auto",
    "linear",
    "stages",
    {"stages": [2, 4]},
    {"last": 2},
    "discriminative",
    {"discriminative": 0.5},
    "full",
    "lp_ft",
    {"lp_ft": 3},
]


@pytest.mark.parametrize("written", POLICIES)
def test_a_policy_reads_back_as_it_was_written(written: Any) -> None:
    assert Policy.parse(written).written == written
    assert Policy.parse(json.loads(json.dumps(Policy.parse(written).written))) == Policy.parse(written)


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ("linaer", "unknown 'linaer'. Did you mean 'linear'?"),
        ("last", r"last needs a number: .* \{last: 2\}"),
        ({"last": 0}, r"last: got 0; expected how many layer groups"),
        ({"last": True}, "last: got True"),
        ({"last": 1, "full": 2}, "a name, or one name with a value"),
        ({"linear": 3}, "linear: got 3; expected no value; write transfer: linear"),
        ({"discriminative": 1.5}, "got 1.5; expected how much slower"),
        ({"discriminative": True}, "got True; expected how much slower"),
        ({"stages": []}, r"got \[\]; expected the stages that the head reads"),
        ({"stages": [2, 2]}, r"got \[2, 2\]"),
        ({"lp_ft": 0.5}, "got 0.5; expected for how many epochs"),
    ],
)
def test_what_is_no_policy_is_told(written: Any, complaint: str) -> None:
    with pytest.raises(FieldError, match=complaint) as caught:
        Policy.parse(written)
    assert caught.value.field == "transfer"


def test_what_learns_in_each_epoch() -> None:
    def over(written: Any, every: int | None = None) -> list[int]:
        return [thawed(Policy.parse(written), 5, epoch, 8, every) for epoch in range(8)]

    assert over("linear") == over({"stages": [3]}) == [0] * 8
    assert over("full") == over("discriminative") == [5] * 8
    assert over({"last": 2}) == [2] * 8
    assert over("lp_ft") == [0, 0, 5, 5, 5, 5, 5, 5]
    assert over({"lp_ft": 3}) == [0, 0, 0, 5, 5, 5, 5, 5]
    assert over("full", 1) == [0, 1, 2, 3, 4, 5, 5, 5]
    assert over({"last": 3}, 2) == [0, 0, 1, 1, 2, 2, 3, 3]


@given(st.sampled_from(POLICIES[1:]), st.integers(1, 40), st.integers(1, 60), st.sampled_from([None, 1, 2, 5]))
def test_what_has_thawed_never_freezes_again(written: Any, groups: int, epochs: int, every: int | None) -> None:
    counts = [thawed(Policy.parse(written), groups, epoch, epochs, every) for epoch in range(epochs)]
    assert counts == sorted(counts) and counts[0] >= 0


def test_discriminative_rates_fall_from_the_head_to_the_input() -> None:
    assert rates(Policy.parse({"discriminative": 0.5}), 3) == [0.125, 0.25, 0.5]
    assert rates(Policy.parse("full"), 3) == [1.0, 1.0, 1.0]


@pytest.mark.parametrize(
    ("written", "every", "complaint"),
    [
        ({"last": 6}, None, "the backbone has 5 layer groups; full lets all learn"),
        ({"stages": [7]}, None, "the backbone has 4 stages"),
        ({"lp_ft": 9}, None, r"the head alone for 9 of 9 epochs leaves none .* `linear`"),
        (
            "full",
            2,
            r"unfreeze_every: 5 layer groups, one every 2 epochs, are not thawed in 9 epochs; expected more than 10",
        ),
    ],
)
def test_what_a_backbone_or_so_many_epochs_cannot_follow(written: Any, every: int | None, complaint: str) -> None:
    with pytest.raises(FieldError, match=complaint):
        check(Policy.parse(written), groups=5, stages=4, epochs=9, unfreeze_every=every)


def evidence(per_class: float, *accuracies: float, spread: float = 0.02, logmes: tuple[float, ...] = ()) -> Evidence:
    stages = [
        StageEvidence(f"stage {n}", accuracy, accuracies[-1] - accuracy, spread, logme)
        for n, (accuracy, logme) in enumerate(zip(accuracies, logmes or accuracies, strict=True), 1)
    ]
    return Evidence(per_class, 100, 0.1, tuple(stages))


LIKE, UNLIKE = (0.5, 0.7, 0.9), (0.5, 0.9, 0.7)


def test_the_table() -> None:
    """Little and similar, little and different, more and similar, more and different."""
    assert str(choose(evidence(5, *LIKE), groups=6).policy) == "linear"
    assert str(choose(evidence(5, *UNLIKE), groups=6).policy) == "stages: 2"
    assert str(choose(evidence(200, *LIKE), groups=6).policy) == "last: 2"
    assert str(choose(evidence(200, *UNLIKE), groups=6).policy) == "full"


def test_a_difference_must_be_beyond_chance_and_logme_decides_where_it_is_close() -> None:
    close = (0.5, 0.81, 0.80)
    assert str(choose(evidence(5, *close, logmes=(0.0, 0.1, 0.2)), groups=6).policy) == "linear"
    assert str(choose(evidence(5, *close, logmes=(0.0, 0.3, 0.2)), groups=6).policy) == "stages: 2"
    assert str(choose(evidence(5, *close, spread=0.005, logmes=(0.0, 0.1, 0.2)), groups=6).policy) == "stages: 2"
    assert str(choose(evidence(5, 0.5, 0.8, 0.8, logmes=(0.0, 0.3, 0.2)), groups=6).policy) == "linear"


def test_stages_alone_are_asked_for_by_name() -> None:
    assert choose(evidence(500, *LIKE), 6, Policy("stages")).policy == Policy("stages", (3,))


def test_a_decision_says_why_and_reads_back() -> None:
    made = choose(evidence(5, *UNLIKE), groups=6)
    first, second = made.lines()
    assert first.startswith(
        "transfer: stages: 2: 5 samples a class are few, and stage 2 probes better than stage 3, 0.90"
    )
    assert "stage 1 0.50, stage 2 0.90, stage 3 0.70" in second and "LogME prefers stage 2" in second
    assert Decision.from_json(json.loads(json.dumps(made.to_json()))) == made
    assert Decision(Policy("full")).lines() == []
