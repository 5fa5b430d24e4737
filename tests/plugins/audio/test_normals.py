"""Fields of normal numbers: known answers, a plain computation, and the distribution."""

import numpy as np
import pytest

from augkit_audio.normals import COUNTERS, energy, field_and_energy, normal_field, words


def test_philox_has_the_published_answers():
    out = np.empty((4, 1), np.uint32)
    words(np.uint32(0), np.uint32(0), np.uint64(0), out)
    assert [hex(word) for word in out[:, 0]] == ["0x5f6fb709", "0xd893f64", "0x4f121f81", "0x4f730a48"]


def plainly(key, count):
    """Box-Muller of Philox-4x32-7 in float64, laid out as the field is."""
    blocks = -(-count // (4 * COUNTERS))
    c = [np.arange(blocks * COUNTERS, dtype=np.uint64), *(np.zeros(blocks * COUNTERS, np.uint64) for _ in range(3))]
    k0, k1, mask = key & 0xFFFFFFFF, key >> 32, np.uint64(0xFFFFFFFF)
    for _ in range(7):
        a, b = c[0] * np.uint64(0xD2511F53), c[2] * np.uint64(0xCD9E8D57)
        high = [(b >> np.uint64(32)) ^ c[1] ^ np.uint64(k0), (a >> np.uint64(32)) ^ c[3] ^ np.uint64(k1)]
        c = [high[0], b & mask, high[1], a & mask]
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    made = []
    for first, second in ((c[0], c[1]), (c[2], c[3])):
        radius = np.sqrt(-2 * np.log(((first >> np.uint64(8)).astype(float) + 1) / 2**24))
        eighth = (second << np.uint64(2)).astype(np.uint32).view(np.int32) * (np.pi / 2 / 2**32)
        signed = np.where(second >> np.uint64(31), -1, 1) * np.cos(eighth)
        swap = (second >> np.uint64(30)) % 2 == 0
        made += [radius * np.where(swap, np.sin(eighth), signed), radius * np.where(swap, signed, np.sin(eighth))]
    return np.stack([part.reshape(blocks, COUNTERS) for part in made], axis=1).reshape(-1)[:count]


@pytest.mark.parametrize("key", [0, 1, 0x7EDCBA9876543210])
@pytest.mark.parametrize("count", [1, 1023, 1024, 5000])
def test_a_plain_computation_agrees(key, count):
    field, squares = field_and_energy(key, (count,))
    assert np.abs(field - plainly(key, count)).max() < 3e-6
    assert squares == pytest.approx(np.sum(field.astype(float) ** 2), rel=1e-12)


def test_a_longer_field_begins_with_the_shorter_one():
    long = normal_field(5, (2, 3000))
    for count in (1, 1000, 1024, 2049):
        assert (normal_field(5, (count,)) == long.reshape(-1)[:count]).all()


def test_numbers_are_normal():
    field = normal_field(11, (1 << 21,)).astype(np.float64)
    sigmas = np.sqrt([1, 2, 15, 96]) / np.sqrt(len(field))
    moments = [np.mean(field**power) - normal for power, normal in ((1, 0), (2, 1), (3, 0), (4, 3))]
    assert (np.abs(moments) < 4 * sigmas).all()
    counts, _ = np.histogram(field, [-9, -3, -2, -1, 0, 1, 2, 3, 9])
    shares = np.array([0.00135, 0.0214, 0.13591, 0.34134, 0.34134, 0.13591, 0.0214, 0.00135])
    assert np.abs(counts / len(field) - shares).max() < 2e-3
    assert np.isfinite(field).all() and 4.8 < np.abs(field).max() < 5.8


@pytest.mark.parametrize("distance", [1, 2, 255, 256, 257, 512, 768, 1024])
def test_neighbours_know_nothing_of_each_other(distance):
    field = normal_field(3, (1 << 20,)).astype(np.float64)
    one, other = field[:-distance], field[distance:]
    for of in (lambda x: x, np.abs, np.square):
        assert abs(np.corrcoef(of(one), of(other))[0, 1]) < 5 / np.sqrt(len(one))


def test_keys_that_differ_in_one_bit_give_other_fields():
    first = normal_field(0, (1 << 16,))
    for bit in (0, 1, 31, 32, 62):
        assert abs(np.corrcoef(first, normal_field(1 << bit, (1 << 16,)))[0, 1]) < 5 / 256


@pytest.mark.parametrize("count", [0, 1, 7, 8, 9, 1000])
def test_energy_is_the_sum_of_squares(count):
    samples = np.random.default_rng(0).standard_normal(count).astype(np.float32)
    samples.flags.writeable = False
    assert energy(samples) == pytest.approx(np.sum(samples.astype(np.float64) ** 2), rel=1e-12)


def test_the_numbers_are_these_on_every_platform():
    assert normal_field(20261125, (3,)).tobytes().hex() == "3c8030405223983f229fb93f"
