"""Policies in recipes: lists that are filled in and written out, fields, errors with their place."""

import pytest

import augkit
from augkit import steps
from augkit.errors import PluginError, RecipeError
from augkit.plugins import catalogue
from augkit.policies import usual_items
from augkit.recipe import find_errors, read_recipe
from augkit.registry import Entry, Registry
from tests.core.tiny import IMAGE

IMAGES = [step.id for step in steps.usual_steps("image")]


def recipe(steps_, sample=None, **rest):
    return {"augkit": 1, "sample": sample or {"image": "image"}, "steps": steps_, **rest}


def policy_of(given, **rest):
    [policy] = read_recipe(recipe([given], **rest)).steps
    return policy


@pytest.mark.parametrize("written", ["rand_augment", {"rand_augment": None}, {"rand_augment": {}}])
def test_without_steps_the_usual_ones_are_filled_in(written):
    policy = policy_of(written)
    assert [child.id for child in policy.children] == IMAGES
    assert (policy.n.low, policy.magnitude.low) == (2, 0.3)


@pytest.mark.parametrize("kind", ["rand_augment", "trivial_augment", "augmix"])
def test_what_show_prints_reads_back_the_same(kind, tmp_path):
    read = read_recipe(recipe([{"resize": {"size": 8}}, kind, {"one_of": [{kind: {"id": "other", "p": 0.5}}]}]))
    text = read.resolved()
    assert f"# {kind} named no steps; these are the usual ones" in text and "image/rotate" in text
    (tmp_path / "shown.yaml").write_text(text)
    again = read_recipe(tmp_path / "shown.yaml")
    assert again.hash == read.hash
    assert "named no steps" not in again.resolved()
    for key in "abc":
        one, other = (augkit.load(each)(image=IMAGE, key=key)["image"] for each in (read, again))
        assert one.tobytes() == other.tobytes()


def test_show_writes_fields_that_a_policy_does_not_set_and_no_others():
    text = read_recipe(recipe([{"rand_augment": ["rotate", {"affine": {"degrees": 3}}]}])).resolved()
    assert "n: 2" in text and "magnitude: 0.3" in text
    assert "rotate: {p: 1.0, interpolation: linear, border: constant, fill: 0.0}" in text
    assert "degrees: 3" in text and "translate" not in text


def test_evaluation_leaves_policies_out():
    read = read_recipe(recipe([{"resize": {"size": 8}}, "rand_augment", {"augmix": ["brightness"]}]))
    assert [node.id for node in read.eval_steps] == ["image/resize"]


def test_names_and_fields_in_a_list():
    policy = policy_of({"rand_augment": {"n": [1, 2], "steps": ["rotate", {"hflip": {"p": 0.5}}]}})
    assert [child.id for child in policy.children] == ["image/rotate", "image/hflip"]
    assert [child.steered() for child in policy.children] == [["degrees"], []]


COLOUR = {"image": "image", "label": {"label": {"sensitive_to": ["colour"]}}}


def test_a_clash_is_left_out_of_the_usual_ones_with_a_note():
    read = read_recipe(recipe(["trivial_augment"], COLOUR))
    [policy] = read.steps
    assert "image/rotate" in {child.id for child in policy.children}
    assert not any("colour" in child.transform.changed_qualities() for child in policy.children)
    assert "#   without image/brightness: changes colour, and 'label' depends on it\n" in read.resolved()
    assert find_errors(read)[1] == []


def test_a_clash_in_an_explicit_list_is_refused():
    _, errors = find_errors(recipe([{"trivial_augment": ["rotate", "brightness"]}], COLOUR))
    assert "image/brightness: changes colour, and 'label' depends on it" in str(errors[0])


def test_augmix_leaves_out_what_it_cannot_blend():
    masked = policy_of("augmix", sample={"image": "image", "mask": "mask"})
    ids = {child.id for child in masked.children}
    assert "image/brightness" in ids and not ids & {"image/rotate", "shear", "translate"}


def test_every_modality_of_the_sample_has_its_steps():
    policy = policy_of("rand_augment", sample={"image": "image", "caption": "text"})
    ids = [child.id for child in policy.children]
    texts = ids[len(IMAGES) :]
    assert ids[: len(IMAGES)] == IMAGES
    assert {"text/typo", "text/word_delete"} <= {*texts} and all(name.startswith("text/") for name in texts)
    assert "text/antonym" not in texts  # what turns round what a text says is never a default


def test_two_policies_need_an_id_which_names_their_steps_too():
    _, errors = find_errors(recipe(["rand_augment", "trivial_augment"]))
    assert "two steps with the id" in str(errors[0]) and "Give one of them `id:`" in str(errors[0])
    read, errors = find_errors(recipe(["rand_augment", {"trivial_augment": {"id": "second"}}]))
    assert errors == []
    assert read.steps[1].children[0].id == "second/image/rotate"


def test_a_sample_that_no_step_fits_is_told_why(tmp_path):
    path = tmp_path / "recipe.yaml"
    path.write_text("augkit: 1\nsample: {text: text}\nsteps:\n  - augmix\n")
    with pytest.raises(RecipeError) as caught:
        read_recipe(path)
    told = str(caught.value)
    assert told.startswith(
        f"{path}:4:5: augmix: none of the usual steps fits a sample of text: text: text/typo: augmix"
    )
    assert told.endswith("Write `steps: [...]`.")


def test_errors_have_their_place(tmp_path):
    path = tmp_path / "recipe.yaml"
    path.write_text("augkit: 1\nsample: {image: image}\nsteps:\n  - rand_augment:\n      magnitude: 3\n      n: 1\n")
    assert f"{path}:5:18: rand_augment: magnitude: got 3; expected 0" in str(find_errors(path)[1][0])
    path.write_text("augkit: 1\nsample: {image: image}\nsteps:\n  - rand_augment: {steps: [{crop: {size: 2}}]}\n")
    assert "image/crop makes a format rather than a change" in str(find_errors(path)[1][0])
    path.write_text("augkit: 1\nsample: {image: image}\nsteps:\n  - rand_augment: {magnitud: 1}\n")
    assert "rand_augment: unknown field 'magnitud'" in str(find_errors(path)[1][0])
    path.write_text("augkit: 1\nsample: {image: image}\nsteps:\n  - rand_augment: 3\n")
    assert f"{path}:4:5" in str(find_errors(path)[1][0]) or f"{path}:4:19" in str(find_errors(path)[1][0])


def test_another_plugin_changes_no_usual_list():
    registry = Registry("acme")
    registry.transform("image/rain", "acme:Rain")
    registry.policy("image", "acme:STEPS")
    before = usual_items("image")
    with pytest.raises(PluginError, match="plugin 'acme' registers the policy 'image', which 'image' has"):
        catalogue().add(registry.entries)
    assert usual_items("image") == before


def test_a_list_that_is_none_is_refused(monkeypatch):
    entry = Entry("policy", "image", "acme:STEPS", "acme")
    monkeypatch.setattr("augkit.registry.Catalogue.find", lambda self, role, name: entry)
    monkeypatch.setattr("augkit.registry.Entry.load", lambda self: 7)
    with pytest.raises(PluginError, match="plugin 'acme': 'acme:STEPS' is no list of step names"):
        usual_items("image")


def test_no_list_is_told():
    with pytest.raises(PluginError, match="no plugin lists steps of policies for 'radar'; there are lists for audio"):
        steps.usual_steps("radar")


@pytest.mark.parametrize("modality", catalogue().names("policy"))
def test_the_usual_steps_exist_do_not_make_formats_and_mostly_state_their_range(modality):
    usual = steps.usual_steps(modality)
    assert len({step.id for step in usual}) == len(usual)
    assert not any(step.transform.structural for step in usual)
    assert 2 * sum(bool(step.steered()) for step in usual) > len(usual)
