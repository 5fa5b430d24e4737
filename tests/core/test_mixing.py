"""Steps that make one sample of several: what is refused, where partners come from, what a trace keeps."""

import dataclasses
import pickle
from dataclasses import dataclass

import numpy as np
import pytest

import augkit
from augkit import steps
from augkit.errors import CompileError, DataError, PluginError, ReplayError, SkipStep
from augkit.mixing import Mixture, keeps_out, mixes
from augkit.partners import Listed
from augkit.plan import Plan
from augkit.rng import stream
from augkit.sample import SPACE, Sample
from augkit.schema import read_schema
from augkit.transform import Params, Transform
from augkit.vocab.space import Image
from tests.core.mixed import augkit_label, picture
from tests.core.tiny import Polygon, step


@dataclass(frozen=True)
class Summed(Mixture):
    """Every pixel added up."""

    factor: int

    def shares(self):
        return (0.5, 0.25, 0.25)


@mixes(Summed, Image)
def images_sum(images, summed):
    return dataclasses.replace(images[0], pixels=summed.factor * sum(image.pixels for image in images))


class Sum(Transform[Summed]):
    partners = 2

    def draw(self, rng, frame, content=None):
        return Summed(rng.integer(1, 3))


def others(count: int, **fields):
    return [{"image": picture(seed), "key": f"other {seed}", **fields} for seed in range(1, count + 1)]


def test_partners_come_as_of_the_steps_before_with_their_own_key():
    aug = augkit.Pipeline([steps.rotate(degrees=[-90, 90]), step(Sum()), steps.vflip()], sample={"image": "image"})
    before = augkit.Pipeline([steps.rotate(degrees=[-90, 90])], sample={"image": "image"})
    out, trace = aug.traced(image=picture(0), key="a", epoch=3, copy=1, partners=others(5))
    _, _, drawn = trace.steps[1]
    seeds = [int(name.split()[1]) for name in drawn["partners"]]
    parts = [before(image=picture(0), key="a", epoch=3, copy=1)["image"]]
    parts += [before(image=picture(s), key=f"other {s}", epoch=3, copy=1)["image"] for s in seeds]
    want = (drawn["factor"] * sum(parts)).astype(np.uint8)[::-1]
    assert len(set(seeds)) == 2
    assert np.array_equal(out["image"], want)


def test_a_mix_within_a_mix_is_a_pure_function_too():
    mixes_twice = [step(Sum(), id="first"), steps.hflip(p=0.5), step(Sum(), id="second")]
    aug = augkit.Pipeline(mixes_twice, sample={"image": "image"})
    made = [aug(image=picture(0), key="a", partners=others(6))["image"] for _ in range(2)]
    again = pickle.loads(pickle.dumps(aug))(image=picture(0), key="a", partners=others(6))["image"]
    assert np.array_equal(made[0], made[1]) and np.array_equal(made[0], again)


def test_a_trace_replays_with_the_same_partners():
    aug = augkit.Pipeline([steps.hflip(p=0.5), step(Sum())], sample={"image": "image"})
    for number in range(5):
        out, trace = aug.traced(image=picture(0), key=str(number), partners=others(5))
        again = augkit.Trace.from_json(trace.to_json())
        assert np.array_equal(aug.replay(again, image=picture(0), partners=others(5))["image"], out["image"])
    with pytest.raises(ReplayError, match=r"the partner 'other [345]' is not among the 2 samples here"):
        aug.replay(again, image=picture(0), partners=others(2))
    with pytest.raises(DataError, match="a sample by itself has none"):
        aug.replay(again, image=picture(0))


def test_a_replay_draws_nothing_for_the_partners_either():
    """Another seed would turn the partners, and theirs, otherwise."""
    mixes_twice = [steps.rotate(degrees=[-90, 90]), step(Sum(), id="first"), step(Sum(), id="second")]
    one, other = (augkit.Pipeline(mixes_twice, sample={"image": "image"}, seed=seed) for seed in (1, 2))
    out, trace = one.traced(image=picture(0), key="a", partners=others(6))
    again = augkit.Trace.from_json(trace.to_json())
    assert again == trace
    assert np.array_equal(other.replay(again, image=picture(0), partners=others(6))["image"], out["image"])
    second = trace.entries[-1]
    assert [met.key for met in second.partners] == list(second.params["partners"])
    for met in second.partners:
        assert [name for name, _, _ in met.steps] == ["image/rotate", "first"]
        assert met.key not in met.entries[-1].params["partners"]
    bare = dataclasses.replace(trace, entries=(trace.entries[0], trace.entries[1].with_(partners=None)))
    with pytest.raises(ReplayError, match="names 2 partners, but tells what was drawn for 0"):
        one.replay(bare, image=picture(0), partners=others(6))


def test_without_others_the_error_says_what_to_do():
    aug = augkit.Pipeline([step(Sum())], sample={"image": "image"})
    with pytest.raises(DataError, match=r"tiny/sum: mixes in 2 other samples.*augkit\.dataset.*partners="):
        aug(image=picture(0), key="a")


def test_the_only_sample_is_left_as_it_is_and_the_trace_says_so():
    plan = Plan([step(Sum())], read_schema({"image": "image"}))
    alone = Sample({"image": Image(picture(0))}, "a")
    out, trace = plan(alone, Listed(["a"], lambda position: alone, own=0))
    assert out.targets["image"] is alone.targets["image"]
    assert trace.skipped == [("tiny/sum", "there is no other sample to mix in")]


def test_nobody_is_their_own_partner_and_all_are_as_likely():
    names = [str(number) for number in range(5)]
    rng, counts = stream(0, 0, "k"), dict.fromkeys(names, 0)
    for _ in range(2000):
        drawn = Listed(names, lambda position: None, own=2).drawn(rng, 3)
        assert len(set(drawn)) == 3
        for name in drawn:
            counts[name] += 1
    assert counts.pop("2") == 0
    assert all(abs(count - 1500) < 4 * (2000 * 0.75 * 0.25) ** 0.5 for count in counts.values())
    assert set(Listed(names[:2], lambda position: None, own=0).drawn(rng, 3)) == {"1"}
    with pytest.raises(SkipStep):
        Listed(names[:1], lambda position: None, own=0).drawn(rng, 1)


def test_what_is_wrong_with_a_partner_is_told_as_such():
    aug = augkit.Pipeline([step(Sum())], sample={"image": "image"})
    broken = [{"image": picture(1)[None], "key": "bad.png"}, {"image": picture(2), "key": "good.png"}]
    with pytest.raises(DataError, match=r"its partner 'bad\.png': field 'image': image: got shape \(1, 6, 5, 3\)"):
        aug(image=picture(0), key="a", partners=broken)


@pytest.mark.parametrize(
    ("sample", "around", "said"),
    [
        ({"image": "image", "id": "value"}, {}, "of 'id': nothing tells what the value of several samples at once is"),
        ({"image": "image", "caption": "text"}, {}, "of 'caption': a target of kind 'text' has no rule for it.*accept"),
        ({"image": "image", "boxes": "boxes"}, {"accept": "so be it"}, "of 'boxes': a target of kind 'boxes' has no"),
        ({"caption": "text"}, {}, "finds nothing to mix in a sample of caption: text"),
    ],
)
def test_what_no_rule_mixes_is_refused_before_any_data_are_read(sample, around, said):
    with pytest.raises(CompileError, match=said):
        augkit.Pipeline([step(Sum(), **around)], sample=sample)


def test_accept_keeps_what_lies_beside_the_picture():
    aug = augkit.Pipeline([step(Sum(), accept="it names the file")], sample={"image": "image", "id": "value"})
    assert aug(image=picture(0), id=7, key="a", partners=others(2, id=8))["id"] == 7


def test_two_pictures_apart_need_to_be_told():
    sample, groups = {"left": "image", "right": "image"}, [["left"], ["right"]]
    with pytest.raises(CompileError, match=r"here are several: left, right\. Say which, `on: \[left\]`"):
        augkit.Pipeline([step(Sum())], sample=sample, groups=groups)
    with pytest.raises(CompileError, match="`on` leaves 'mask' behind"):
        augkit.Pipeline([steps.cutmix(on=["image"])], sample={"image": "image", "mask": "mask"})
    aug = augkit.Pipeline([step(Sum(), on=("right",), accept="apart")], sample=sample, groups=groups)
    fellows = [{"left": picture(n), "right": picture(n), "key": str(n)} for n in (1, 2)]
    out = aug(left=picture(8), right=picture(9), key="a", partners=fellows)
    assert np.array_equal(out["left"], picture(8)) and not np.array_equal(out["right"], picture(9))


def test_a_strangers_kind_takes_part_by_one_rule_and_is_refused_without():
    schema = read_schema({"image": "image", "label": "label"})
    fields = {**schema.fields, "outline": dataclasses.replace(schema.fields["image"], name="outline", type=Polygon)}
    [group] = schema.groups
    with_outline = dataclasses.replace(
        schema, fields=fields, groups=(dataclasses.replace(group, fields=("image", "outline")),)
    )
    with pytest.raises(CompileError, match=r"of 'outline'.*declare a rule: @mixes\(Other, Polygon\)"):
        Plan([step(SumOther())], with_outline)
    mixes(Other, Polygon)(lambda polygons, other: polygons[-1])
    plan = Plan([step(SumOther())], with_outline)
    targets = [{"image": Image(picture(n)), "outline": Polygon(), "label": augkit_label(n)} for n in range(3)]
    fellows = Listed(["1", "2"], lambda position: Sample(targets[position + 1], str(position + 1)))
    out, _ = plan(Sample(targets[0], "0"), fellows)
    assert out.targets["outline"] in [targets[1]["outline"], targets[2]["outline"]]
    assert set(out.targets["label"].value.weights) == {0, 1, 2}


class Other(Summed):
    """The same of another name, so that what a test declares for it touches nobody else."""


class SumOther(Transform[Other]):
    partners = 2

    def draw(self, rng, frame, content=None):
        return Other(1)


def test_rules_that_cannot_be_are_refused():
    @dataclass(frozen=True)
    class Moved(Params):
        axes = SPACE

    with pytest.raises(PluginError, match=r"@mixes\(Moved\): expected Params that are a Mixture"):
        mixes(Moved, Image)

    class Alone(Transform[Moved]):
        partners = 1

    with pytest.raises(PluginError, match="has `partners`, so its Params must be a Mixture"):
        augkit.Pipeline([step(Alone())], sample={"image": "image"})

    @dataclass(frozen=True)
    class Never(Mixture):
        pass

    class NeverMixes(Transform[Never]):
        partners = 1

    mixes(Never, Image)(lambda images, params: images[0])
    keeps_out(Never, Image, because="pictures are not for mixing.")
    with pytest.raises(CompileError, match=r"of 'image': pictures are not for mixing\. Drop the step"):
        augkit.Pipeline([step(NeverMixes())], sample={"image": "image"})
