"""The benchmark compares like with like: given the same drawn numbers, every library makes nearly the same picture."""

import pytest
import torch

pytest.importorskip("albumentations")
pytest.importorskip("torchvision")

from tests.benchmarks.image_peers.agreement import apart, peers, plans_apart
from tests.benchmarks.image_peers.by_augkit import PLANS
from tests.benchmarks.image_peers.photographs import BOXES, photographs
from tests.benchmarks.image_peers.work import WORKS

pytestmark = pytest.mark.filterwarnings("ignore:The image decoding and encoding:DeprecationWarning")

TURNS = 3
# Mean levels. Pillow averages wherever it reduces, and all but kornia round or truncate after each step.
NEAR = {"albumentations": 2.0, "torchvision tensor": 2.0, "torchvision PIL": 3.0, "kornia": 1.0}
SMALL = [work for work in WORKS if work.pictures == "small"]
HUE = next(work for work in SMALL if work.hue)
BOXES_MASKS = [work for work in SMALL if work.boxes or work.mask]
WARPS = [work for work in SMALL if "affine" in work.chain]
PAIRS = [
    *(("albumentations", work) for work in SMALL),
    *(("torchvision tensor", work) for work in [HUE, *BOXES_MASKS, WARPS[0]]),
    *(("torchvision PIL", work) for work in [HUE, WARPS[0]]),
    *(("kornia", work) for work in [HUE, BOXES_MASKS[-1], WARPS[0]]),
]


@pytest.fixture(scope="module", autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    return photographs("small", tmp_path_factory.mktemp("photographs"))


@pytest.mark.parametrize(("name", "work"), PAIRS, ids=lambda item: getattr(item, "name", item))
def test_the_pictures_are_nearly_the_same(photos, name, work):
    if name not in peers():
        pytest.skip(f"{name} is not installed")
    found = apart(work, photos, "exact", peers()[name], TURNS)
    assert found.mean < NEAR[name]
    if work.boxes and found.box_px is not None:
        assert found.box_px < 1e-3
        # torchvision has no `min_visible`; albumentations counts in float32.
        assert found.boxes_kept_by_one <= TURNS * BOXES * (0.01 if name == "albumentations" else 0.1)
    if work.mask:
        assert found.mask < (1e-3 if name == "kornia" else 0.05)


@pytest.mark.parametrize("work", [HUE, *BOXES_MASKS], ids=lambda work: work.name)
@pytest.mark.parametrize("plan", PLANS[1:])
def test_another_plan_is_nearly_the_exact_one(photos, work, plan):
    assert plans_apart(work, photos, plan, TURNS).mean < 2.0


def test_a_shift_of_one_pixel_is_seen(photos):
    def shifted(drawn, picture, boxes, mask):
        moved = [(name, (value[0] + 1, *value[1:]) if name == "crop" else value) for name, value in drawn.changes]
        return peers()["albumentations"](type(drawn)(tuple(moved)), picture, boxes, mask)

    found = apart(BOXES_MASKS[0], photos, "exact", shifted, TURNS)
    assert found.mean > NEAR["albumentations"] and found.box_px > 0.4
