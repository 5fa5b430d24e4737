"""Every step of text, made as the laws make it, and texts of all of Unicode to run them on."""

import random

from hypothesis import strategies as st

import augkit
from augkit import testing

SAMPLE = {"text": "text", "entities": {"spans": "text"}, "tags": {"tags": "text"}}
STEPS = testing.all_steps("text")
NAMES = [f"{step.name}-{number}" for number, step in enumerate(STEPS)]

# Marks that combine, joiners, flags, Hangul, spaces with marks on them, scripts from right to left and without spaces,
# line breaks of two characters, half of a pair of surrogates, sentences
PIECES = [
    *"abcXYZ019 .,'\n\t",
    *["é", "e\u0301", " \u0308", "👩‍👧", "🇩🇪", "각", "\r\n", "\u0600", "\u200d", "ß", "不", "\ud800", "नि"],
    *["don't ", "can not ", "twenty-one ", "21 ", "שלום ", "مرحبا ", "東京は。", "happy ", "The big film ended. "],
    *["No! ", "separate ", "A car, ", "ё ", "ﬁ"],
]
UNICODE = st.one_of(st.lists(st.sampled_from(PIECES), max_size=30).map("".join), st.text(max_size=30))


def pipeline(*nodes, sample=SAMPLE, seed=1, **kwargs):
    return augkit.Pipeline(list(nodes), sample=sample, seed=seed, **kwargs)


def bio(labels):
    before = ["O", *labels]
    return [
        label if label == "O" else f"{'I' if label == last else 'B'}-{label}"
        for last, label in zip(before, labels, strict=False)
    ]


@st.composite
def annotated(draw):
    """A text with spans, some in one another, and tags of its words."""
    text = draw(UNICODE)
    bound = st.integers(0, len(text))
    spans = [sorted(pair) for pair in draw(st.lists(st.tuples(bound, bound), max_size=5))]
    tags = draw(st.lists(st.sampled_from("OPQ"), min_size=len(text.split()), max_size=len(text.split())))
    return fields(text, [span for span in spans if span[0] < span[1]], tags)


def fields(text, spans, labels):
    rows = [{"start": a, "end": b, "label": "PER", "text": text[a:b]} for a, b in spans]
    return {"text": text, "entities": rows, "tags": {"tokens": text.split(), "tags": bio(labels)}}


def random_fields(rng: random.Random, spans: int):
    """As ``annotated``, many and fast; half of the spans are of whole words."""
    text = "".join(rng.choices(PIECES, k=rng.randint(1, 40)))
    words, found = text.split(), []
    for _ in range(spans):
        a, b = sorted((rng.randint(0, len(text)), rng.randint(0, len(text))))
        if words and rng.random() < 0.5:
            a = text.index(words[rng.randrange(len(words))])
            b = a + len(text[a:].split()[0])
        found += [(a, b)] if a < b else []
    return fields(text, found, rng.choices("OOPQ", k=len(words)))


def all_right(out):
    """Whether every span says its surface, and the tags are well-formed and of the text; how many spans that were."""
    for row in out["entities"]:
        assert out["text"][row["start"] : row["end"]] == row["text"] != ""
    # The door checks that the tokens are the text and that the tags are well-formed.
    pipeline(STEPS[0]).read({"text": out["text"], "tags": out["tags"]})
    return len(out["entities"])
