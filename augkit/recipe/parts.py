"""The parts of a recipe, each read by itself: what cannot be read is a complaint, and the rest is read all the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, TypeVar, get_args, get_type_hints

from augkit.combine import Node
from augkit.errors import CompileError, FieldError, MissingDependency, PluginError, RecipeError, Where
from augkit.fields import Checked, fields_of
from augkit.plugins import catalogue, loaded
from augkit.recipe.grammar import KEYS, Complaints, as_map, as_seq, as_text, is_empty, place, read_fields, unknown
from augkit.recipe.located import Located, Map, Scalar, called, plain
from augkit.recipe.sections import VERSION, Settings
from augkit.recipe.spelling import flow
from augkit.schema import Field, Schema, read_field, read_schema
from augkit.words import suggestion

C = TypeVar("C", bound=Checked)


def read_head(tree: Map, complaints: Complaints) -> None:
    """The version, and that there are no keys but ``KEYS``."""
    for key in tree.items:
        with complaints:
            if key not in KEYS:
                raise unknown("key", key, KEYS, tree.keys[key])
    with complaints:
        given = tree.items.get("augkit")
        if given is None:
            raise RecipeError(
                f"`augkit: {VERSION}` is missing: the version of the format, best in the first line.", tree.where
            )
        value = given.value if isinstance(given, Scalar) else None
        if isinstance(value, bool) or value != VERSION:
            newer = " Update augkit." if isinstance(value, int) and value > VERSION else ""
            raise RecipeError(f"augkit: got {called(given)}; this augkit reads format {VERSION}.{newer}", given.where)


def read_settings(tree: Map, complaints: Complaints) -> Settings:
    """The top-level keys that hold one value."""
    chosen = {key: item for key, item in tree.items.items() if key in fields_of(Settings)}
    return read_fields(Settings, Map(chosen, tree.keys, tree.where), "", complaints) or Settings()


def read_section(tree: Map, name: str, cls: type[C], complaints: Complaints) -> C:
    """A section with a fixed set of fields; all defaults where it is left out."""
    node = Map({}, {}, tree.where)
    with complaints:
        if name in tree.items:
            node = as_map(tree.items[name], name, _example(cls))
    return read_fields(cls, node, name, complaints) or cls()


def _example(cls: type[Checked]) -> str:
    name, info = next(iter(fields_of(cls).items()))
    return flow({name: info.default})


def read_plugins(tree: Map, complaints: Complaints) -> tuple[str, ...]:
    """The plugins that must be there: a recipe may name those whose kernels or readers it needs."""
    names: list[str] = []
    items: tuple[Located, ...] = ()
    with complaints:
        if "plugins" in tree.items:
            items = as_seq(tree.items["plugins"], "plugins", "[image]").items
    for item in items:
        with complaints:
            names.append(_plugin(item))
    return tuple(names)


def _plugin(item: Located) -> str:
    infos = {info.name: info for info in loaded()[1][::-1]}
    name = as_text(item, "plugins", "the name of an installed plugin, or a package as in acme-aug>=1.2")
    if re.search("[<>=!~]", name):
        return _required(name, item.where)
    if name not in infos:
        raise RecipeError(
            f"plugin {name!r} is not installed.{suggestion(name, infos)} See `augkit plugins`.", item.where
        )
    if infos[name].error:
        raise RecipeError(f"plugin {name!r} does not load: {infos[name].error}", item.where)
    return name


def _required(text: str, where: Where) -> str:
    """The plugin of a package with a version, as pip writes them."""
    from packaging.requirements import InvalidRequirement, Requirement
    from packaging.utils import canonicalize_name

    try:
        wanted = Requirement(text)
    except InvalidRequirement as error:
        raise RecipeError(f"plugins: {text!r} is no requirement such as acme-aug>=1.2: {error}", where) from None
    infos = [info for info in loaded()[1] if canonicalize_name(info.distribution) == canonicalize_name(wanted.name)]
    if not infos:
        names = {info.distribution for info in loaded()[1]}
        raise RecipeError(f"no plugin of {wanted.name!r} is installed.{suggestion(wanted.name, names)}", where)
    if not wanted.specifier.contains(infos[0].version, prereleases=True):
        raise RecipeError(f"plugins: {text!r}: {infos[0].version} is installed. Write pip install '{text}'.", where)
    if broken := next((info for info in infos if info.error), None):
        raise RecipeError(f"plugin {broken.name!r} does not load: {broken.error}", where)
    return infos[0].name


def read_train(tree: Map, complaints: Complaints) -> Map | None:
    """The train section; what is in it is the trainer's business."""
    with complaints:
        if "train" in tree.items:
            return as_map(tree.items["train"], "train", "{backbone: timm/resnet18, epochs: 20}")
    return None


def read_source(tree: Map, complaints: Complaints) -> None:
    """Check the name of the source and, as far as it declares them, its fields; the data are not touched."""
    node = tree.items.get("source")
    if node is None:
        return
    with complaints:
        given = as_map(node, "source", "{image_folder: {root: photos}}")
        if len(given.items) != 1:
            names = ", ".join(catalogue().names("source"))
            raise RecipeError(
                f"source: got {called(node)}; expected one source with its fields. There are: {names}.", node.where
            )
        [(name, fields)] = given.items.items()
        if name not in catalogue().names("source"):
            raise unknown("source", name, catalogue().names("source"), given.keys[name])
        _check_source(name, fields, given, complaints)


def _check_source(name: str, fields: Located, given: Map, complaints: Complaints) -> None:
    try:
        cls = catalogue().load("source", name)
    except MissingDependency as error:
        raise MissingDependency(f"{given.keys[name]}: {error}") from error
    except PluginError as error:
        raise RecipeError(f"source: {error}", given.keys[name]) from error
    declared = getattr(cls, "fields_type", None)
    if declared is None:
        return
    if not isinstance(fields, Map) and not is_empty(fields):
        short = cls.shorthand
        fields = Map({short: fields}, {short: fields.where}, fields.where)
    fields = as_map(fields, name, f"{{{cls.shorthand}: …}}")
    if hasattr(cls, "fields_for") and cls.shorthand in fields.items:
        try:
            declared = cls.fields_for(plain(fields))
            fields = Map({n: i for n, i in fields.items.items() if n != cls.shorthand}, fields.keys, fields.where)
        except FieldError as error:
            raise RecipeError(f"{name}: {error}", fields.items[cls.shorthand].where) from None
    missing = [info.name for info in fields_of(declared).values() if info.required and info.name not in fields.items]
    if missing:
        raise RecipeError(f"{name}: needs `{missing[0]}`, as in {name}: {{{missing[0]}: …}}.", given.keys[name])
    read_fields(declared, fields, name, complaints)


def read_sample(tree: Map, complaints: Complaints) -> Schema:
    """The fields, their kinds and their groups, as far as they can be made out."""
    before = len(complaints.found)
    sample = Map({}, {}, tree.where)
    with complaints:
        if is_empty(tree.items.get("sample")):
            raise RecipeError(
                "`sample` is missing; it says what the data hold, as in sample: {image: image, digit: label}.",
                tree.keys.get("sample", tree.where),
            )
        sample = as_map(tree.items["sample"], "sample", "{image: image, digit: label}")
    fields: dict[str, Field] = {}
    for name, item in sample.items.items():
        with complaints:
            fields[name] = _field(name, item, sample)
    groups = _groups(tree, sample, complaints)
    if len(complaints.found) > before:
        return Schema(fields, ())
    with complaints:
        try:
            return read_schema(plain(sample), groups)
        except (FieldError, CompileError) as error:
            field = getattr(error, "field", None)
            where = place(tree, "groups") if field == "groups" else place(sample, field)
            raise RecipeError(f"sample: {getattr(error, 'message', error)}", where) from None
    return Schema(fields, ())


def _field(name: str, item: Located, sample: Map) -> Field:
    if is_empty(item):
        raise RecipeError(f"field {name!r}: is empty; expected a kind such as `{name}: image`.", sample.keys[name])
    try:
        return read_field(name, plain(item))
    except FieldError as error:
        raise RecipeError(str(error), _option_place(item, sample, name, error.field)) from None
    except MissingDependency as error:
        raise MissingDependency(f"{item.where}: {error}") from error
    except PluginError as error:
        raise RecipeError(f"field {name!r}: {error}", item.where) from error


def _option_place(item: Located, sample: Map, name: str, field: str | None) -> Where:
    """Of an option: its key if it is unknown, its value if that is; else of the kind, or of the field."""
    if not isinstance(item, Map) or len(item.items) != 1:
        return item.where
    [(kind, options)] = item.items.items()
    if field is None or field == name or not isinstance(options, Map):
        return item.keys[kind]
    return place(options, field, of_key=field not in fields_of(catalogue().load("target", kind).options_type))


def _groups(tree: Map, sample: Map, complaints: Complaints) -> list[list[str]]:
    groups: list[list[str]] = []
    if "groups" not in tree.items:
        return groups
    with complaints:
        for group in as_seq(tree.items["groups"], "groups", "[[left, left_mask], [right, right_mask]]").items:
            groups.append(_group(group, sample))
    return groups


def _group(group: Located, sample: Map) -> list[str]:
    items = as_seq(group, "groups: a group", "[left, left_mask]").items
    for item in items:
        name = as_text(item, "groups: a group", "the name of a field")
        if name not in sample.items:
            raise unknown("field", name, sample.items, item.where)
    return [plain(item) for item in items]


def check_labels(tree: Map, schema: Schema, complaints: Complaints) -> None:
    """That ``balance`` and ``stratify`` name labels of the sample."""
    labels = [field.name for field in schema.fields.values() if field.kind == "label"]
    for section, key, only in (("loader", "balance", "class"), ("split", "stratify", True)):
        node = tree.items.get(section)
        given = node.items.get(key) if isinstance(node, Map) else None
        if not isinstance(given, Scalar) or given.value in (None, False, *labels):
            continue
        with complaints:
            if given.value == only and (len(labels) == 1 or only is True):
                continue
            what = f"{section}: {key}"
            if given.value == only:
                raise RecipeError(f"{what}: there is not one label but {len(labels)}{_listing(labels)}.", given.where)
            hint = suggestion(str(given.value), labels)
            raise RecipeError(
                f"{what}: {given.value!r} is no label of the sample.{hint} It has{_listing(labels)}.", given.where
            )


def check_unmixed(nodes: Iterable[Node], complaints: Complaints) -> None:
    """That nothing is judged by samples that were mixed with others."""
    for step in (leaf for node in nodes for leaf in node.leaves()):
        if step.transform.partners:
            with complaints:
                raise RecipeError(
                    f"eval_steps: {step.id} mixes samples, and a validation is of samples as they are; leave it out.",
                    step.where,
                )


def check_decoder(tree: Map, schema: Schema, complaints: Complaints) -> None:
    """That a reader of the sample's fields knows the ``decoder``."""
    given = tree.items.get("decoder")
    if is_empty(given) or given is None:
        return
    with complaints:
        name = as_text(given, "decoder", "a name")
        readers = [field.kind for field in schema.fields.values() if field.kind in catalogue().names("reader")]
        known = [decoder for kind in readers for decoder in _decoders(catalogue().load("reader", kind))]
        if name not in known:
            hint = suggestion(name, known) or f" There are: {', '.join(known) or 'none'}."
            raise RecipeError(f"decoder: {name!r} is none of this sample's.{hint}", given.where)


def _decoders(reader: Callable[..., Any]) -> tuple[str, ...]:
    """The names that a reader's ``decoder`` argument declares."""
    return get_args(get_type_hints(reader).get("decoder"))


def _listing(labels: list[str]) -> str:
    return f": {', '.join(labels)}" if labels else " none"
