"""What every step of text keeps: annotations, the identical string where nothing changes, odd texts, linear time."""

import dataclasses
import json
import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from augkit.errors import DataError
from augkit.trace import Trace
from tests.plugins.text.every_step import NAMES, STEPS, UNICODE, all_right, annotated, pipeline, random_fields

each_step = pytest.mark.parametrize("step", STEPS, ids=NAMES)


@each_step
@settings(max_examples=25)
@given(given_fields=annotated(), key=st.sampled_from("abcd"))
def test_annotations_follow(step, given_fields, key):
    aug = pipeline(dataclasses.replace(step, on_conflict="redraw"))
    out, trace = aug.traced(**given_fields, key=key)
    all_right(out)
    assert aug.replay(Trace.from_json(trace.to_json()), **given_fields) == out


@given(
    given_fields=annotated(),
    chosen=st.lists(st.sampled_from(range(len(STEPS))), min_size=2, max_size=6, unique=True),
    key=st.sampled_from("abcd"),
)
def test_annotations_follow_chains(given_fields, chosen, key):
    nodes = [dataclasses.replace(STEPS[n], id=str(n), on_conflict="redraw") for n in chosen]
    all_right(pipeline(*nodes)(**given_fields, key=key))


@pytest.mark.long
def test_annotations_follow_at_length():
    rng, spans = random.Random(7), 0
    while spans < 100_000:
        chosen = rng.sample(range(len(STEPS)), rng.randint(1, 6))
        aug = pipeline(*[dataclasses.replace(STEPS[n], id=str(n), on_conflict="redraw") for n in chosen])
        spans += sum(all_right(aug(**random_fields(rng, 8), key=str(n))) for n in range(50))


@each_step
@settings(max_examples=25)
@given(text=UNICODE)
def test_no_edits_give_the_identical_string(step, text):
    for node in (dataclasses.replace(step, strength=0.0), dataclasses.replace(step, p=0.0)):
        assert pipeline(node)(text=text, key="a")["text"] is text


@each_step
@settings(max_examples=25)
@given(text=UNICODE, key=st.sampled_from("ab"))
def test_a_text_that_comes_out_as_it_was_is_the_identical_string(step, text, key):
    out, trace = pipeline(step).traced(text=text, key=key)
    changed = any(params.get("edits") or params.get("pieces") for _, _, params in trace.steps)
    assert changed or out["text"] is text


@each_step
@pytest.mark.parametrize("text", ["", " ", "\n", "a", "不", "👩‍👧", "\ud800", ".", "...", "1", "'", "\u0301", "שלום"])
def test_texts_with_hardly_anything(step, text):
    for key in "abc":
        out = pipeline(step)(
            text=text, entities=[], tags={"tokens": text.split(), "tags": ["O"] * len(text.split())}, key=key
        )
        all_right(out)
        assert bool(out["text"].strip()) == bool(text.strip())


@each_step
def test_draws_log_as_json(step):
    text = "Ada's 2 happy friends can't separate. They do not! Définitely."
    _, trace = pipeline(step).traced(text=text, entities=[{"start": 0, "end": 3, "label": "PER"}], key="a")
    assert json.loads(json.dumps(trace.steps))


WORDS = "The happy doctor didn't separate 21 cars. A naïve friend, https://a.b/c, 5% of them! ".split(" ")


def seconds(step, count):
    """Process time for a text of ``count`` words, the best of two."""
    text = " ".join(WORDS[n % len(WORDS)] for n in range(count))
    aug, best = pipeline(step), []
    for key in "ab":
        start = time.process_time()
        aug(text=text, key=key)
        best.append(time.process_time() - start)
    return min(best)


@pytest.mark.long
@each_step
def test_time_grows_with_the_length(step):
    # To 1,000,000 characters; were it the square, the ratio would be 64.
    assert seconds(step, 180_000) < 24 * seconds(step, 22_500)


@pytest.mark.long
@each_step
@pytest.mark.parametrize("letter", ["a", "1", "@", ".", "不", "e\u0301", "'", "\n"])
def test_a_word_without_end_is_read_in_time(step, letter):
    def took(size):
        text, start = letter * size, time.process_time()
        pipeline(step)(text=text, key="a")
        return time.process_time() - start

    assert took(160_000) < 0.3 + 24 * took(20_000)


@each_step
def test_what_does_not_fit_is_refused_with_its_key(step):
    with pytest.raises(DataError, match=r"k7: .*row 0 goes from 2 to 9, outside"):
        pipeline(step)(text="short", entities=[{"start": 2, "end": 9}], key="k7")
    with pytest.raises(DataError, match=r"k7: .*token 0 is 'Bob'"):
        pipeline(step)(text="short", tags={"tokens": ["Bob"], "tags": ["O"]}, key="k7")
