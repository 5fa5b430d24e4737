"""A recipe's text with one value changed reads as meant, and every other character stays."""

import json

import pytest

from augkit.errors import RecipeError
from augkit.recipe.edited import edited
from augkit.recipe.located import plain
from augkit.recipe.yaml12 import read

COSTS = {"warp": 0.005, "call": 12.0}

CHANGED = {
    "a word before a comment": (
        "augkit: 1  # first\nplan: fast   # quick\nsteps: [hflip]\n",
        ["plan"],
        {"mode": "fast", "costs": COSTS},
        "augkit: 1  # first\nplan: {mode: fast, costs: {warp: 0.005, call: 12.0}}   # quick\nsteps: [hflip]\n",
    ),
    "one number among lines": (
        "plan:\n  mode: fast\n  costs:\n    # by hand\n    warp: 1e-3 # old\n    call: 3\nseed: 7\n",
        ["plan", "costs", "warp"],
        0.005,
        "plan:\n  mode: fast\n  costs:\n    # by hand\n    warp: 0.005 # old\n    call: 3\nseed: 7\n",
    ),
    "one more line": (
        "plan:\n  mode: fast # so\n# next\nseed: 7\n",
        ["plan", "costs"],
        COSTS,
        "plan:\n  mode: fast # so\n  costs: {warp: 0.005, call: 12.0}\n# next\nseed: 7\n",
    ),
    "one more in braces": (
        "plan: {mode: fast,\n  fuse: full, # all\n  }\nseed: 7\n",
        ["plan", "costs"],
        {"warp": 0.005},
        "plan: {mode: fast,\n  fuse: full, costs: {warp: 0.005}, # all\n  }\nseed: 7\n",
    ),
    "into empty braces": (
        "plan: {mode: fast, costs: {}}\n",
        ["plan", "costs", "warp"],
        2,
        "plan: {mode: fast, costs: {warp: 2}}\n",
    ),
    "where nothing is": ("plan:\nseed: 7\n", ["plan"], "fast", "plan: fast\nseed: 7\n"),
    "below what is empty": (
        "plan: {mode: fast, costs: }\n",
        ["plan", "costs", "warp"],
        2,
        "plan: {mode: fast, costs: {warp: 2} }\n",
    ),
    "behind the last line, without an end": ("seed: 7", ["plan"], "fast", "seed: 7\nplan: fast"),
    "before the end of the document": ("seed: 7\n...\n", ["plan"], "fast", "seed: 7\nplan: fast\n...\n"),
    "behind a list, before the last comment": (
        "steps:\n  - hflip: {p: 0.5}  # half\n# end\n",
        ["plan"],
        "fast",
        "steps:\n  - hflip: {p: 0.5}  # half\nplan: fast\n# end\n",
    ),
    "with the line ends of Windows": (
        "plan:\r\n  mode: fast\r\nseed: 7\r\n",
        ["plan", "costs"],
        {"warp": 2},
        "plan:\r\n  mode: fast\r\n  costs: {warp: 2}\r\nseed: 7\r\n",
    ),
    "after letters of every width": (
        'description: "Füße 🦶"\nplan: fast\n',
        ["plan"],
        {"mode": "fast"},
        'description: "Füße 🦶"\nplan: {mode: fast}\n',
    ),
}


@pytest.mark.parametrize("case", CHANGED)
def test_only_the_value_is_written(case):
    text, path, value, expected = CHANGED[case]
    assert edited(text, path, value) == expected
    found = plain(read(expected))
    for name in path:
        found = found[name]
    assert found == value


def test_json_stays_json():
    text = json.dumps({"seed": 7, "plan": {"mode": "fast"}}, indent=2)
    assert json.loads(edited(text, ["plan", "costs"], COSTS)) == {"seed": 7, "plan": {"mode": "fast", "costs": COSTS}}


@pytest.mark.parametrize(
    ("text", "path", "line"),
    [
        ("vars: {a: &a {mode: fast}}\nplan: *a\n", ["plan", "costs"], 1),
        ("plan: fast\n", ["plan", "costs"], 1),
        ("plan: &a fast\ndescription: *a\n", ["plan"], 1),
    ],
    ids=["an alias", "a word where a mapping should be", "an anchor that others need"],
)
def test_what_would_read_otherwise_is_left_to_the_user(text, path, line):
    with pytest.raises(
        RecipeError, match=r"cannot be changed here; write it yourself: \{warp: 0.005, call: 12.0\}"
    ) as e:
        edited(text, path, COSTS, "r.yaml")
    assert e.value.where.line == line
