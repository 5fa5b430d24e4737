"""AugMix: chains on the same sample, blended; what cannot be blended is refused before any data are read."""

import dataclasses
import json
from collections import Counter

import numpy as np
import pytest

from augkit import Pipeline, Trace, steps
from augkit.blend import Blended
from augkit.combine import Combiner, Mixing
from augkit.distributions import Range
from augkit.errors import DataError, ReplayError
from augkit.report.drawn import said
from augkit.trace import TraceEntry
from augkit.vocab.timeline import Audio
from tests.core.test_policies import Lift, lifts, near, refusal
from tests.core.tiny import IMAGE, Add, Flip, Turn, step

FLOAT = (IMAGE / 100).astype(np.float32)


class Mirror(Flip):
    changes = ()

    def keeps_frame(self):
        return True

    def apply_image(self, image, params):
        return dataclasses.replace(image, pixels=np.ascontiguousarray(image.pixels[:, ::-1]))


def mixed(node, image=IMAGE, visits=1, seed=3):
    pipeline = Pipeline([node], sample={"image": "image"}, seed=seed)
    return [pipeline.traced(image=image, key=f"{visit}") for visit in range(visits)]


def drawn(trace):
    [entry] = trace.entries
    return Blended.from_log(entry.params)


def test_the_blend_is_the_weighted_sum_of_what_each_chain_makes():
    alone = Pipeline(lifts(2), sample={"image": "image"}).plan
    for out, trace in mixed(steps.augmix(lifts(2), magnitude=0.4), FLOAT, visits=30):
        blend = drawn(trace)
        assert len(blend.weights) == len(blend.chains) + 1 == 4 and sum(blend.weights) == pytest.approx(1)
        versions = [FLOAT]
        for chain in blend.chains:
            versions.append(replayed(alone, chain))
        expected = sum(np.float32(w) * v for w, v in zip(blend.weights, versions, strict=True))
        assert np.allclose(out["image"], np.clip(expected, 0, 1), atol=1e-6)


def replayed(plan, chain):
    trace = Trace("", 0, 0, 0, plan.hash, chain)
    return Pipeline.of(plan).replay(trace, image=FLOAT)["image"]


def test_whole_levels_are_rounded_and_stay_in_their_type():
    child = step(Add(number=7), id="seven")
    for out, trace in mixed(steps.augmix([child], depth=1), visits=30):
        kept = drawn(trace).weights[0]
        assert out["image"].dtype == np.uint8
        assert (out["image"] == np.rint(IMAGE + 7 * (1 - kept))).all()


def test_chains_have_the_stated_width_and_depth():
    seen = Counter()
    for _, trace in mixed(steps.augmix(lifts(3), width=2, depth=[1, 3]), visits=400):
        assert len(drawn(trace).chains) == 2
        seen.update(len(chain) for chain in drawn(trace).chains)
    assert set(seen) == {1, 2, 3} and all(near(count, 1 / 3, 800) for count in seen.values())


def test_every_step_is_chosen_evenly_and_its_magnitude_lies_in_the_range():
    chains = [chain for _, trace in mixed(steps.augmix(lifts(3), depth=1), visits=300) for chain in drawn(trace).chains]
    entries = [entry for chain in chains for entry in chain]
    assert all(near(count, 1 / 3, 900) for count in Counter(entry.id for entry in entries).values())
    assert all(0 <= entry.magnitude <= 0.3 for entry in entries)


def test_shares_are_dirichlet_and_the_original_is_beta():
    blends = [drawn(trace).weights for _, trace in mixed(steps.augmix(lifts(1)), visits=500)]
    assert np.mean([weights[0] for weights in blends]) == pytest.approx(0.5, abs=4 * np.sqrt(1 / 12 / 500))
    firsts = [weights[1] / (1 - weights[0]) for weights in blends]
    assert np.mean(firsts) == pytest.approx(1 / 3, abs=4 * np.sqrt(1 / 18 / 500))


def test_a_child_chosen_again_in_another_chain_draws_anew():
    [(_, trace)] = mixed(steps.augmix(lifts(1), depth=2))
    paths = [entry.path for chain in drawn(trace).chains for entry in chain]
    assert paths == ["lift 0", *(f"lift 0#{time}" for time in range(1, 6))]


def test_what_comes_before_and_after_is_done_once():
    nodes = [step(Add(number=3), id="before"), steps.augmix(lifts(1), id="mix"), step(Add(number=5), id="after")]
    pipeline = Pipeline(nodes, sample={"image": "image"})
    _, trace = pipeline.traced(image=IMAGE, key="a")
    assert [id for id, _, _ in trace.steps] == ["before", "mix", "after"]
    quiet = [nodes[0], Combiner("augmix", tuple(lifts(1)), id="mix", magnitude=Range(0)), nodes[2]]
    out = Pipeline(quiet, sample={"image": "image"})(image=IMAGE, key="a")
    assert (out["image"] == IMAGE + 8).all()


def test_other_fields_come_back_as_the_identical_objects():
    pipeline = Pipeline([steps.augmix(lifts(1))], sample={"image": "image", "mask": "mask", "label": "label"})
    mask, label = np.zeros(IMAGE.shape[:2], np.uint8), ["a"]
    out = pipeline(image=IMAGE, mask=mask, label=label, key="a")
    assert out["label"] is label and (out["mask"] == mask).all()


def test_p_and_off_last_hold():
    assert near(sum(bool(trace.entries) for _, trace in mixed(steps.augmix(lifts(1), p=0.25), visits=800)), 0.25)
    pipeline = Pipeline([steps.augmix([step(Lift(), off_last=1)])], sample={"image": "image"}, epochs=3)
    out, trace = pipeline.traced(image=IMAGE, key="a", epoch=2)
    assert (out["image"] == IMAGE).all()
    assert {entry.skipped for chain in drawn(trace).chains for entry in chain} == {"off_last: 1"}


def test_replay_and_json_give_the_same_bytes():
    pipeline = Pipeline(
        [step(Add()), steps.augmix([*lifts(2), step(Mirror())], magnitude=[0, 1])], sample={"image": "image"}
    )
    for visit in range(30):
        out, trace = pipeline.traced(image=IMAGE, key=f"{visit}")
        again = Trace.from_json(trace.to_json())
        assert again == trace
        assert pipeline.replay(again, image=IMAGE)["image"].tobytes() == out["image"].tobytes()
        assert pipeline(image=IMAGE, key=f"{visit}")["image"].tobytes() == out["image"].tobytes()


def test_a_trace_that_does_not_fit_is_refused():
    pipeline = Pipeline([steps.augmix(lifts(1), id="mix")], sample={"image": "image"})
    _, trace = pipeline.traced(image=IMAGE, key="a")
    raw = json.loads(trace.to_json())
    del raw["entries"][0]["params"]["weights"]
    with pytest.raises(ReplayError, match="the trace's params of 'mix' do not fit"):
        pipeline.replay(Trace.from_json(json.dumps(raw)), image=IMAGE)


def test_the_original_weights_and_chains_are_told_in_words():
    chain = (TraceEntry("image/gain", "image/gain", {"factor": 0.5}), TraceEntry("b", "b", skipped="off_last: 1"))
    entry = TraceEntry("mix", "augmix", Blended((0.25, 0.75), (chain,)))
    assert said(entry) == ("mix", "25% original, 75% gain factor 0.5 + b skipped: off_last: 1")


def test_annotations_on_a_moved_axis_are_refused():
    annotated = {"image": "image", "mask": "mask"}
    told = refusal(steps.augmix([step(Mirror())]), sample=annotated)
    assert "moves space, and 'mask' (of kind 'mask') is annotated on it" in told and "use rand_augment" in told
    Pipeline([steps.augmix([step(Mirror())])], sample={"image": "image", "label": "label"})
    Pipeline([steps.rand_augment([step(Mirror())])], sample=annotated)


def test_kinds_that_make_no_blend_are_refused():
    told = refusal(steps.augmix([steps.typo()]), sample={"text": "text"})
    assert "several of 'text' (of kind 'text') make no blend" in told and "use rand_augment" in told


def test_a_step_that_may_change_the_frame_is_refused():
    told = refusal(steps.seq([steps.augmix([step(Turn())])]))
    assert "tiny/turn: may change how far space reaches" in told


def test_a_step_that_says_falsely_that_it_keeps_the_frame_is_told():
    class Lies(Turn):
        def keeps_frame(self):
            return True

        def apply_image(self, image, params):
            return dataclasses.replace(image, pixels=np.ascontiguousarray(image.pixels.transpose(1, 0, 2)))

    pipeline = Pipeline([steps.augmix([step(Lies(turns=1))], id="mix")], sample={"image": "image"})
    with pytest.raises(DataError, match=r"mix: versions of \(2, 4, 3\) and \(4, 2, 3\) cannot be blended"):
        pipeline(image=IMAGE, key="a")


def test_clips_are_mixed_and_other_rates_refused():
    from augkit.vocab.timeline.audio import audio_blends

    loud, quiet = np.ones((1, 4), np.float32), np.zeros((1, 4), np.float32)
    assert audio_blends([Audio(loud, 8), Audio(quiet, 8)], [0.25, 0.75]).samples.tolist() == [[0.25] * 4]
    with pytest.raises(DataError, match="clips at 8 Hz and 16 Hz cannot be blended"):
        audio_blends([Audio(loud, 8), Audio(quiet, 16)], [0.5, 0.5])


def test_the_defaults_are_those_of_the_paper():
    assert steps.augmix(lifts(1)).mixing == Mixing(3, Range(1, 3), 1.0)
