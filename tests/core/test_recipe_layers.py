"""What happens between the YAML and the grammar: extends, overrides, variables."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from augkit.errors import RecipeError, Where
from augkit.recipe.extends import extend
from augkit.recipe.override import override, override_all, override_text
from augkit.recipe.substitute import substitute
from augkit.recipe.yaml12 import Map, plain, read_file
from tests.core.layered import refusal, tree

RECIPE = """\
train: {lr: 0.1, epochs: 3}
note:
steps:
  - hflip: {p: 0.5}
  - one_of:
      - gaussian_blur: {sigma: 1}
      - sharpen
  - rotate: {degrees: 5, id: first}
  - rotate: {degrees: 9}
  - vflip
  - {odd: 1, item: 2}
empty: []
"""


class TestOverride:
    def at(self, path, text):
        return plain(override(tree(RECIPE), path, text))

    @pytest.mark.parametrize(
        ("text", "value"),
        [("1e-4", 1e-4), ("[1, 2]", [1, 2]), ("{a: b}", {"a": "b"}), ("no", "no"), ("'7'", "7"), ("", None), (7, 7)],
    )
    def test_values(self, text, value):
        got = self.at("train.lr", text)["train"]
        assert got == {"lr": value, "epochs": 3}
        assert type(got["lr"]) is type(value)

    def test_the_rest_stays_and_the_original_too(self):
        before = tree(RECIPE)
        after = override(before, "train.lr", "1e-4")
        assert before == tree(RECIPE)
        assert {**plain(after), "train": None} == {**plain(before), "train": None}
        assert after.items["steps"] is before.items["steps"]
        assert list(after.items) == list(before.items)

    def test_places(self):
        after = override(tree(RECIPE), "train.new.key", "3")
        where = Where("--set train.new.key", 1, 1)
        assert after.items["train"].items["new"].items["key"].where == where
        assert after.items["train"].keys["new"] == where
        assert after.items["train"].where == Where("r.yaml", 1, 8)
        assert override(tree(RECIPE), "train.lr", "3").items["train"].keys["lr"] == Where("r.yaml", 1, 9)

    def test_new_keys(self):
        assert self.at("loader.workers", "0")["loader"] == {"workers": 0}
        assert self.at("note.text", "x")["note"] == {"text": "x"}

    @pytest.mark.parametrize(
        ("path", "index", "step"),
        [
            ("steps.0.hflip.p", 0, {"hflip": {"p": 0.3}}),
            ("steps.hflip.p", 0, {"hflip": {"p": 0.3}}),
            ("steps.hflip.id", 0, {"hflip": {"p": 0.5, "id": 0.3}}),
            ("steps.hflip", 0, {"hflip": 0.3}),
            ("steps.0", 0, 0.3),
            ("steps.first.degrees", 2, {"rotate": {"degrees": 0.3, "id": "first"}}),
            ("steps.3.rotate.degrees", 3, {"rotate": {"degrees": 0.3}}),
            ("steps.vflip.p", 4, {"vflip": {"p": 0.3}}),
            ("steps.4.vflip.p", 4, {"vflip": {"p": 0.3}}),
            ("steps.4", 4, 0.3),
            ("steps.5.item", 5, {"odd": 1, "item": 0.3}),
            ("steps.one_of.gaussian_blur.sigma", 1, {"one_of": [{"gaussian_blur": {"sigma": 0.3}}, "sharpen"]}),
            ("steps.1.one_of.1.sharpen.p", 1, {"one_of": [{"gaussian_blur": {"sigma": 1}}, {"sharpen": {"p": 0.3}}]}),
        ],
    )
    def test_into_lists(self, path, index, step):
        before, after = plain(tree(RECIPE))["steps"], self.at(path, "0.3")["steps"]
        assert after[index] == step
        assert [a for i, a in enumerate(after) if i != index] == [b for i, b in enumerate(before) if i != index]

    @pytest.mark.parametrize(
        ("path", "message"),
        [
            ("train.lr.x", "train.lr is the number 0.1; there is no 'x' in it."),
            ("steps.hfilp.p", "steps has no 'hfilp'. Did you mean 'hflip'?"),
            ("steps.banana.p", "steps has no 'banana'. It has: hflip, one_of, rotate, first, rotate, vflip."),
            ("steps.rotate.p", "steps has 'rotate' at 2 and 3; write the number."),
            ("steps.9", "steps has no item 9; its items are 0 to 5."),
            ("steps.99999999999999", "steps has no item 99999999999999; its items are 0 to 5."),
            ("steps.-1", "steps has no '-1'."),
            ("empty.0", "empty has no item 0; it is empty."),
            ("empty.x", "empty has no 'x'."),
            ("steps.4.hflip.p", "steps.4 is the text 'vflip'; there is no 'hflip' in it."),
            ("", "'' is no path; write names joined by dots, such as train.lr."),
            ("train..lr", "'train..lr' is no path"),
        ],
    )
    def test_paths_that_lead_nowhere(self, path, message):
        assert refusal(override, tree(RECIPE), path, "0.3").startswith(f"--set {path}:1:1: {message}")

    def test_bad_values(self):
        assert refusal(override, tree(RECIPE), "train.lr", "[1").startswith("--set train.lr:1:3: the bracket opened at")
        assert "expected one value" in refusal(override, tree(RECIPE), "train.lr", "a: b")
        assert "of type object" in refusal(override, tree(RECIPE), "train.lr", object())

    def test_from_a_command_line(self):
        assert plain(override_text(tree(RECIPE), "train.lr=1e-4"))["train"]["lr"] == 1e-4
        assert plain(override_text(tree(RECIPE), "note= a=b "))["note"] == "a=b"
        assert (
            refusal(override_text, tree(RECIPE), "train.lr")
            == "--set train.lr: expected path=value, such as train.lr=1e-4."
        )

    def test_from_python_text_stays_text(self):
        after = plain(override_all(tree(RECIPE), {"loader.workers": 0, "note": "1e-4", "train.lr": [0.5, None]}))
        assert after["loader"] == {"workers": 0}
        assert after["note"] == "1e-4"
        assert after["train"]["lr"] == [0.5, None]
        assert refusal(override_all, tree(RECIPE), {"train.lr.x": 1}).startswith(
            "overrides['train.lr.x']:1:1: train.lr is"
        )

    @given(st.text(alphabet="abtrainlsteps.0123hfvop_=[]{}$", max_size=20), st.text(max_size=10))
    def test_any_text_is_set_or_refused(self, path, text):
        try:
            override(tree(RECIPE), path, text)
        except RecipeError as error:
            str(error)


class TestExtends:
    def write(self, folder, **files):
        for name, text in files.items():
            path = folder / f"{name.replace('__', '/')}.yaml"
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)

    def read(self, path):
        node = read_file(path)
        assert isinstance(node, Map)
        return extend(node)

    def test_maps_merge_and_the_rest_is_replaced(self, tmp_path):
        self.write(
            tmp_path,
            base="augkit: 1\ntrain: {lr: 1, head: {a: 1, b: 2}}\nsteps: [{hflip: {p: 1}}]\nvars: {size: 3}\n",
            child="extends: base.yaml\nsteps: [vflip]\ntrain: {head: {b: 3}, epochs: 2}\nvars: {n: 1}\n",
        )
        node = self.read(tmp_path / "child.yaml")
        assert plain(node) == {
            "augkit": 1,
            "train": {"lr": 1, "head": {"a": 1, "b": 3}, "epochs": 2},
            "steps": ["vflip"],
            "vars": {"size": 3, "n": 1},
        }
        assert list(node.items) == ["augkit", "train", "steps", "vars"]

    def test_every_value_keeps_its_file(self, tmp_path):
        self.write(tmp_path, base="train: {lr: 1}", child="extends: base.yaml\ntrain: {epochs: 2}")
        train = self.read(tmp_path / "child.yaml").items["train"]
        assert train.items["lr"].where == Where(str(tmp_path / "base.yaml"), 1, 13)
        assert train.keys["epochs"] == Where(str(tmp_path / "child.yaml"), 2, 9)

    def test_a_chain_across_folders(self, tmp_path):
        self.write(tmp_path, a="a: 1\nx: a", sub__b="extends: ../a.yaml\nb: 1\nx: b", c="extends: sub/b.yaml\nc: 1")
        assert plain(self.read(tmp_path / "c.yaml")) == {"a": 1, "x": "b", "b": 1, "c": 1}

    def test_a_source_of_another_name_replaces_the_one_below(self, tmp_path):
        self.write(
            tmp_path,
            base="source: {coco: {annotations: a.json, images: img}}",
            other="extends: base.yaml\nsource: {manifest: {file: m.jsonl}}",
            same="extends: base.yaml\nsource: {coco: {images: small}}",
        )
        assert plain(self.read(tmp_path / "other.yaml")) == {"source": {"manifest": {"file": "m.jsonl"}}}
        assert plain(self.read(tmp_path / "same.yaml")) == {
            "source": {"coco": {"annotations": "a.json", "images": "small"}}
        }

    def test_null_takes_away(self, tmp_path):
        self.write(tmp_path, base="train: {lr: 1}", child="extends: base.yaml\ntrain:\n")
        assert plain(self.read(tmp_path / "child.yaml")) == {"train": None}

    def test_without_it_nothing_changes(self):
        assert extend(tree("a: 1")) == tree("a: 1")

    def test_circles_name_the_files(self, tmp_path):
        self.write(tmp_path, a="extends: b.yaml", b="x: 1\nextends: ./a.yaml")
        message = refusal(self.read, tmp_path / "a.yaml")
        a, b = tmp_path / "a.yaml", tmp_path / "b.yaml"
        assert message == f"{b}:2:10: extends goes round in a circle: {a} → {b} → {a}."
        self.write(tmp_path, c="extends: c.yaml")
        assert "c.yaml:1:10: extends goes round in a circle" in refusal(self.read, tmp_path / "c.yaml")

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            (
                "extends: bose.yaml",
                "child.yaml:1:10: extends: {folder}/bose.yaml: does not exist. Did you mean 'base.yaml'?",
            ),
            ("extends: broken.yaml", "broken.yaml:1:4: the text ends within brackets."),
            (
                "extends: list.yaml",
                "child.yaml:1:10: extends: {folder}/list.yaml holds a list of 1; expected a recipe.",
            ),
            ("extends: [base.yaml]", "child.yaml:1:10: extends: got a list of 1; expected the path of one recipe."),
            ("extends:", "child.yaml:1:9: extends: got empty; expected"),
            ("extends: .", "child.yaml:1:10: extends: {folder}: is not a file."),
            ("extends: ${x}.yaml", "child.yaml:1:10: extends: '${{x}}.yaml': variables are filled in later"),
        ],
    )
    def test_refused_with_its_place(self, tmp_path, text, message):
        self.write(tmp_path, base="a: 1", broken="[1,", list="[1]", child=text)
        assert refusal(self.read, tmp_path / "child.yaml").startswith(f"{tmp_path}/{message.format(folder=tmp_path)}")


def test_all_three_in_the_order_of_use(tmp_path):
    (tmp_path / "base.yaml").write_text("vars: {size: 224}\nsteps: [{resize: {size: '${size}'}}]\n")
    node = extend(tree("extends: base.yaml\nseed: 1", str(tmp_path / "child.yaml")))
    assert plain(substitute(override_text(node, "vars.size=96"))) == {"steps": [{"resize": {"size": 96}}], "seed": 1}
