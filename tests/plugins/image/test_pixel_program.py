"""The compiled pass over pixels against the same arithmetic in plain numpy, bit for bit."""

import numpy as np
import pytest

from augkit_image.colour_fusing import fused
from augkit_image.pixel_ops import LUMA, Code, Op
from augkit_image.pixel_program import run

RNG = np.random.default_rng(5)
F = np.float32


def settled(value, limit):
    kept = np.minimum(np.maximum(value, F(0)), F(limit))
    return np.rint(kept) if limit == 255 else kept


def oracle(planes, ops, colours):
    """The same, one whole plane at a time."""
    limit = 255 if planes.dtype == np.uint8 else 1
    out = planes.astype(F)
    for op in ops:
        values = [F(value) for value in op.values]
        part = out[:colours]
        match op.code:
            case Code.SCALE:
                part[:] = settled(part * values[0] + values[1], limit)
            case Code.CONTRAST:
                unit = 1.0 if limit == 255 else 65536.0
                sums = np.trunc(part * F(unit)).astype(np.int64).sum(axis=1)
                weights = LUMA if colours == 3 else (1.0,)
                mean = 0.0
                for weight, total in zip(weights, sums, strict=True):
                    mean += weight * (total / unit / part.shape[1])
                shift = F((1.0 - np.float64(values[0])) * mean)
                part[:] = settled(part * values[0] + shift, limit)
            case Code.MIX:
                r, g, b = part.copy()
                for row in range(3):
                    x, y, z = values[3 * row : 3 * row + 3]
                    part[row] = settled(r * x + g * y + b * z, limit)
            case Code.BLEND:
                r, g, b = part.copy()
                x, y, z = (F(weight) * values[1] for weight in LUMA)
                common = r * x + g * y + b * z + values[2]
                part[:] = settled(part * values[0] + common, limit)
            case Code.TABLE:
                for row in range(colours):
                    part[row] = np.broadcast_to(op.table, (colours, 256))[row][part[row].astype(np.uint8)]
            case Code.HUE:
                part[:] = settled(turned(*part, values[0]), limit)
    return out


def turned(r, g, b, turn):
    top, low = np.maximum(r, np.maximum(g, b)), np.minimum(r, np.minimum(g, b))
    chroma = top - low
    per = F(1) / np.where(chroma > 0, chroma, F(1))
    hue = np.where(top == r, (g - b) * per, np.where(top == g, (b - r) * per + F(2), (r - g) * per + F(4))) + turn
    found = []
    for start in (5, 3, 1):
        k = hue + F(start)
        k = k - F(6) * np.floor(k * F(1 / 6))
        found.append(top - chroma * np.maximum(F(0), np.minimum(np.minimum(k, F(4) - k), F(1))))
    return np.stack(found)


GRAY = Op(Code.MIX, tuple(np.tile(LUMA, 3)))
SOFT = Op(Code.BLEND, (0.7, 0.3, 0.0))
TABLE = Op(Code.TABLE, (), RNG.integers(0, 256, (3, 256)).astype(np.uint8))
PROGRAMS = {
    "nothing": [],
    "scale": [Op(Code.SCALE, (1.3, -20.0))],
    "contrast": [Op(Code.CONTRAST, (0.4,))],
    "contrast late": [Op(Code.SCALE, (1.7, 0.0)), Op(Code.CONTRAST, (1.6,)), Op(Code.CONTRAST, (0.5,))],
    "mix": [Op(Code.MIX, (0.5, 0.2, 0.4, -0.3, 1.2, 0.1, 0.9, 0.3, 0.3)), GRAY],
    "blend": [Op(Code.BLEND, (0.5, 0.7, 9.0)), Op(Code.BLEND, (1.6, -0.6, 0.0))],
    "hue": [Op(Code.HUE, (0.7,)), Op(Code.HUE, (5.2,))],
    "table": [TABLE, Op(Code.SCALE, (0.9, 3.0)), TABLE],
    "all": [Op(Code.HUE, (3.1,)), TABLE, Op(Code.CONTRAST, (1.4,)), GRAY, Op(Code.SCALE, (1.1, 1.0))],
}


def made(ops, planes, colours, out_type, scale, offset):
    out = np.empty(planes.shape, out_type)
    run(planes.copy(), ops, colours, out, np.array(scale, F), np.array(offset, F))
    return out


@pytest.mark.parametrize("count", [1, 1023, 5000])
@pytest.mark.parametrize("name", PROGRAMS)
def test_levels(name, count):
    planes = RNG.integers(0, 256, (4, count), dtype=np.uint8)
    expected = oracle(planes, PROGRAMS[name], 3)
    assert (made(PROGRAMS[name], planes, 3, np.uint8, [1] * 4, [0] * 4) == expected).all()
    scale, offset = [0.01, 0.02, 0.03, 1], [-1, 0.5, 0, 2]
    normalized = made(PROGRAMS[name], planes, 3, np.float32, scale, offset)
    assert (normalized == expected * np.array(scale, F)[:, None] + np.array(offset, F)[:, None]).all()


@pytest.mark.parametrize("name", [name for name in PROGRAMS if name not in ("table", "all")])
def test_fractions(name):
    planes = RNG.random((3, 3000), dtype=F)
    ops = [
        Op(op.code, (op.values[0], op.values[1] / 255) if op.code == Code.SCALE else op.values) for op in PROGRAMS[name]
    ]
    assert (made(ops, planes, 3, F, [1] * 3, [0] * 3) == oracle(planes, ops, 3)).all()


def test_fused_linear_ops_are_their_product_where_nothing_is_clipped():
    planes = RNG.integers(90, 140, (3, 4000), dtype=np.uint8)
    linear = [Op(Code.SCALE, (0.9, 4.0)), Op(Code.CONTRAST, (1.2,)), SOFT, Op(Code.SCALE, (1.1, -9.0))]
    ops = [*linear, Op(Code.HUE, (0.0,)), Op(Code.CONTRAST, (0.8,)), Op(Code.SCALE, (1.1, 0.0)), SOFT]
    joint = fused(ops, 3, lambda: float(np.array(LUMA) @ planes.mean(axis=1)))
    assert [op.code for op in joint] == [Code.BLEND, Code.HUE, Code.CONTRAST, Code.BLEND]
    apart = made(joint, planes, 3, np.uint8, [1] * 3, [0] * 3) - oracle(planes, ops, 3)
    assert np.abs(apart).max() <= 3
    assert np.abs(apart).mean() < 0.5


def test_fused_linear_ops_of_gray_are_one_scale():
    planes = RNG.integers(90, 140, (1, 400), dtype=np.uint8)
    ops = [Op(Code.SCALE, (0.9, 4.0)), Op(Code.CONTRAST, (1.2,))]
    joint = fused(ops, 1, lambda: float(planes.mean()))
    assert [op.code for op in joint] == [Code.SCALE]
    apart = made(joint, planes, 1, np.uint8, [1], [0]) - oracle(planes, ops, 1)
    assert np.abs(apart).max() <= 1


def test_gray_images_have_one_colour():
    planes = RNG.integers(0, 256, (2, 500), dtype=np.uint8)
    ops = [Op(Code.SCALE, (1.3, 0.0)), Op(Code.CONTRAST, (0.4,))]
    out = made(ops, planes, 1, np.uint8, [1, 1], [0, 0])
    assert (out == oracle(planes, ops, 1)).all()
    assert (out[1] == planes[1]).all()
