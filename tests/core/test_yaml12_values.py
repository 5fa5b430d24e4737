"""YAML 1.2 as values: plain Python, JSON's twin, and any text at all."""

import json

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from augkit.errors import RecipeError, Where
from augkit.recipe.yaml12 import Map, Seq, located, plain, read, read_value


class TestPlainPython:
    place = Where("dict", 1, 1)

    def test_there_and_back(self):
        data = {"a": [1, 2.5, None, True, "x"], "b": {"c": {}, "d": []}}
        tree = located(data, self.place)
        assert plain(tree) == data
        assert tree.keys["a"] == tree.items["a"].items[0].where == self.place

    def test_tuples_and_numpy_numbers(self):
        got = plain(located((np.float32(0.5), np.int64(3), np.bool_(True), np.float64(0.25)), self.place))
        assert got == [0.5, 3, True, 0.25]
        assert [type(value) for value in got] == [float, int, bool, float]

    @pytest.mark.parametrize(
        ("value", "message"),
        [
            ({1: 2}, "dict:1:1: the key 1 is of type int; keys are text."),
            ([object], "dict:1:1: <class 'object'> is of type type; a recipe holds"),
            ({"a": {1, 2}}, "dict:1:1: {1, 2} is of type set; a recipe holds"),
        ],
    )
    def test_what_yaml_has_no_word_for(self, value, message):
        with pytest.raises(RecipeError) as caught:
            located(value, self.place)
        assert str(caught.value).startswith(message)

    def test_endless(self):
        endless: list[object] = []
        endless.append(endless)
        with pytest.raises(RecipeError, match="does a value contain itself"):
            located(endless, self.place)


class TestValues:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("1e-4", 1e-4),
            ("", None),
            ("no", "no"),
            ("[1, 2]", [1, 2]),
            ("{p: 1}", {"p": 1}),
            ("'1'", "1"),
            ("a b", "a b"),
        ],
    )
    def test_scalars_and_flow(self, text, value):
        assert plain(read_value(text, "--set x")) == value

    @pytest.mark.parametrize("text", ["a: b", "- a", "a\nb: c"])
    def test_nothing_else(self, text):
        with pytest.raises(RecipeError, match=r"^--set x:\d:\d: "):
            read_value(text, "--set x")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=100), inner, max_size=5),
    max_leaves=30,
)


@given(JSON.filter(lambda data: data is not None))
def test_json_is_yaml(data):
    assert plain(read(json.dumps(data))) == data
    assert plain(located(data, Where("x", 1, 1))) == data


@given(st.text(alphabet="abnoyes0123456789.eE+-xo~_:TrueFalsenull", max_size=8).map(str.strip))
def test_scalars_agree_with_their_json_twin(text):
    """What JSON reads as a number, true, false or null is the same to us; yaml.safe_load would differ."""
    try:
        expected = json.loads(text)
    except ValueError:
        return
    assert plain(read(f"[{text}]")) == [expected]


YAMLISH = st.text(alphabet=st.sampled_from("abp01.:,-#&*!|>'\"%@`?[]{}<~ \n\t\\$uU\ufeff\x85é😀"), max_size=60)


@given(st.one_of(st.text(), YAMLISH))
def test_any_text_reads_or_is_refused(text):
    for reader in (read, lambda text: read_value(text, "--set x")):
        try:
            reader(text)
        except RecipeError as error:
            assert error.where is not None
            assert error.where.line >= 1 and error.where.column >= 1
            str(error)


@given(YAMLISH)
def test_accepted_text_has_the_structure_that_pyyaml_sees(text):
    """PyYAML's own composer as oracle: same shape, same raw text in every string."""
    try:
        ours = read(text)
    except RecipeError:
        return
    assert _same(ours, yaml.compose(text, Loader=yaml.SafeLoader))


def _same(ours, node):
    if isinstance(ours, Map):
        pairs = [(key.value, value) for key, value in node.value]
        return list(ours.items) == [key for key, _ in pairs] and all(_same(ours.items[k], v) for k, v in pairs)
    if isinstance(ours, Seq):
        return len(ours.items) == len(node.value) and all(map(_same, ours.items, node.value))
    return not isinstance(ours.value, str) or ours.value == node.value
