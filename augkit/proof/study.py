"""Study: what was tried and what it reached, in a journal beside the runs; what to try next, from Optuna."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from augkit.errors import MissingDependency, RecipeError
from augkit.recipe import Recipe
from augkit.recipe.located import plain
from augkit.recipe.search import Searched
from augkit.rng import stream

State = Literal["finished", "pruned", "diverged"]
_NAME = "augkit"


@dataclass(frozen=True)
class Tried:
    """One trial: its values by path, and what it reached; ``value`` is the monitor, None where it was never known."""

    number: int
    values: Mapping[str, Any]
    state: State
    value: float | None = None
    told: Mapping[str, float] = field(default_factory=dict)
    why: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return dict(vars(self))


class Study:
    """Trials of ``searched`` values of a recipe. A trial's values depend on the recipe's seed, its number and what the
    trials before it reached, so that an interrupted search goes on as if it had never stopped.

    RecipeError where the journal is of another recipe or search; MissingDependency without Optuna.
    """

    def __init__(self, file: Path, recipe: Recipe, searched: Sequence[Searched], monitor: str, prune: bool) -> None:
        self.searched, self.monitor, self.seed = tuple(searched), monitor, recipe.seed
        self._optuna = _optuna()
        self.pruned: type[Exception] = self._optuna.TrialPruned
        self.study = self._opened(file, prune, recipe.epochs or 1)
        identity = _identity(recipe, searched, monitor, prune)
        if self.study.user_attrs.get("identity", identity) != identity:
            way = "Repeat the --set options that it was started with, or name another --out."
            raise RecipeError(f"{file.parent} holds trials of another recipe or search. {way}")
        self.study.set_user_attr("identity", identity)
        self._close_stale()

    def _opened(self, file: Path, prune: bool, epochs: int) -> Any:
        from optuna.storages import JournalStorage
        from optuna.storages.journal import JournalFileBackend

        warm = max(1, epochs // 4)
        made = self._optuna.pruners
        return self._optuna.create_study(
            storage=JournalStorage(JournalFileBackend(str(file))),
            study_name=_NAME,
            direction="minimize" if self.monitor.endswith("loss") else "maximize",
            pruner=made.MedianPruner(n_startup_trials=4, n_warmup_steps=warm) if prune else made.NopPruner(),
            load_if_exists=True,
        )

    def _close_stale(self) -> None:
        """What was running when a search stopped will not go on."""
        for trial in self.study.get_trials(deepcopy=False):
            if not trial.state.is_finished():
                self.study.tell(trial.number, state=self._optuna.trial.TrialState.FAIL)

    def ask(self) -> tuple[Any, dict[str, Any]]:
        """A new trial, and its values by path."""
        seed = stream(self.seed, 0, "", copy=len(self.tried()), path="tune").subseed() % 2**32
        self.study.sampler = self._optuna.samplers.TPESampler(seed=seed, n_startup_trials=8, constant_liar=False)
        trial = self.study.ask()
        return trial, {each.path: _suggested(trial, each) for each in self.searched}

    def report(self, trial: Any, row: Mapping[str, Any]) -> None:
        """What a validated epoch reached; raises ``pruned`` where the trial is not worth going on with."""
        value = float(row[self.monitor])
        trial.set_user_attr("reached", value)
        if math.isfinite(value):
            trial.report(value, int(row["epoch"]))
        if trial.should_prune():
            raise self.pruned(f"epoch {row['epoch'] + 1}: {self.monitor} {value:.4f} is worse than the others' median")

    def tell(
        self, trial: Any, state: State, why: str = "", row: Mapping[str, Any] | None = None, score: str = ""
    ) -> Tried:
        """The end of a trial."""
        states = self._optuna.trial.TrialState
        value = float(row[self.monitor]) if row else math.nan
        if state == "finished" and not math.isfinite(value):
            state, why = "diverged", f"{self.monitor} is {value}"
        told = {score: float(row[score])} if row and score in row else {}
        trial.set_user_attr("end", {"state": state, "why": why, "told": told})
        if state == "finished":
            self.study.tell(trial, value)
        else:
            self.study.tell(trial, state=states.PRUNED if state == "pruned" else states.FAIL)
        return self.tried()[-1]

    def tried(self) -> list[Tried]:
        """All trials that came to an end, in order."""
        ended = [trial for trial in self.study.get_trials(deepcopy=False) if "end" in trial.user_attrs]
        return [
            Tried(number, self._values(trial.params), end["state"], _value(trial, end), end["told"], end["why"])
            for number, trial in enumerate(ended)
            for end in [trial.user_attrs["end"]]
        ]

    def _values(self, params: Mapping[str, Any]) -> dict[str, Any]:
        return {
            each.path: json.loads(params[each.path]) if each.law == "choice" else params[each.path]
            for each in self.searched
        }


def _suggested(trial: Any, each: Searched) -> Any:
    if each.law == "choice":
        return json.loads(trial.suggest_categorical(each.path, [json.dumps(item) for item in each.items]))
    if each.law == "int":
        return trial.suggest_int(each.path, *each.items)
    return trial.suggest_float(each.path, *each.items, log=each.law == "log")


def _value(trial: Any, end: Mapping[str, Any]) -> float | None:
    """The monitor; of a trial that was stopped what it had reached."""
    value = trial.value if end["state"] == "finished" else trial.user_attrs.get("reached")
    return None if value is None or not math.isfinite(value) else float(value)


def _identity(recipe: Recipe, searched: Sequence[Searched], monitor: str, prune: bool) -> str:
    laws = [[each.path, each.law, each.items] for each in searched]
    of_train = plain(recipe.train) if recipe.train else None
    described = [recipe.hash, of_train, repr(recipe.loader), laws, monitor, prune]
    return hashlib.blake2b(json.dumps(described, sort_keys=True, default=repr).encode(), digest_size=8).hexdigest()


def _optuna() -> Any:
    try:
        import optuna
    except ImportError:
        raise MissingDependency("augkit tune needs optuna. Install it: pip install 'augkit[tune]'") from None
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna
