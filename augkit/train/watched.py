"""What the checks of a run look at: its learner, its samples before and after augmentation, its batches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from torch import Tensor, nn

from augkit.data.collate import Collate
from augkit.data.samples import Dataset, Failure
from augkit.errors import DataError
from augkit.sample import Target
from augkit.train.checks import Expected, Subject
from augkit.train.learner import Learner
from augkit.train.names import normalization


def subject_of(module: Learner) -> Subject:
    """A learner as checks see it; its sums are added to while they look, see ``tallied``."""
    fields = module.fields

    def cost(model: nn.Module, batch: Any) -> Tensor:
        return model.judge(batch, "clean")  # type: ignore[operator, no-any-return]

    def inputs(batch: Any) -> Tensor | None:
        given = batch[fields.input]
        return given if isinstance(given, Tensor) and given.is_floating_point() else None

    def labels(batch: Any) -> Sequence[Any] | None:
        given = batch[fields.target] if module.classes else []
        listed = given.tolist() if isinstance(given, Tensor) else given
        return listed if listed and all(isinstance(one, str | int) for one in listed) else None

    classes = len(module.classes) or None
    return Subject(module, cost, inputs, labels, module.frequencies, first_of, classes, module.begins_fitted)


@contextmanager
def tallied(module: Learner) -> Iterator[None]:
    """Sums of what is judged as ``clean``, which are gone afterwards."""
    module.tallies["clean"] = module.sums()
    try:
        yield
    finally:
        del module.tallies["clean"]


def first_of(batch: Any, count: int) -> Any:
    """The first samples of a batch as loaders give it: of each list and tensor, inside mappings too."""
    if isinstance(batch, Mapping):
        return {name: first_of(value, count) for name, value in batch.items()}
    return (
        batch[:count]
        if isinstance(batch, Tensor | list) and not (isinstance(batch, Tensor) and not batch.ndim)
        else batch
    )


def expected_of(kind: type[Target], backbone: str | None) -> Expected | None:
    """What the backbone's inputs are like, where it reads pictures and is one that is known."""
    if backbone is None or kind.fed_as != "picture":
        return None
    return Expected(*normalization(backbone), kind.levels)


def augmented_pairs(data: Dataset, indices: Sequence[int], size: int) -> tuple[list[Any], list[dict[str, Any]]]:
    """Targets before and after the steps of epoch 1, and those after as batches."""
    pairs, batches = [], []
    collate = Collate(data.plan.out_schema)
    for start in range(0, len(indices), size):
        drawn = [(read_or_none(data, index), data.__getitems__([index])[0]) for index in indices[start : start + size]]
        both = [(before, after) for before, after in drawn if before is not None and not isinstance(after, Failure)]
        pairs += [(before.targets, after.targets) for before, after in both]
        batches += [collate([after for _, after in both])] if both else []
    return pairs, batches


def batches_of(data: Dataset, indices: Sequence[int], size: int) -> Iterator[dict[str, Any]]:
    collate = Collate(data.plan.out_schema)
    for start in range(0, len(indices), size):
        samples = data.__getitems__(list(indices[start : start + size]))
        usable = [sample for sample in samples if not isinstance(sample, Failure)]
        if usable:
            yield collate(usable)


def read_or_none(data: Dataset, index: int) -> Any:
    """A sample before any step, or None where it cannot be read, of which the loader tells."""
    try:
        return data.original(index)
    except DataError:
        return None


def bytes_in(batch: Any) -> int:
    """Of the tensors in a batch."""
    if isinstance(batch, Mapping):
        return sum(map(bytes_in, batch.values()))
    if isinstance(batch, list):
        return sum(map(bytes_in, batch))
    return batch.nbytes if isinstance(batch, Tensor) else len(batch) if isinstance(batch, str) else 8
