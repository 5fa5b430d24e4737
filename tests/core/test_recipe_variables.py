"""Variables of a recipe: ``vars`` and ``${name}``."""

import time

import pytest

from augkit.errors import Where
from augkit.recipe.substitute import substitute
from augkit.recipe.yaml12 import plain
from tests.core.layered import refusal, tree


class TestVariables:
    def filled(self, text):
        return plain(substitute(tree(text)))

    def test_alone_it_keeps_its_type_and_has_the_place_of_use(self):
        node = substitute(
            tree("vars: {size: 224, ratio: [0.8, 1.2], off: no, ok: true}\na: ${size}\nb: '${ratio}'\nc: ${ok}")
        )
        assert plain(node) == {"a": 224, "b": [0.8, 1.2], "c": True}
        assert node.items["a"].where == Where("r.yaml", 2, 4)
        assert node.items["b"].items[1].where == Where("r.yaml", 3, 4)

    def test_in_longer_text_it_is_written_out(self):
        text = "vars: {n: 3, lr: 1e-4, name: run, ok: true}\na: ${name}-${n}-${lr}-${ok}.csv\nb: '${n}${n}'\nc: ' ${n}'"
        assert self.filled(text) == {"a": "run-3-0.0001-true.csv", "b": "33", "c": " 3"}

    def test_everywhere_in_the_recipe(self):
        text = "vars: {p: 0.5}\nsteps:\n  - one_of: [{hflip: {p: '${p}'}}]\n"
        assert self.filled(text) == {"steps": [{"one_of": [{"hflip": {"p": 0.5}}]}]}

    def test_escape(self):
        assert self.filled("vars: {a: 1}\nx: $${a}\ny: $$${a}\nz: $a$") == {"x": "${a}", "y": "$${a}", "z": "$a$"}

    def test_variables_use_each_other_in_any_order(self):
        text = (
            "vars: {crop: '${size}', sizes: ['${size}', 1], size: 224, file: 'data-${crop}'}\nx: ${file}\ny: ${sizes}"
        )
        assert self.filled(text) == {"x": "data-224", "y": [224, 1]}

    def test_without_variables_nothing_changes(self):
        text = "a: [1, {b: c}]\nd: $x"
        assert substitute(tree(text)) == tree(text)
        assert self.filled("vars:\na: 1") == {"a": 1}

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("vars: {size: 1}\na: ${sise}", "r.yaml:2:4: unknown variable 'sise'. Did you mean 'size'?"),
            ("vars: {size: 1}\na: x${banana}", "r.yaml:2:4: unknown variable 'banana'. Known: size."),
            ("a: ${size}", "r.yaml:1:4: unknown variable 'size'. The recipe has no vars:."),
            ("vars: {a: '${b}'}\nx: 1", "r.yaml:1:11: unknown variable 'b'."),
            ("vars: {a: '${b}', b: '${a}'}", "r.yaml:1:"),
            ("vars: {a: 'x${a}'}", "r.yaml:1:8: vars: a → a go round in a circle."),
            ("vars: {a: [1, 2]}\nx: n${a}", "r.yaml:2:4: ${a} is a list of 2 and cannot be part of a text."),
            ("vars: {a: }\nx: n${a}", "r.yaml:2:4: ${a} is empty and cannot be part of a text."),
            ("vars: {a: {b: 1}}", "r.yaml:1:11: vars: a holds a mapping; expected a number, a text or a list."),
            ("vars: {a: [{b: 1}]}", "r.yaml:1:12: vars: a holds a mapping"),
            ("vars: [1]", "r.yaml:1:7: vars: got a list of 1; expected a mapping such as {size: 224}."),
            ("vars: {'a b': 1}", "r.yaml:1:8: vars: 'a b' is no name"),
            ("vars: {a: 1}\nx: ${a", "r.yaml:2:4: '${a' is no variable; write ${name}, or $${ for the text ${."),
            ("vars: {a: 1}\nx: ${}", "r.yaml:2:4: '${}' is no variable"),
            ("vars: {a: 1}\nx: ${a.b}", "r.yaml:2:4: '${a.b}' is no variable"),
            ("vars: {a: 1}\nx: {'${a}': 1}", "r.yaml:2:5: '${a}': variables are read in values, not in keys."),
        ],
    )
    def test_refused_with_its_place(self, text, message):
        assert refusal(substitute, tree(text)).startswith(message)

    def test_a_circle_is_named(self):
        message = refusal(substitute, tree("vars: {a: '${b}', b: 'x${c}', c: ['${a}']}"))
        circle = message.split("vars: ")[1].split(" go ")[0].split(" → ")
        assert circle[0] == circle[-1] and "".join(circle[:-1]) in ("abc", "bca", "cab")

    @pytest.mark.parametrize(("start", "double"), [("'lol'", "'${v%d}${v%d}'"), ("[lol]", "['${v%d}', '${v%d}']")])
    def test_growing_without_end(self, start, double):
        lines = ["vars:", f"  v0: {start}"] + [f"  v{i}: {double % (i - 1, i - 1)}" for i in range(1, 90)]
        begin = time.perf_counter()
        assert "grow to more than 100,000 values" in refusal(substitute, tree("\n".join(lines)))
        assert time.perf_counter() - begin < 10

    def test_depth_and_long_chains(self):
        nested = ["vars:", "  v0: [1]"] + [f"  v{i}: ['${{v{i - 1}}}']" for i in range(1, 300)]
        assert "nests more than 100 levels deep" in refusal(substitute, tree("\n".join(nested)))
        chain = ["vars:", "  v0: 7"] + [f"  v{i}: ${{v{i - 1}}}" for i in range(1, 3000)] + ["x: ${v2999}"]
        assert self.filled("\n".join(chain)) == {"x": 7}
