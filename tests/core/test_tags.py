"""Tags of tokens under edit scripts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from augkit.errors import Conflict, DataError
from augkit.transform import kernel_for
from augkit.vocab.text import Edits, TagOptions, Tags
from tests.core.edit_scripts import read, scripts, through_the_door

NAMES = "Anna Maria Ruiz met Bob"
BIO = ["B-P", "I-P", "I-P", "O", "B-Q"]
IOBES = ["B-P", "I-P", "E-P", "O", "S-Q"]


@pytest.mark.parametrize(
    ("edits", "tokens", "bio", "iobes"),
    [
        ([(0, 5, "")], "Maria Ruiz met Bob", "B-P I-P O B-Q", "B-P E-P O S-Q"),
        ([(5, 11, "")], "Anna Ruiz met Bob", "B-P I-P O B-Q", "B-P E-P O S-Q"),
        ([(10, 15, "")], "Anna Maria met Bob", "B-P I-P O B-Q", "B-P E-P O S-Q"),
        ([(0, 11, "")], "Ruiz met Bob", "B-P O B-Q", "S-P O S-Q"),
        ([(5, 5, "Luz ")], "Anna Luz Maria Ruiz met Bob", "B-P I-P I-P I-P O B-Q", "B-P I-P I-P E-P O S-Q"),
        ([(16, 16, "had ")], "Anna Maria Ruiz had met Bob", "B-P I-P I-P O O B-Q", "B-P I-P E-P O O S-Q"),
        ([(0, 0, "so ")], "so Anna Maria Ruiz met Bob", "O B-P I-P I-P O B-Q", "O B-P I-P E-P O S-Q"),
        ([(23, 23, " !")], "Anna Maria Ruiz met Bob !", "B-P I-P I-P O B-Q O", "B-P I-P E-P O S-Q O"),
        ([(7, 7, " ")], "Anna Ma ria Ruiz met Bob", "B-P I-P I-P I-P O B-Q", "B-P I-P I-P E-P O S-Q"),
        ([(21, 21, " ")], "Anna Maria Ruiz met B ob", "B-P I-P I-P O B-Q I-Q", "B-P I-P E-P O B-Q E-Q"),
        ([(4, 5, "")], "AnnaMaria Ruiz met Bob", "B-P I-P O B-Q", "B-P E-P O S-Q"),
        ([(19, 20, "")], "Anna Maria Ruiz metBob", "B-P I-P I-P B-Q", "B-P I-P E-P S-Q"),
        ([(21, 22, "u")], "Anna Maria Ruiz met Bub", "B-P I-P I-P O B-Q", "B-P I-P E-P O S-Q"),
    ],
)
def test_tags_follow_edits(edits, tokens, bio, iobes):
    script = Edits(len(NAMES), tuple(edits))
    for scheme, before, after in (("bio", BIO, bio), ("iobes", IOBES, iobes)):
        value = {"tokens": NAMES.split(), "tags": before}
        out = through_the_door(Tags, value, NAMES, script, scheme=scheme)
        assert out == {"tokens": tokens.split(), "tags": after.split()}


def test_two_entities_that_would_meet_in_one_token_are_in_conflict():
    tags = read(Tags, {"tokens": ["Anna", "Bob"], "tags": ["B-P", "B-P"]}, "Anna Bob")
    with pytest.raises(Conflict, match="two entities") as conflict:
        kernel_for(Edits, Tags)(tags, Edits(8, ((4, 5, ""),)))
    apart = conflict.value.instead
    assert (apart.tokens, apart.tags) == (["Anna", "Bob"], ("B-P", "B-P"))
    with pytest.raises(Conflict) as conflict:
        kernel_for(Edits, Tags)(tags, Edits(8, ((3, 6, "--"),)))
    apart = conflict.value.instead
    assert (apart.tokens, apart.tags) == (["Ann--", "ob"], ("B-P", "B-P"))


def test_plain_tags_stand_alone():
    value = {"tokens": ["the", "dogs", "run"], "tags": [3, 7, 9]}
    plain = {"scheme": "plain", "outside": 0}
    assert through_the_door(Tags, value, "the dogs run", Edits(12, ((4, 9, ""),)), **plain)["tags"] == [3, 9]
    assert through_the_door(Tags, value, "the dogs run", Edits(12, ((6, 6, " "),)), **plain)["tags"] == [3, 7, 7, 9]
    assert through_the_door(Tags, value, "the dogs run", Edits(12, ((4, 4, "x "),)), **plain)["tags"] == [3, 0, 7, 9]
    value = {"tokens": ["a", "b"], "tags": [7, 7]}
    assert through_the_door(Tags, value, "a b", Edits(3, ((2, 2, "x "),)), **plain)["tags"] == [7, 0, 7]


def test_tokens_need_no_space_between_and_come_back_in_their_type():
    value = {"tokens": ("do", "n't", "go", "."), "tags": np.array(["O", "O", "O", "O"])}
    out = through_the_door(Tags, value, "don't go.", Edits(9, ((6, 8, "leave"),)))
    assert out["tokens"] == ("do", "n't", "leave", ".")
    assert out["tags"].tolist() == ["O"] * 4


@given(st.data())
def test_tags_stay_well_formed(data):
    words = data.draw(st.lists(st.text("abc", min_size=1, max_size=4), min_size=1, max_size=8))
    tags = data.draw(well_formed(len(words)))
    string = "  ".join(words)
    edits = data.draw(scripts(len(string)))
    before = read(Tags, {"tokens": words, "tags": tags}, string)
    try:
        after = kernel_for(Edits, Tags)(before, edits)
    except Conflict as conflict:
        after = conflict.instead
    assert_well_formed(after.tags)
    # The door itself checks that the tokens are the whole text, in order.
    again = read(Tags, {"tokens": after.tokens, "tags": after.tags}, edits.apply(string))
    assert (again.starts, again.ends) == (after.starts, after.ends)


@st.composite
def well_formed(draw, count):
    tags = []
    while len(tags) < count:
        label, size = draw(st.sampled_from(["O", "P", "Q"])), draw(st.integers(1, 3))
        tags += ["O"] if label == "O" else [f"B-{label}", *[f"I-{label}"] * (size - 1)]
    return tags[:count]


def assert_well_formed(tags):
    for before, tag in zip(["O", *tags], tags, strict=False):
        assert tag == "O" or tag[0] == "B" or before[1:] == tag[1:], tags


def test_the_check_of_tags_sees_an_orphan():
    with pytest.raises(AssertionError):
        assert_well_formed(["O", "I-P"])


@pytest.mark.parametrize(
    ("tokens", "tags", "message"),
    [
        (["a", "c"], ["O", "O"], "token 1 is 'c', but the text goes on with 'b c' at 2"),
        (["a", "b"], ["O", "O"], "no token covers 'c', at 4"),
        (["a", "b", "c", "d"], ["O"] * 4, "token 3 is 'd'"),
        (["a", "", "b", "c"], ["O"] * 4, "token 1 is ''"),
        (["a", "b", "c"], ["O", "O"], "two lists of one length"),
        (["a", "b", "c"], ["O", "I-P", "O"], "number 1, 'I-P', cannot follow 'O'"),
        (["a", "b", "c"], ["B-P", "I-Q", "O"], "number 1, 'I-Q', cannot follow 'B-P'"),
        (["a", "b", "c"], ["B-P", "E-P", "O"], "number 1 is 'E-P'.*scheme: iobes"),
        (["a", "b", "c"], [1, 2, 3], "number 0 is 1.*scheme: plain"),
    ],
)
def test_tags_that_do_not_fit_are_refused(tokens, tags, message):
    with pytest.raises(DataError, match=message):
        read(Tags, {"tokens": tokens, "tags": tags}, "a b c")


@pytest.mark.parametrize(
    "tags", [["B-P", "O", "O"], ["B-P", "B-P", "E-P"], ["I-P", "E-P", "O"], ["S-P", "E-P", "O"], ["O", "O", "B-P"]]
)
def test_broken_iobes_is_refused(tags):
    with pytest.raises(DataError, match="cannot follow"):
        read(Tags, {"tokens": ["a", "b", "c"], "tags": tags}, "a b c", scheme="iobes")


def test_tags_without_a_text_or_with_other_keys_are_refused():
    with pytest.raises(DataError, match="need their text"):
        Tags.read({"tokens": ["a"], "tags": ["O"]}, TagOptions(), {})
    with pytest.raises(DataError, match="got tokens, tags, pos"):
        read(Tags, {"tokens": ["a"], "tags": ["O"], "pos": ["N"]}, "a")
