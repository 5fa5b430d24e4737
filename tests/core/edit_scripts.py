"""Edit scripts to test with, and annotations through the door."""

from hypothesis import strategies as st

from augkit.transform import kernel_for
from augkit.vocab.text import Edits, Text

LETTERS = "abcdefgh XYZ é̂👩‍👧\n"


@st.composite
def scripts(draw, length, letters="uvw "):
    """An edit script over a text of ``length``, edits side by side as often as not."""
    edits, at = [], 0
    for act, size in draw(st.lists(st.tuples(st.sampled_from("keep drop put swap".split()), st.integers(1, 2)))):
        end = at if act == "put" else min(at + size, length)
        text = draw(st.text(letters, min_size=1, max_size=2)) if act in ("put", "swap") else ""
        if act != "keep" and (at < end or (act == "put" and (not edits or edits[-1][:2] != (at, at)))):
            edits.append((at, end, text))
        at = end
    return Edits(length, tuple(edits))


@st.composite
def edited_texts(draw):
    string = draw(st.text(LETTERS, min_size=1, max_size=9))
    bounds = st.tuples(st.integers(0, len(string)), st.integers(0, len(string))).map(sorted)
    ranges = [(a, b) for a, b in draw(st.lists(bounds, max_size=5)) if a < b]
    return string, ranges, draw(scripts(len(string)))


def read(kind, value, string, **options):
    return kind.read(value, kind.options_type(**options), Text(string).frame())[0]


def through_the_door(kind, value, string, edits=None, **options):
    target, form = kind.read(value, kind.options_type(**options), Text(string).frame())
    if edits is not None:
        target, string = kernel_for(Edits, kind)(target, edits), edits.apply(string)
    return target.write(form, Text(string).frame())
