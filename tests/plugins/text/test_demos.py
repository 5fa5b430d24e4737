"""Demos of texts: real sentences of docstrings, and sentences made by a rule."""

from __future__ import annotations

import re

import pytest

import augkit
from augkit.data import open_source


def test_docstrings_are_real_sentences_that_do_not_tell_their_package() -> None:
    given = {"demo": {"name": "docstrings", "packages": ["numpy", "click"], "count": 40}}
    source, again = open_source(given), open_source(given)
    assert source.keys == again.keys and len(source.keys) == 80
    for key in source.keys:
        sample = source.load(key)
        assert again.load(key) == sample and sample["package"] == source.meta(key)["package"] == key.split("/")[0]
        assert not re.search(sample["package"], sample["text"], re.IGNORECASE)
        assert key.startswith(source.meta(key)["module"])
    with pytest.raises(augkit.FieldError, match="no installed package 'no_such_thing'"):
        open_source({"demo": {"name": "docstrings", "packages": ["numpy", "no_such_thing"]}})


def test_worlds_of_names_share_no_name() -> None:
    source = open_source({"demo": {"name": "names", "count": 400}})
    seen: dict[int, set[str]] = {}
    for key in source.keys:
        sample = source.load(key)
        surfaces = [sample["text"][row["start"] : row["end"]] for row in sample["entities"]]
        tagged = [token for token, tag in zip(*sample["tags"].values(), strict=True) if tag != "O"]
        assert " ".join(surfaces).split() == tagged
        seen.setdefault(source.meta(key)["world"], set()).update(surfaces)
    assert len(seen) == 10
    assert all(
        not seen[a] & seen[b] or all(" " not in x for x in seen[a] & seen[b]) for a in seen for b in seen if a < b
    )
