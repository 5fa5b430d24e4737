import math
import time

import pytest

from augkit.errors import RecipeError, Where
from augkit.recipe.yaml12 import Map, Scalar, Seq, plain, read, read_file


def refused(text, file="r.yaml"):
    with pytest.raises(RecipeError) as caught:
        read(text, file)
    return str(caught.value)


class TestScalars:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("1e-4", 1e-4),
            ("1.", 1.0),
            (".5", 0.5),
            ("-.5e+3", -500.0),
            ("+1.5E2", 150.0),
            ("012", 12),
            ("-7", -7),
            ("+7", 7),
            ("0o14", 12),
            ("0x1F", 31),
            (".inf", math.inf),
            ("-.Inf", -math.inf),
            ("+.INF", math.inf),
            ("true", True),
            ("False", False),
            ("TRUE", True),
            ("null", None),
            ("~", None),
            ("Null", None),
            ("", None),
            ("no", "no"),
            ("Yes", "Yes"),
            ("on", "on"),
            ("off", "off"),
            ("y", "y"),
            ("tRUE", "tRUE"),
            ("nUll", "nUll"),
            ("0b11", "0b11"),
            ("-0x1F", "-0x1F"),
            ("0o8", "0o8"),
            ("1_000", "1_000"),
            ("12:30:45", "12:30:45"),
            ("2026-01-31", "2026-01-31"),
            ("1e", "1e"),
            (".", "."),
            ("+.", "+."),
            (".e3", ".e3"),
            ("inf", "inf"),
            ("nan", "nan"),
            ("٣", "٣"),
            ("'1e-4'", "1e-4"),
            ('"true"', "true"),
            ("''", ""),
            ("=", "="),
            ("0", 0),
            ("-0", 0),
            ("007.5", 7.5),
        ],
    )
    def test_the_core_schema_of_yaml_1_2(self, text, value):
        got = plain(read(f"a: {text}"))["a"]
        assert got == value
        assert type(got) is type(value)

    def test_nan(self):
        assert all(math.isnan(plain(read(f"[{text}]"))[0]) for text in (".nan", ".NaN", ".NAN"))

    def test_block_scalars_are_text(self):
        assert plain(read("a: |\n  12\nb: >-\n  no\n")) == {"a": "12\n", "b": "no"}

    def test_numbers_that_no_number_holds(self):
        assert refused("a: 1e999") == (
            "r.yaml:1:4: 1e999 is too large for a number; write .inf for infinity, or quote it if it is text."
        )
        assert "a number of 5000 digits" in refused("a: " + "9" * 5000)
        assert "a number of 5002 digits" in refused("a: 0x" + "f" * 5000)
        assert plain(read("a: " + "9" * 300)) == {"a": int("9" * 300)}


class TestPlaces:
    def test_lines_and_columns_count_from_one(self):
        tree = read("seed: 7\nsteps:\n  - hflip: {p: 0.5}\n", "r.yaml")
        assert isinstance(tree, Map) and isinstance(tree.items["steps"], Seq)
        hflip = tree.items["steps"].items[0]
        assert tree.keys == {"seed": Where("r.yaml", 1, 1), "steps": Where("r.yaml", 2, 1)}
        assert tree.items["seed"] == Scalar(7, Where("r.yaml", 1, 7))
        assert hflip.keys["hflip"] == Where("r.yaml", 3, 5)
        assert hflip.items["hflip"].where == Where("r.yaml", 3, 12)
        assert hflip.items["hflip"].items["p"].where == Where("r.yaml", 3, 16)

    def test_columns_are_characters_and_a_bom_is_none(self):
        tree = read("\ufeffé: {ü😀: 1}")
        assert str(tree.items["é"].items["ü😀"].where) == "<recipe>:1:9"

    def test_windows_line_ends(self):
        assert str(read("a: 1\r\nb:\r\n  c: 2\r\n").items["b"].items["c"].where) == "<recipe>:3:6"

    def test_order_is_kept(self):
        assert list(read("z: 1\na: 2\nm: 3").items) == ["z", "a", "m"]


class TestKeys:
    @pytest.mark.parametrize("key", ["on", "n", "no", "yes", "off", "y", "N", "1a", "a b", "image/crop"])
    def test_words_are_keys(self, key):
        assert plain(read(f"{key}: 1")) == {key: 1}

    @pytest.mark.parametrize("key", ["3", "1e3", "true", "null", "~", ".inf"])
    def test_others_must_be_quoted(self, key):
        assert refused(f"a: 1\n{key}: 2") == f"r.yaml:2:1: the key {key} is not text. Quote it: {key!r}."
        assert plain(read(f"'{key}': 2")) == {key: 2}

    def test_a_duplicate_says_where_the_first_is(self):
        message = refused("steps:\n  - hflip: {p: 0.5, on: image, p: 1}")
        assert message == "r.yaml:2:32: the key 'p' is written twice; the first one is at r.yaml:2:13."
        assert "'on' is written twice" in refused("on: 1\n'on': 2")

    def test_merge_keys(self):
        message = refused("base: &b {p: 1}\nsteps:\n  - hflip:\n      <<: *b\n")
        assert message.startswith("r.yaml:4:7: merge keys (<<) are not read")
        assert plain(read('"<<": 1')) == {"<<": 1}

    def test_collections_as_keys(self):
        assert refused("? [a, b]\n: c").startswith("r.yaml:1:3: a list or a mapping as a key")
        assert refused("- &a x\n- *a : 1").startswith("r.yaml:2:3: an alias as a key")

    def test_a_forgotten_space(self):
        assert refused("- hflip: {p:0.5}") == "r.yaml:1:11: 'p:0.5' needs a space after the colon: p: 0.5"
        assert plain(read("{'p:0.5': }")) == {"p:0.5": None}


class TestRefusals:
    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("a: 1\n b: 2", "2:3: a ': ' that fits nothing"),
            ("a: x: y", "1:5: a ': ' that fits nothing"),
            ("a: [1, 2\nb: 3", "2:2: the bracket opened at line 1, column 4 is not closed"),
            ("a: {x: 1", "1:9: the bracket opened at line 1, column 4 is not closed"),
            ("a: [1, 2}", "1:9: the bracket opened at line 1, column 4 is not closed"),
            ("a: 'x\nb: y", "2:5: the quote opened at line 1, column 4 is not closed"),
            ("a: 1\n\tb: 2", "2:1: a tab. Indent"),
            ("a: - b", "1:4: a '- ' that fits nothing"),
            ("a:\n\tb: 2", "2:1: a tab. Indent and separate with spaces."),
            ("a:\tb", "1:3: a tab. Indent and separate with spaces."),
            ("- a\nb: 1", "2:1: the indentation fits nothing above; what it may belong to began at line 1, column 1"),
            ("a: 1\n- b", "2:1: a list item where a key is expected"),
            ("a:\n  - b\n c: d", "3:2: the indentation fits nothing above"),
            (" a: 1\nb: 2", "2:1: the indentation fits nothing above. Top-level keys start in the first column."),
            ("a: @x", "1:4: a value cannot start with '@'. Quote it: '@…'."),
            ("a: %x", "1:4: a value cannot start with '%'"),
            (r'a: "\d"', "1:6: '\\d' is no escape. Use single quotes, or double the backslash."),
            (r'a: "\uZZ"', "1:7: an escape needs 4 hexadecimal digits"),
            (r'a: "\U00FFFFFF"', "1:1: a \\U escape or a directive"),
            (r'a: "\ud800"', "1:4: an escape is half of a character"),
            ("a: b\nfoo\nc: d", "3:1: the line above is no key: value"),
            ('a: "x" y', "1:8: text after the end of the value"),
            ("a: ]", "1:4: a value is missing before ']'"),
            ("a: *", "1:5: '&' and '*' need a name"),
            ("a: |9x", "1:6: after '|' or '>' the text begins on the next line"),
            ("a: 1\nb: \x01", "2:4: the character U+0001 cannot be in a recipe"),
            ("a: \ud800", "1:4: the character U+D800 cannot be in a recipe"),
            ("%YAML 2.0\n---\na: 1", "1:1: this is not YAML 1.x"),
            (
                "a: !!python/object/apply:os.system [ls]",
                "1:4: the tag tag:yaml.org,2002:python/object/apply:o… is not read",
            ),
            ("a: !!str 1", "1:4: the tag tag:yaml.org,2002:str is not read"),
            ("a: !foo 1", "1:4: the tag !foo is not read"),
            ("a: ! 1", "1:4: the tag ! is not read"),
            ("!!map {a: 1}", "1:1: the tag tag:yaml.org,2002:map is not read"),
            ("!!str a: 1", "1:1: the tag tag:yaml.org,2002:str is not read"),
            ("a: !x!y 1", "1:4: tags (!x!…) are not read"),
            ("a: 1\n---\nb: 2", "2:1: a second document starts here"),
            ("a: 1\n...\nb: 2", "3:1: "),
            ("a: *x", "1:4: *x has no &x before it"),
            ("a: &size 1\nb: *sise", "2:4: *sise has no &sise before it. Did you mean 'size'?"),
        ],
    )
    def test_with_its_place(self, text, message):
        assert refused(text).startswith(f"r.yaml:{message}")

    @pytest.mark.parametrize("text", ["", " \n", "# only a comment\n", "---\n", "~", "null\n", "--- # nothing\n...\n"])
    def test_nothing(self, text):
        assert refused(text).startswith("r.yaml:1:1: the recipe is empty.")

    def test_what_the_empty_recipe_is_told_to_hold_is_a_recipe(self):
        shown = refused("").split("\n", 1)[1]
        assert plain(read(shown)) == {"augkit": 1, "sample": {"image": "image"}, "steps": [{"hflip": {"p": 0.5}}]}


class TestAliases:
    def test_they_repeat(self):
        assert plain(read("a: &x {p: [1, 2]}\nb: *x\nc: [*x]")) == {
            "a": {"p": [1, 2]},
            "b": {"p": [1, 2]},
            "c": [{"p": [1, 2]}],
        }

    def test_in_a_circle(self):
        assert refused("a: &x [1, *x]") == "r.yaml:1:11: *x stands inside &x itself."
        assert refused("&x {a: {b: *x}}").startswith("r.yaml:1:12: *x stands inside")

    def test_an_anchor_may_be_given_anew(self):
        assert plain(read("- &x 1\n- *x\n- &x 2\n- *x")) == [1, 1, 2, 2]

    def test_a_billion_laughs_are_refused_at_once(self):
        lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
        lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 30)]
        start = time.perf_counter()
        assert "more than 100,000 values, aliases counted each time" in refused("\n".join(lines))
        assert time.perf_counter() - start < 5

    def test_depth_through_aliases(self):
        lines = ["- &a0 x"] + [f"- &a{i} [*a{i - 1}]" for i in range(1, 200)]
        assert "nested more than 100 levels deep" in refused("\n".join(lines))


class TestBounds:
    @pytest.mark.parametrize("text", ["[" * 50_000, "- " * 50_000, "{a: " * 50_000])
    def test_depth(self, text):
        assert "nested more than 100 levels deep" in refused(text)

    def test_count(self):
        assert "more than 100,000 values" in refused("[" + "a, " * 100_001 + "]")

    def test_size_of_text(self):
        assert "more than 5 MB" in refused("# " + "x" * 5_000_000)


class TestFiles:
    def test_read(self, tmp_path):
        path = tmp_path / "r.yaml"
        path.write_bytes("\ufeffläbel: [1]\r\n".encode())
        assert plain(read_file(path)) == {"läbel": [1]}
        assert read_file(str(path)).where == Where(str(path), 1, 1)

    def test_bytes_that_are_not_utf8(self, tmp_path):
        path = tmp_path / "r.yaml"
        path.write_bytes("seed: 1\nü: caf".encode() + b"\xe9\n")
        with pytest.raises(RecipeError) as caught:
            read_file(path)
        assert str(caught.value) == (
            f"{path}:2:7: the byte 0xe9 is not UTF-8 (in Latin-1 it is 'é'); save the file as UTF-8."
        )
        path.write_bytes("seed: 1".encode("utf-16"))
        with pytest.raises(RecipeError, match=r"r\.yaml:1:1: the file is UTF-16; save it as UTF-8"):
            read_file(path)

    def test_what_is_not_there(self, tmp_path):
        (tmp_path / "digits.yaml").write_text("a: 1")
        with pytest.raises(RecipeError, match=r"digit\.yaml: does not exist\. Did you mean 'digits\.yaml'\?"):
            read_file(tmp_path / "digit.yaml")
        with pytest.raises(RecipeError, match="is not a file"):
            read_file(tmp_path)

    def test_size(self, tmp_path):
        path = tmp_path / "r.yaml"
        path.write_bytes(b"# " + b"x" * 5_000_000)
        with pytest.raises(RecipeError, match="more than 5 MB"):
            read_file(path)
