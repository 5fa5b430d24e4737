"""The compile check: folds the schema through the steps and refuses, before any data is read, what could go wrong.

Its result is a list of ``Action``: for each step, which groups it moves and the kernel of each field.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from augkit.actions import Action, GroupAction
from augkit.blend import check_blends
from augkit.carriers import runner_for
from augkit.combine import Combiner, Node, Ramp, Step
from augkit.errors import CompileError
from augkit.mixable import mixed_group
from augkit.plugins import catalogue
from augkit.qualities import why_unknown
from augkit.sample import Axis, Label, Labels
from augkit.schema import Field, Group, Schema
from augkit.transform import Kernel
from augkit.words import suggestion


def check(nodes: Sequence[Node], schema: Schema, epochs: int | None = None) -> tuple[dict[str, Action], Schema]:
    """Actions by step id, and the schema after the last step; raises CompileError where the recipe must not run."""
    steps = [leaf for node in nodes for leaf in node.leaves()]
    _check_sensitivities(schema, steps)
    _unique(nodes)
    _import_kernels(steps, schema)
    certain = {id(node) for node in nodes if isinstance(node, Step) and _always(node)}
    actions: dict[str, Action] = {}
    for step in steps:
        _check_names(step, schema)
        actions[step.id] = Action(step, _group_actions(step, schema), schema)
        _check_schedule(step, epochs)
        _check_strength(step)
        _check_qualities(step, schema)
        _check_conflict(step, actions[step.id], schema)
        schema = _convert(step, actions[step.id], schema, id(step) in certain)
    check_blends(nodes, actions)
    return actions, schema


def _unique(nodes: Iterable[Node]) -> None:
    seen: dict[str, Node] = {}
    for node in _walk(nodes):
        if node.id in seen:
            first = seen[node.id].where
            at = f" (the first is at {first})" if first else ""
            raise CompileError(
                f"two steps with the id {node.id!r}{at}: they would draw alike. Give one of them `id:`.", node.where
            )
        seen[node.id] = node


def _check_sensitivities(schema: Schema, steps: Sequence[Step]) -> None:
    changed = frozenset[str]().union(*(step.transform.changed_qualities() or () for step in steps))
    for field in schema.fields.values():
        for quality in field.options.sensitive_to:
            if quality not in changed and (reason := why_unknown(quality)):
                raise CompileError(f"field {field.name!r}: sensitive_to: {reason}")


def _walk(nodes: Iterable[Node]) -> Iterable[Node]:
    for node in nodes:
        yield node
        if isinstance(node, Combiner):
            yield from _walk(node.children)


def _import_kernels(steps: Sequence[Step], schema: Schema) -> None:
    known = catalogue()
    owners = {entry.name: entry.plugin for entry in known.entries("transform")}
    owners |= {entry.name: entry.plugin for entry in known.entries("target")}
    named = {step.name for step in steps} | {field.kind for field in schema.fields.values()}
    known.import_kernels({owners[name] for name in named if name in owners})


def _always(step: Step) -> bool:
    return step.p == 1.0 and not step.only and not step.off_last


def _group_actions(step: Step, schema: Schema) -> tuple[GroupAction, ...]:
    if step.transform.partners:
        return (GroupAction(*mixed_group(step, schema)),)
    found = []
    for group in schema.groups:
        if action := _group_action(step, group, schema):
            found.append(action)
    if not found:
        kinds = ", ".join(f"{field.name}: {field.kind}" for field in schema.fields.values())
        where = f" among `on: {list(step.on)}`" if step.on else ""
        raise CompileError(
            f"{step.id}: finds nothing to act on{where} in a sample of {kinds}.{_converted_hint(schema)}", step.where
        )
    return tuple(found)


def _converted_hint(schema: Schema) -> str:
    late = [field.name for field in schema.fields.values() if field.kind == "image_tensor"]
    return f" {late[0]!r} was made a tensor by an earlier step; put this step before it." if late else ""


def _group_action(step: Step, group: Group, schema: Schema) -> GroupAction | None:
    transform, axes = step.transform, step.transform.moved_axes()
    kernels: dict[str, Kernel] = {}
    lost: list[Field] = []
    if axes and not any(schema.fields[name].type.axes & axes for name in group.fields):
        return None
    for field in _considered(group, schema, axes):
        kernel = transform.kernel(field.type)
        if kernel is not None:
            kernels[field.name] = kernel
        elif field.type.axes & axes:
            lost.append(field)
    in_group = [name for name in kernels if name in group.fields]
    touched = in_group or [field.name for field in lost]
    if not touched or not _within(step, group, kernels, bool(axes)):
        return None
    if lost:
        _refuse_lost(step, lost[0])
    if not any(schema.fields[name].type.carrier for name in group.fields):
        raise CompileError(f"{step.id}: {_no_carrier(group, schema)}", step.where)
    if step.on is not None:
        kernels = {name: kernel for name, kernel in kernels.items() if name in step.on or name not in group.fields}
    waits = tuple(name for name in kernels if runner_for(schema.fields[name].type))
    # Annotations may object, so they come before the carriers, which cost more.
    ordered = dict(sorted(kernels.items(), key=lambda item: item[0] in waits))
    return GroupAction(group, ordered, _seen(step, group, schema), waits)


def _no_carrier(group: Group, schema: Schema) -> str:
    carriers = {target: catalogue().load("target", target) for target in catalogue().names("target")}
    axes = frozenset[Axis]().union(*(schema.fields[name].type.axes for name in group.fields))
    fitting = [kind for kind, target in carriers.items() if target.carrier and target.axes & axes]
    add = f"add a field of kind {' or '.join(fitting)} to `sample`."
    return f"{', '.join(group.fields)}: nothing tells how far the frame reaches; {add}"


def _considered(group: Group, schema: Schema, axes: frozenset[Axis]) -> list[Field]:
    """The group's own fields, then those off the moved axes, whose meaning a kernel may move along (a caption)."""
    own = [schema.fields[name] for name in group.fields]
    others = [field for field in schema.fields.values() if field.name not in group.fields]
    return own + [field for field in others if not field.type.axes or (axes and not field.type.axes & axes)]


def _within(step: Step, group: Group, kernels: Mapping[str, Kernel], moving: bool) -> bool:
    """Whether ``on`` includes this group; a step that moves an axis takes a group whole or not at all."""
    if step.on is None:
        return True
    chosen = set(step.on) & set(group.fields)
    left = [name for name in group.fields if name not in chosen and name in kernels]
    if chosen and moving and left:
        raise CompileError(
            f"{step.id}: moves {', '.join(sorted(chosen))} but `on` leaves {left[0]!r} behind, which moves with it. "
            f"Name it in `on` too, or declare them independent: groups: [{sorted(chosen)}, [{left[0]}]].",
            step.where,
        )
    return bool(chosen & kernels.keys())


def _refuse_lost(step: Step, field: Field) -> None:
    axes = " and ".join(sorted(step.transform.moved_axes() & field.type.axes))
    advice = " Drop the step or the field, or declare a kernel: @moves."
    later = " It was converted by an earlier step; put this step before it." if field.kind == "image_tensor" else ""
    why = step.transform.why_not(field.type)
    reason = f"cannot follow: {why}." if why else f"has no rule to follow {step.transform.params_type.__name__}, "
    raise CompileError(
        f"{step.id}: moves {axes}, but a target of kind {field.kind!r} ({field.name!r}) {reason}"
        f"{'' if why else 'so it would be left behind.' + (later or advice)}",
        step.where,
    )


def _seen(step: Step, group: Group, schema: Schema) -> tuple[str, ...]:
    if not step.transform.needs:
        return ()
    kinds = {schema.fields[name].kind for name in group.fields}
    missing = [kind for kind in step.transform.needs if kind not in kinds]
    if missing:
        raise CompileError(
            f"{step.id}: needs a field of kind {missing[0]!r} beside {', '.join(group.fields)}; add it to `sample`.",
            step.where,
        )
    return tuple(field.name for field in _considered(group, schema, frozenset()))


def _check_names(step: Step, schema: Schema) -> None:
    for name in step.on or ():
        if name not in schema.fields:
            raise CompileError(
                f"{step.id}: `on` names an unknown field {name!r}.{suggestion(name, schema.fields)}", step.where
            )

    for name in step.only:
        if name in schema.fields and not issubclass(schema.fields[name].type, Label):
            kind = schema.fields[name].kind
            raise CompileError(
                f"{step.id}: `only` needs a label or metadata; {name!r} is of kind {kind!r}.", step.where
            )


def _check_schedule(step: Step, epochs: int | None) -> None:
    if step.off_last and epochs is None:
        raise CompileError(
            f"{step.id}: `off_last: {step.off_last}` needs `train: {{epochs: …}}` to count back from.", step.where
        )
    if epochs is not None and step.off_last > epochs:
        raise CompileError(
            f"{step.id}: `off_last: {step.off_last}` is more than the {epochs} epochs there are.", step.where
        )


def _check_strength(step: Step) -> None:
    if step.strength != 1.0 and step.transform.strength_scales() is None:
        raise CompileError(
            f"{step.id}: has no strength to scale, since it makes a format rather than a change. Remove `strength`.",
            step.where,
        )
    if isinstance(step.strength, Ramp) and step.strength.epochs < 1:
        raise CompileError(f"{step.id}: a ramp needs at least 1 epoch, got {step.strength.epochs}.", step.where)


def _check_qualities(step: Step, schema: Schema) -> None:
    for field in schema.fields.values():
        if clashing := changed_of(field, field.options.sensitive_to, step):
            everything = step.transform.changed_qualities() is None
            raise CompileError(_clash(step, field, clashing[0], everything), step.where)


def changed_of(field: Field, qualities: Iterable[str], step: Step) -> list[str]:
    """Those of a field's qualities that a step changes, unless the recipe accepts it or narrows it, or a kernel moves
    the annotation along.
    """
    changes = step.transform.changed_qualities()
    if step.accept is not None or _restores(step, field):
        return []
    found = [quality for quality in qualities if changes is None or quality in changes]
    return [quality for quality in found if not _excluded(step, field, quality)]


def _clash(step: Step, field: Field, quality: str, everything: bool) -> str:
    what = f"may change everything, so also {quality}" if everything else f"changes {quality}"
    kernel = f"{step.transform.params_type.__name__}, {field.type.__name__}"
    return (
        f"{step.id}: {what}, and {field.name!r} depends on it (sensitive_to: {list(field.options.sensitive_to)}). "
        f"Four ways out: drop the step; narrow it, `only: {{{field.name}: [values that do not depend on it]}}`; "
        f'say why it is all right, `accept: "reason"`; or give {field.kind!r} a kernel that moves it ({kernel}).'
    )


def _excluded(step: Step, field: Field, quality: str) -> bool:
    # A sample of several labels may have one that `only` names beside one that depends on the quality.
    if field.name not in step.only or issubclass(field.type, Labels):
        return False
    sensitive, allowed = field.options.sensitive_values(quality), step.only[field.name]
    # As texts too: a folder's name is '6' where the recipe writes 6, and one of both is a slip.
    return sensitive is None or not (set(sensitive) & set(allowed) or {*map(str, sensitive)} & {*map(str, allowed)})


def _restores(step: Step, field: Field) -> bool:
    """Whether a kernel moves the annotation's meaning along, as a caption's left and right under a flip."""
    return not field.type.axes & step.transform.moved_axes() and step.transform.kernel(field.type) is not None


def _check_conflict(step: Step, action: Action, schema: Schema) -> None:
    names = {name for part in action.groups for name in (*part.group.fields, *part.kernels)}
    reason = step.transform.conflict(schema.at_risk(names))
    if reason and step.on_conflict is None:
        raise CompileError(
            f"{step.id}: {reason} Say what to do then: `on_conflict: redraw | skip_step | drop`.", step.where
        )


def _convert(step: Step, action: Action, schema: Schema, certain: bool) -> Schema:
    for part in action.groups:
        for name in part.kernels:
            kind = step.transform.converted(schema.fields[name].type)
            if kind is None or kind == schema.fields[name].kind:
                continue
            if not certain:
                raise CompileError(
                    f"{step.id}: turns {name!r} into {kind!r}, so it must always run: "
                    "at the top level, without `p`, `only` or `off_last`.",
                    step.where,
                )
            schema = schema.converted(name, kind)
    return schema
