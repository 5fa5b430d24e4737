"""`compare` may be believed: it finds nothing where there is nothing, and what is known to be there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from augkit.proof import compare
from augkit.train.progress import Progress
from tests.benchmarks.proof import digits, null, tiny


def test_one_recipe_under_two_names_is_no_difference(tmp_path: Path) -> None:
    """The same to the bit, so the interval is nothing but 0."""
    files = [tmp_path / f"{name}.yaml" for name in ("one", "two")]
    for file in files:
        file.write_text(json.dumps(tiny(5, "rotate")))
    found = compare(
        files, 2, tmp_path / "out", overrides=["train.epochs=1"], progress=Progress(silent=True), say=lambda line: None
    )
    pair = found.against_first()["two"]
    assert pair.interval == (0.0, 0.0)
    assert "No difference found" in pair.verdict("one", "two")
    assert not any("worse" in line for line in found.lines())


@pytest.mark.long
def test_recipes_that_differ_in_nothing_but_their_draws_are_no_different() -> None:
    """40 comparisons of 3 paired seeds, all of other seeds: in 95 % no difference is found, and in no class."""
    found = null()
    assert sum(one.against_first()["two"].sign == 0 for one in found) >= 38
    classes = [one.classes_against_first()["two"].values() for one in found]
    assert sum(all(pair.sign == 0 for pair in pairs) for pairs in classes) >= 38
    equal = sum(one.scores["one"] == one.scores["two"] for one in found)
    assert equal <= 4, "recipes that draw alike would prove nothing"


@pytest.mark.long
def test_the_known_gain_of_augmentation_on_few_digits_is_found() -> None:
    pair = digits().against_first()["without"]
    assert pair.sign == 1 and 0.02 < pair.mean < 0.08
