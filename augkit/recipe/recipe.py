"""``Recipe``: a recipe read, completed and checked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from augkit.batch import Batch
from augkit.combine import Node, Step
from augkit.pipeline import Pipeline
from augkit.plan import Plan, describe
from augkit.recipe.located import Located, Map, Scalar, plain
from augkit.recipe.resolved import resolved
from augkit.recipe.sections import LoaderConfig, Settings, SplitConfig
from augkit.schema import Schema

Split = Literal["train", "val", "test"]


@dataclass(frozen=True)
class Recipe:
    """What a recipe says, checked, with what it leaves out filled in.

    ``steps`` run on the training split, ``eval_steps`` on val and test; ``batch`` mixes the samples of each training
    batch. ``tree`` is the completed recipe, every value
    with its place; ``written`` the recipe before overrides, variables and completion; ``notes`` say by top-level key
    what was filled in.
    """

    tree: Map
    written: Map
    settings: Settings
    schema: Schema
    steps: tuple[Node, ...]
    eval_steps: tuple[Node, ...]
    split: SplitConfig
    loader: LoaderConfig
    plugins: tuple[str, ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict)
    batch: tuple[Node, ...] = ()

    @property
    def path(self) -> Path:
        """The recipe's file; for a dict, a name that is none."""
        return Path(self.written.where.file)

    @property
    def base(self) -> Path:
        """What relative paths of the source start from: the folder of the file that ``source:`` stands in."""
        return Path(self.source.where.file if self.source else self.written.where.file).absolute().parent

    @property
    def source(self) -> Map | None:
        """``source:``, one name with its fields, or None."""
        return self._map("source")

    @property
    def train(self) -> Map | None:
        """``train:`` with places; augkit.train checks it."""
        return self._map("train")

    @property
    def sample(self) -> dict[str, Any]:
        """``sample:`` as plain values."""
        return plain(self.tree.items["sample"])  # type: ignore[no-any-return]

    @property
    def groups(self) -> list[list[str]]:
        """``groups:`` as plain values."""
        return plain(self.tree.items["groups"]) if "groups" in self.tree.items else []

    @property
    def seed(self) -> int:
        """Decides every draw, and the split unless that has its own."""
        return self.settings.seed

    @property
    def decoder(self) -> str | None:
        """What decodes files, where the recipe says it."""
        return self.settings.decoder

    @property
    def epochs(self) -> int | None:
        """``train.epochs`` if it is a whole number: what ``off_last`` counts back from."""
        given = self.train.items.get("epochs") if self.train else None
        value = given.value if isinstance(given, Scalar) else None
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def _map(self, key: str) -> Map | None:
        found: Located | None = self.tree.items.get(key)
        return found if isinstance(found, Map) else None

    def nodes(self, split: Split = "train") -> tuple[Node, ...]:
        """The steps of a split."""
        if split not in ("train", "val", "test"):
            raise ValueError(f"split: got {split!r}; expected 'train', 'val' or 'test'.")
        return self.steps if split == "train" else self.eval_steps

    def pipeline(self, split: Split = "train") -> Pipeline:
        """The compiled steps of a split; CompileError where they must not run."""
        return Pipeline.of(Plan(self.nodes(split), self.schema, self.seed, self.epochs, self.settings.how))

    def mixing(self) -> Batch:
        """The compiled ``batch``; CompileError where it must not run on what the steps of the training split give."""
        schema = self.pipeline("train").plan.out_schema
        return Batch(self.batch, schema, self.seed, self.epochs, self.settings.how)

    @property
    def leaves(self) -> tuple[Step, ...]:
        """Every step of every list."""
        return tuple(leaf for node in (*self.steps, *self.eval_steps, *self.batch) for leaf in node.leaves())

    @property
    def hash(self) -> str:
        """16 hex digits of what changes samples: steps, batch, source, split, seed, decoder, …; not loader or train."""
        settings = self.settings
        steps = {
            name: [describe(node) for node in nodes]
            for name, nodes in (("train", self.steps), ("eval", self.eval_steps))
        }
        if self.batch:
            steps["batch"] = [describe(node) for node in self.batch]
        counted = any(step.off_last for step in self.leaves)
        described = {
            "steps": steps,
            "sample": [self.sample, self.groups, settings.views],
            "source": plain(self.source) if self.source else None,
            "split": repr(self.split),
            "seed": self.seed,
            "decoder": settings.decoder,
            "plan": repr(settings.how),
            "epochs": self.epochs if counted else None,
        }
        text = json.dumps(described, sort_keys=True, default=repr)
        return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()

    def resolved(self) -> str:
        """The whole recipe as YAML, nothing left to be filled in; it reads back to the same hash."""
        nodes = {"steps": self.steps, "eval_steps": self.eval_steps, **({"batch": self.batch} if self.batch else {})}
        return resolved(self.tree, nodes, self.settings, self.split, self.loader, self.notes)
