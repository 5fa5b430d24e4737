"""The schema for editors and the reader of recipes agree: on recipes that work, and on thirty that do not."""

import json
import re
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner

from augkit.build import COMBINERS
from augkit.cli import main
from augkit.plugins import catalogue
from augkit.recipe import find_errors
from augkit.recipe.json_schema import recipe_schema
from augkit.recipe.located import plain
from augkit.recipe.yaml12 import read_file
from augkit.train.task import config_types

ROOT = Path(__file__).parents[2]
SCHEMA = recipe_schema(config_types())
VALIDATOR = jsonschema.Draft7Validator(SCHEMA)
_YAML = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def complaints(file):
    return [
        f"{'/'.join(map(str, error.path))}: {error.message}" for error in VALIDATOR.iter_errors(plain(read_file(file)))
    ]


def shown():
    """Whole recipes that the documents show."""
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    found = [text for page in pages for text in _YAML.findall(page.read_text(encoding="utf-8"))]
    return [text for text in found if text.lstrip("# \n").startswith("augkit: 1") or "\naugkit: 1" in text]


def test_it_is_a_schema_and_the_command_prints_it():
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    told = CliRunner().invoke(main, ["schema"])
    assert told.exit_code == 0
    assert json.loads(told.output) == json.loads(json.dumps(SCHEMA))


def test_every_step_source_and_kind_is_in_it_with_help():
    steps = SCHEMA["definitions"]["steps"]["items"]["anyOf"][1]["properties"]
    assert {*catalogue().names("transform"), *COMBINERS} <= steps.keys()
    rotate = steps["image/rotate"]["properties"]["degrees"]
    assert "(degrees)" in rotate["description"] and rotate["default"] == [-15, 15]
    assert set(catalogue().names("source")) == SCHEMA["properties"]["source"]["properties"].keys()
    kinds = SCHEMA["properties"]["sample"]["additionalProperties"]["anyOf"][0]["enum"]
    assert set(kinds) == set(catalogue().names("target"))


@pytest.mark.parametrize("file", sorted((ROOT / "recipes").glob("*.yaml")), ids=lambda file: file.name)
def test_the_recipes_that_ship_are_valid(file):
    assert complaints(file) == []


def test_the_recipes_in_the_documents_are_valid(tmp_path):
    texts = shown()
    assert len(texts) >= 2
    for text in texts:
        file = tmp_path / "r.yaml"
        file.write_text(text, encoding="utf-8")
        assert complaints(file) == [], text


HEAD = "augkit: 1\nsample: {image: image, digit: label}\n"
GOOD = {
    "a policy": "steps: [rand_augment]",
    "names alone": "steps: [hflip, image/rotate]",
    "an empty list": "steps: []",
    "nothing yet": "steps:",
    "combiners": "steps: [{one_of: [hflip, {hue: {weight: 2}}]}, {some_of: {n: [1, 2], steps: [vflip, rot90]}}]",
    "distributions": "steps: [{rotate: {degrees: {normal: [0, 5], clip: [-9, 9]}}}, {hue: {turns: {choice: [0]}}}]",
    "around": "steps: [{hflip: {p: 0.5, id: x, on: image, only: {digit: [0, 8]}}}, {hue: {strength: 0.5}}]",
    "variables": 'vars: {size: 9}\nsteps: [{crop: {size: "${size}", top: 0, left: 0}}]',
    "a bridge": "steps: [{albumentations: {name: RandomRain, p: 0.1}}]",
    "a plan": "plan: {mode: fast, fuse: off}\nsteps: [hflip]",
    "sections": "split: {val: 0.1, stratify: false}\nloader: {batch_size: 4, start: spawn}\nsteps: [hflip]",
    "sources": "source: {image_folder: photos}\nsteps: [hflip]",
}


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD)
def test_what_the_reader_takes_is_valid(tmp_path, text):
    file = tmp_path / "r.yaml"
    file.write_text(HEAD + text + "\n", encoding="utf-8")
    assert find_errors(file)[1] == []
    assert complaints(file) == []


BROKEN = {
    "no version": "sample: {image: image}\nsteps: [hflip]",
    "another version": "augkit: 2\nsample: {image: image}\nsteps: [hflip]",
    "no sample": "augkit: 1\nsteps: [hflip]",
    "an empty sample": "augkit: 1\nsample: {}\nsteps: [hflip]",
    "unknown key": f"{HEAD}stpes: [hflip]",
    "unknown kind": "augkit: 1\nsample: {image: picture}\nsteps: []",
    "unknown option": "augkit: 1\nsample: {digit: {label: {sensitive: [handedness]}}}\nsteps: []",
    "two kinds": "augkit: 1\nsample: {digit: {label: {}, value: {}}}\nsteps: []",
    "unknown step": f"{HEAD}steps: [hfilp]",
    "unknown step with fields": f"{HEAD}steps: [{{rotaet: {{degrees: 3}}}}]",
    "steps are no list": f"{HEAD}steps: {{hflip: {{}}}}",
    "two names in one": f"{HEAD}steps: [{{hflip: {{}}, vflip: {{}}}}]",
    "a number as a step": f"{HEAD}steps: [3]",
    "unknown field": f"{HEAD}steps: [{{rotate: {{degree: 3}}}}]",
    "probability beyond 1": f"{HEAD}steps: [{{hflip: {{p: 1.5}}}}]",
    "probability as text": f"{HEAD}steps: [{{hflip: {{p: often}}}}]",
    "beyond the bounds": f"{HEAD}steps: [{{rotate: {{degrees: 400}}}}]",
    "an end beyond the bounds": f"{HEAD}steps: [{{rotate: {{degrees: [-400, 3]}}}}]",
    "three ends": f"{HEAD}steps: [{{rotate: {{degrees: [1, 2, 3]}}}}]",
    "unknown distribution": f"{HEAD}steps: [{{rotate: {{degrees: {{gaussian: [0, 1]}}}}}}]",
    "two distributions": f"{HEAD}steps: [{{rotate: {{degrees: {{uniform: [0, 1], int: [0, 1]}}}}}}]",
    "a word that is none": f"{HEAD}steps: [{{resize: {{size: 9, interpolation: bicubic}}}}]",
    "a size of three": f"{HEAD}steps: [{{resize: {{size: [9, 9, 3]}}}}]",
    "no size": f"{HEAD}steps: [{{random_crop: {{}}}}]",
    "a required field left out": f"{HEAD}steps: [random_crop: ]",
    "a combiner without steps": f"{HEAD}steps: [{{one_of: {{p: 0.5}}}}]",
    "a step inside that is none": f"{HEAD}steps: [{{one_of: [{{hflop: {{}}}}]}}]",
    "a field that combiners lack": f"{HEAD}steps: [{{seq: {{steps: [hflip], on: image}}}}]",
    "no n": f"{HEAD}steps: [{{some_of: [hflip, hue]}}]",
    "two sources": f"{HEAD}source: {{demo: digits, image_folder: photos}}\nsteps: []",
    "unknown source": f"{HEAD}source: {{folder: photos}}\nsteps: []",
    "unknown demo": f"{HEAD}source: {{demo: digitz}}\nsteps: []",
    "unknown field of a source": f"{HEAD}source: {{image_folder: {{path: photos}}}}\nsteps: []",
    "a fraction beyond 1": f"{HEAD}split: {{val: 3}}\nsteps: []",
    "no such start": f"{HEAD}loader: {{start: thread}}\nsteps: []",
    "a whole number": f"{HEAD}loader: {{batch_size: 2.5}}\nsteps: []",
    "unknown field of the loader": f"{HEAD}loader: {{batchsize: 2}}\nsteps: []",
    "a field of another task": f"{HEAD}train: {{task: sound_events, backbone: pkg/x}}\nsteps: []",
    "a seed in words": f"{HEAD}seed: lucky\nsteps: []",
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_what_the_reader_refuses_is_not_valid(tmp_path, text):
    file = tmp_path / "r.yaml"
    file.write_text(text + "\n", encoding="utf-8")
    assert find_errors(file)[1], "the reader takes it"
    assert complaints(file), "the schema takes it"
