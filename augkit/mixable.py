"""The compile check of steps that mix samples: what every field becomes is known, or the step is refused.

A mix makes another scene, so nothing about the sample stays true by itself. What lies on its carrier must have a rule;
a field beside it without one is refused too, unless ``accept`` says why the sample's own is still right.
"""

from __future__ import annotations

from collections.abc import Mapping

from augkit.combine import Step
from augkit.errors import CompileError, PluginError
from augkit.mixing import Mixture, refusal
from augkit.schema import Field, Group, Schema
from augkit.transform import Kernel


def mixed_group(step: Step, schema: Schema) -> tuple[Group, Mapping[str, Kernel], tuple[str, ...]]:
    """The group that a step mixes, a kernel for every field that takes part, and the fields that ``draw`` sees."""
    if not issubclass(step.transform.params_type, Mixture):
        raise PluginError(f"{step.id}: has `partners`, so its Params must be a Mixture; see augkit.mixing.")
    kernels = {name: kernel for name, field in schema.fields.items() if (kernel := _kernel(step, field))}
    group = _group(step, schema, kernels)
    if unfit := step.transform.unfit(frozenset(schema.fields[name].kind for name in group.fields)):
        raise CompileError(f"{step.id}: {unfit}", step.where)
    for kind in step.transform.needs:
        if kind not in {schema.fields[name].kind for name in group.fields}:
            listing = ", ".join(group.fields)
            raise CompileError(
                f"{step.id}: needs a field of kind {kind!r} beside {listing}; add it to `sample`.", step.where
            )
    taking = {name: kernel for name, kernel in kernels.items() if _takes_part(schema.fields[name], group, kernel)}
    for field in schema.fields.values():
        if field.name not in taking and (field.name in group.fields or step.accept is None):
            raise CompileError(_left_out(step, field, group, kernels.get(field.name)), step.where)
    if left := next((name for name in group.fields if step.on is not None and name not in step.on), None):
        raise CompileError(
            f"{step.id}: `on` leaves {left!r} behind, which belongs to what is mixed; name it too.", step.where
        )
    return group, taking, tuple(group.fields) if step.transform.needs else ()


def _kernel(step: Step, field: Field) -> Kernel | None:
    return step.transform.kernel(field.type)


def _group(step: Step, schema: Schema, kernels: Mapping[str, Kernel]) -> Group:
    """The group whose carriers it mixes, or the one that ``on`` chooses where there are several."""
    fitting = [g for g in schema.groups if any(n in kernels and schema.fields[n].type.carrier for n in g.fields)]
    if step.on is not None:
        fitting = [group for group in fitting if set(step.on) & set(group.fields)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        first, *others = (group.fields[0] for group in fitting)
        raise CompileError(
            f"{step.id}: mixes one carrier and what is annotated on it; here are several: "
            f"{', '.join([first, *others])}. Say which, `on: [{first}]`, and `accept:` why the rest may stay as it is.",
            step.where,
        )
    late = next((field for field in schema.fields.values() if field.kind == "image_tensor"), None)
    hint = f" {late.name!r} was made a tensor by an earlier step; put this step before it." if late else ""
    kinds = ", ".join(f"{field.name}: {field.kind}" for field in schema.fields.values())
    raise CompileError(f"{step.id}: finds nothing to mix in a sample of {kinds}.{hint}", step.where)


def _takes_part(field: Field, group: Group, kernel: Kernel) -> bool:
    return (field.name in group.fields or not field.type.axes) and refusal(kernel, field.options) is None


def _left_out(step: Step, field: Field, group: Group, kernel: Kernel | None) -> str:
    mixture = step.transform.params_type.__name__
    why = refusal(kernel, field.options) if kernel is not None else None
    why = why or step.transform.why_not(field.type) or f"a target of kind {field.kind!r} has no rule for it."
    ways = f"Drop the step or the field, or declare a rule: @mixes({mixture}, {field.type.__name__})"
    own = "." if field.name in group.fields else "; or say why the sample's own is still right, `accept: …`."
    return f"{step.id}: makes one sample of several, but of {field.name!r}: {why} {ways}{own}"
