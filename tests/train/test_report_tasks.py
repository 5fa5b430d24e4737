"""``report.html`` of every task: truth and prediction are drawn alike, by what each task says of itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional

from augkit.data import open_recipe
from augkit.train.engine import model_of
from augkit.train.job import job_of
from augkit.vocab.space import Mask
from augkit.vocab.text import Spans, Tags
from augkit_image.tasks.segmenter import Segmenter
from augkit_text.tasks.learners import TokenLearner
from tests.plugins.audio.test_event_training import recipe as sounds
from tests.plugins.image.test_segmentation_training import recipe as scenes
from tests.plugins.text.test_translation import recipe as numbers
from tests.train.conftest import recipe
from tests.train.test_report import reported
from tests.train.test_texts import data as data  # fixtures
from tests.train.test_texts import recipe as texts
from tests.train.test_texts import tiny as tiny

NAMED = {"mask": {"classes": ["background", "circle", "square", "triangle"]}}
PAGES: dict[str, tuple[Callable[[], dict[str, Any]], str, int]] = {
    "masks": (lambda: scenes(mask=NAMED, report="on"), 'class="mask semantic"', 16),
    "events": (lambda: sounds(report="on"), 'class="spectrum"', 16),
    "translations": (lambda: numbers(report="on"), 'class="text"', 32),
    "one label": (lambda: recipe(report="on", epochs=1), 'class="pic', 16),
}


@pytest.mark.parametrize("name", PAGES)
def test_truth_and_prediction_are_drawn_side_by_side(name: str, tmp_path: Path) -> None:
    given, drawn, least = PAGES[name]
    run, html = reported(given(), tmp_path / "run")
    answers = html.partition("Truth beside prediction")[2]
    paired = answers.count("<figcaption>truth</figcaption>")
    assert paired == answers.count("<figcaption>prediction</figcaption>") == (0 if name == "one label" else least // 2)
    assert answers.count(drawn) >= least
    assert ("What is taken for what" in html) == (run.model.counted is not None)


def test_tags_are_drawn_and_counted_by_token(data: Path, tiny: Path, tmp_path: Path) -> None:
    run, html = reported(texts(data, tiny, "token_classification", report="on", epochs=2), tmp_path / "run")
    assert html.count('<p class="tags">') >= 16 and " tokens</small>" in html
    learner = run.model
    assert isinstance(learner, TokenLearner)
    text = "Anna met Ben"
    truth = Tags(text, (0, 5, 9), (4, 8, 12), ("B-PER", "O", "B-PER"), options=learner.options)
    found = Spans((0, 5), (4, 12), {"label": ["PER", "LOC"]})
    assert learner.shown(found, truth).tags == ("B-PER", "B-LOC", "I-LOC")  # type: ignore[attr-defined]
    batch = {"text": [text], "ner_tags": [{"tokens": truth.tokens, "tags": list(truth.tags)}]}
    wanted = {("PER", "PER"): 1, ("O", "LOC"): 1, ("PER", "LOC"): 1}
    assert learner.confused(batch, [found]) == Counter(wanted)


def test_a_mask_is_shown_with_the_numbers_of_the_data_and_counted_without_what_is_ignored() -> None:
    opened = open_recipe(scenes(mask=NAMED))
    learner = model_of(job_of(opened))
    assert isinstance(learner, Segmenter)
    truth = np.random.default_rng(0).integers(0, 4, (5, 7)).astype(np.uint8)
    sure = functional.one_hot(torch.from_numpy(truth).long(), 4).movedim(-1, 0).float()
    shown = learner.shown(sure, Mask(truth))
    assert isinstance(shown, Mask) and shown.classes.dtype == truth.dtype and np.array_equal(shown.classes, truth)
    asked = torch.from_numpy(truth)[None].long()
    counts = learner.confused({learner.fields.target: asked}, [sure])
    assert counts == Counter({(name, name): int((truth == n).sum()) for n, name in enumerate(NAMED["mask"]["classes"])})
    asked[0, 0] = learner.ignore_index
    assert learner.confused({learner.fields.target: asked}, [sure]).total() == truth.size - truth.shape[1]
