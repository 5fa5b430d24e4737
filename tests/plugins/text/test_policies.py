"""Policies over texts: spans follow, magnitudes are exact."""

import augkit

TEXT = "Anna Karenina met Count Vronsky at the railway station in Moscow on a cold morning"
SPANS = [{"start": 0, "end": 13, "label": "person"}, {"start": 58, "end": 64, "label": "place"}]


def test_a_recipe_of_texts_and_spans_works():
    sample = {"text": "text", "spans": {"spans": "text"}}
    aug = augkit.load({"augkit": 1, "sample": sample, "steps": [{"trivial_augment": {}}]})
    levels = set()
    for key in range(60):
        out, trace = aug.traced(text=TEXT, spans=SPANS, key=f"{key}")
        levels.update(entry.magnitude for entry in trace.entries)
        assert all(out["text"][span["start"] : span["end"]].strip() for span in out["spans"])
        assert aug.replay(trace, text=TEXT, spans=SPANS) == out
    assert len(levels) > 15


def test_the_magnitude_is_the_fraction_of_words():
    words = " ".join(f"word{number}" for number in range(50))
    given = {"rand_augment": {"n": 1, "magnitude": 0.5, "steps": [{"word_delete": {"protect": []}}]}}
    aug = augkit.load({"augkit": 1, "sample": {"text": "text"}, "steps": [given]})
    assert {len(aug(text=words, key=f"{key}")["text"].split()) for key in range(20)} == {50 - round(0.5 * 0.4 * 50)}
