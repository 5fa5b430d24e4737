"""Translations: they stay where only the surface of their source changes, and follow where both are replaced."""

import json

import pytest

from augkit.errors import DataError, ReplayError
from augkit.transform import kernel_for
from augkit.vocab.text import Edits, PairEdits, Pieces, Translation
from tests.core.edit_scripts import read


def test_the_surface_of_the_source_leaves_the_translation_identical():
    german = read(Translation, "Anna geht", "Anna goes")
    assert kernel_for(Edits, Translation)(german, Edits(9, ((0, 1, "x"),))) is german
    assert kernel_for(Pieces, Translation)(german, Pieces(9, ((0, 9),))) is german


def test_what_is_replaced_on_both_sides_is_replaced_in_the_translation():
    german = read(Translation, "Anna geht", "Anna goes")
    pair = PairEdits(9, ((0, 4, "Eve"),), 9, ((0, 4, "Eva"),))
    assert PairEdits.from_log(json.loads(json.dumps(pair.log()))) == pair
    assert kernel_for(PairEdits, Translation)(german, pair).string == "Eva geht"
    assert kernel_for(PairEdits, Translation)(german, PairEdits(9, (), 9, ())) is german
    with pytest.raises(ReplayError, match="translation of 8 characters, met one of 9"):
        kernel_for(PairEdits, Translation)(german, PairEdits(9, (), 8, ()))


def test_pairs_do_not_become_one_script():
    pair = PairEdits(9, (), 9, ((0, 4, "Eva"),))
    assert Edits(9).then(pair) is None
    assert pair.then(Edits(9)) is None


def test_only_a_str_is_a_translation():
    with pytest.raises(DataError, match="expected a str"):
        read(Translation, 3, "Anna goes")
