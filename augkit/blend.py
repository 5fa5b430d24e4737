"""AugMix: several versions of one sample, blended into one (Hendrycks et al. 2020)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from augkit.carriers import blend_for, named
from augkit.combine import Combiner, Node, Step
from augkit.errors import CompileError, DataError, ReplayError
from augkit.rng import Stream
from augkit.sample import Target
from augkit.trace import TraceEntry
from augkit.transform import Params

if TYPE_CHECKING:
    from augkit.actions import Action
    from augkit.visit import Visit


@dataclass(frozen=True)
class Blended(Params):
    """``weights``: of the original and of every chain; ``chains``: what was done to the sample in each."""

    weights: tuple[float, ...]
    chains: tuple[tuple[TraceEntry, ...], ...]

    def log(self) -> dict[str, Any]:
        """JSON that is enough to replay."""
        return {"weights": list(self.weights), "chains": [[entry.log() for entry in chain] for chain in self.chains]}

    @classmethod
    def from_log(cls, logged: Mapping[str, Any]) -> Self:
        """The inverse of ``log``."""
        chains = tuple(tuple(TraceEntry.from_log(entry) for entry in chain) for chain in logged["chains"])
        return cls(tuple(logged["weights"]), chains)


def blended(versions: Sequence[Mapping[str, Target]], weights: Sequence[float]) -> dict[str, Target]:
    """The fields that differ between the versions of a sample, each blended; the others need nothing."""
    made = {}
    for name, first in versions[0].items():
        targets = [version[name] for version in versions]
        blend = blend_for(type(first))
        if blend is not None and any(target is not first for target in targets):
            made[name] = blend(targets, weights)
    return made


def mix(visit: Visit, node: Combiner, rng: Stream, round_: str) -> None:
    """Run each chain of an augmix on the sample as it is here, and blend what comes out."""
    weights, chains = node.chains(rng, visit.sample.epoch)
    forks = [visit.fork() for _ in chains]
    for fork, chain in zip(forks, chains, strict=True):
        for child, extension, magnitude in chain:
            fork.walk(child, round_ + extension, magnitude)
    drawn = Blended(weights, tuple(tuple(fork.entries) for fork in forks))
    _join(visit, node.id, forks, weights)
    visit.entries.append(TraceEntry(node.id, node.kind, drawn, path=node.id + round_))


def mix_again(visit: Visit, entry: TraceEntry) -> None:
    """Do again what the trace says of an augmix."""
    try:
        drawn = Blended.from_log(entry.params or {})
    except (TypeError, KeyError) as error:
        raise ReplayError(f"the trace's params of {entry.id!r} do not fit: {error}") from None
    forks = [visit.fork() for _ in drawn.chains]
    for fork, chain in zip(forks, drawn.chains, strict=True):
        for each in chain:
            fork.replay(each)
    _join(visit, entry.id, forks, drawn.weights)


def _join(visit: Visit, mix: str, forks: Sequence[Visit], weights: Sequence[float]) -> None:
    versions = [visit.targets, *(fork.finish()[0].targets for fork in forks)]
    try:
        visit.targets.update(blended(versions, weights))
    except DataError as error:
        raise named(error, mix, visit.sample.key) from error


def augmixes(nodes: Iterable[Node]) -> Iterator[Combiner]:
    """Every augmix among the nodes and below."""
    for node in nodes:
        if isinstance(node, Combiner):
            if node.kind == "augmix":
                yield node
            yield from augmixes(node.children)


def check_blends(nodes: Iterable[Node], actions: Mapping[str, Action]) -> None:
    """Refuse, before any data are read, what an augmix could not blend."""
    for mix in augmixes(nodes):
        for step in mix.leaves():
            _check_blend(step, actions[step.id])


def _check_blend(step: Step, action: Action) -> None:
    fields = {name: action.schema.fields[name] for part in action.groups for name in part.kernels}
    lost = next((field for field in fields.values() if blend_for(field.type) is None), None)
    axes = " and ".join(sorted(action.step.transform.moved_axes()))
    if axes and lost is not None and any(blend_for(field.type) for field in fields.values()):
        raise CompileError(
            f"{step.id}: moves {axes}, and {lost.name!r} (of kind {lost.kind!r}) is annotated on it; in the blend that "
            f"augmix makes it would be in several places at once. Leave steps that move {axes} out of augmix, or use "
            "rand_augment, which blends nothing.",
            step.where,
        )
    if lost is not None:
        raise CompileError(
            f"{step.id}: augmix blends versions of a sample, and several of {lost.name!r} (of kind {lost.kind!r}) make "
            "no blend. Leave the step out of augmix, or use rand_augment, which blends nothing.",
            step.where,
        )
    if not action.step.transform.keeps_frame():
        raise CompileError(
            f"{step.id}: may change how far {axes or 'the sample'} reaches, and augmix can only blend versions of one "
            "size. Leave the step out of augmix, or put it beside it.",
            step.where,
        )
