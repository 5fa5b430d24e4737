"""First weights: through twenty layers a signal keeps its size with the right pairing, not with a wrong one."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from augkit.errors import FieldError
from augkit.train.init import draw, fans, gain, initialize, layers_and_activations

WIDTH, LAYERS = 256, 20


def source(seed: int = 1) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def inputs(seed: int = 0) -> Tensor:
    return torch.randn(128, WIDTH, generator=source(seed))


def tower(activation: type[nn.Module]) -> nn.Sequential:
    return nn.Sequential(*[layer for _ in range(LAYERS) for layer in (nn.Linear(WIDTH, WIDTH), activation())])


def kept(net: nn.Sequential) -> list[float]:
    """The mean square of every activation, as a multiple of the first one's."""
    signal, found = inputs(), []
    with torch.no_grad():
        for number, layer in enumerate(net):
            signal = layer(signal)
            found += [float((signal**2).mean())] if number % 2 else []
    return [square / found[0] for square in found]


@pytest.mark.parametrize(
    ("activation", "scheme"),
    [
        (nn.ReLU, "auto"),
        (nn.ReLU, "he"),
        (nn.LeakyReLU, "auto"),
        (nn.ELU, "auto"),
        (nn.SELU, "auto"),
        (nn.Tanh, "auto"),
        (nn.Tanh, "orthogonal"),
        (nn.ReLU, "lsuv"),
        (nn.GELU, "lsuv"),
        (nn.Tanh, "lsuv"),
    ],
)
def test_the_right_pairing_keeps_a_signal_within_half_and_twice(activation: type[nn.Module], scheme: str) -> None:
    net = tower(activation)
    initialize(net, scheme=scheme, generator=source(), batch=inputs())
    assert all(0.5 < multiple < 2 for multiple in kept(net))


@pytest.mark.parametrize(
    ("activation", "scheme"),
    [(nn.ReLU, "xavier"), (nn.ReLU, "xavier_normalized"), (nn.Tanh, "xavier"), (nn.SELU, "he"), (nn.ReLU, "none")],
)
def test_a_wrong_pairing_does_not(activation: type[nn.Module], scheme: str) -> None:
    torch.manual_seed(0)
    net = tower(activation)
    initialize(net, scheme=scheme, generator=source())
    assert not 0.01 < kept(net)[-1] < 10


def test_tanh_saturates_after_too_large_weights_and_dies_of_too_small_ones() -> None:
    def squashed(std: float) -> float:
        net = tower(nn.Tanh)
        for layer in net[::2]:
            layer.weight.data.normal_(0, std, generator=source())
            layer.bias.data.zero_()
        with torch.no_grad():
            return float((net(inputs()).abs() > 0.95).float().mean())

    net = tower(nn.Tanh)
    initialize(net, generator=source())
    with torch.no_grad():
        right = float((net(inputs()).abs() > 0.95).float().mean())
    assert squashed(1.0) > 0.8 and squashed(0.01) == 0 and right < 0.15


def test_xavier_normalized_keeps_small_signals_through_tanh_as_its_authors_assume() -> None:
    net = tower(nn.Tanh)
    initialize(net, scheme="xavier_normalized", generator=source())
    with torch.no_grad():
        out = net(inputs() * 0.01)
    assert 0.5 < float((out**2).mean()) / 1e-4 < 2


@pytest.mark.parametrize(
    ("layer", "scheme", "variance"),
    [
        (nn.Linear(500, 300), "he", 2 / 500),
        (nn.Conv2d(40, 80, 3), "he", 2 / 360),
        (nn.Linear(500, 300), "xavier", 1 / 1500),
        (nn.Linear(500, 300), "xavier_normalized", 2 / 800),
        (nn.Conv1d(40, 80, 5), "xavier_normalized", 2 / 600),
    ],
)
def test_variances_are_those_of_the_papers(layer: Any, scheme: str, variance: float) -> None:
    draw(layer, scheme, nn.ReLU(), source())
    weight = layer.weight.detach()
    assert float(weight.var()) == pytest.approx(variance, rel=0.05)
    assert abs(float(weight.mean())) < 0.1 * math.sqrt(variance) and not layer.bias.any()


def test_limits_of_uniform_schemes() -> None:
    layer = nn.Linear(500, 300)
    draw(layer, "xavier", None, source())
    assert float(layer.weight.detach().abs().max()) <= 1 / math.sqrt(500)
    draw(layer, "xavier_normalized", None, source())
    assert 1 / math.sqrt(500) < float(layer.weight.detach().abs().max()) <= math.sqrt(6 / 800)


def test_gains() -> None:
    assert gain(nn.ReLU()) == pytest.approx(math.sqrt(2)) and gain(None) == 1.0
    assert gain(nn.LeakyReLU(0.2)) == pytest.approx(nn.init.calculate_gain("leaky_relu", 0.2))
    assert gain(nn.Tanh()) == pytest.approx(nn.init.calculate_gain("tanh"), rel=0.05)
    assert gain(nn.SELU()) == pytest.approx(1.0, abs=1e-3), "self-normalising"
    assert fans(torch.empty(8, 4, 3, 3)) == (36, 72)


def test_the_activation_of_a_layer_is_the_next_one_and_may_be_told() -> None:
    net = nn.Sequential(
        nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(), nn.Linear(8, 4), nn.Tanh(), nn.Linear(4, 2)
    )
    assert [type(after) for _, after in layers_and_activations(net)] == [nn.ReLU, nn.Tanh, type(None)]
    told, found = nn.Linear(400, 400), nn.Linear(400, 400)
    initialize(told, "relu", generator=source())
    initialize(found, generator=source())
    assert float(told.weight.detach().var()) == pytest.approx(2 / 400, rel=0.05)
    assert float(found.weight.detach().var()) == pytest.approx(1 / 400, rel=0.05)


def test_the_same_generator_draws_the_same_and_the_global_one_is_left_alone() -> None:
    before = torch.get_rng_state()
    one, two, other = (nn.Linear(9, 9) for _ in range(3))
    after = torch.get_rng_state()
    for layer, seed in ((one, 1), (two, 1), (other, 2)):
        initialize(layer, generator=source(seed))
    assert torch.equal(one.weight, two.weight) and not torch.equal(one.weight, other.weight)
    assert torch.equal(torch.get_rng_state(), after) and not torch.equal(before, after)


def test_names_that_are_not_there() -> None:
    with pytest.raises(FieldError, match=r"init: unknown 'xaviar'. Did you mean 'xavier'\?"):
        initialize(nn.Linear(2, 2), scheme="xaviar")
    with pytest.raises(FieldError, match=r"activation: unknown 'tan'. Did you mean 'tanh'\?"):
        initialize(nn.Linear(2, 2), "tan")
    with pytest.raises(FieldError, match="lsuv measures on a batch of inputs, and got none"):
        initialize(nn.Linear(2, 2), scheme="lsuv")
