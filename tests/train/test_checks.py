"""The checks on a plain network and loader: what each finds, and that it leaves no trace."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset

from augkit.train import checks
from augkit.train.checks import Expected, Guessing
from augkit.train.checks.losses import Frequencies
from augkit.train.checks.overfit import double_softmax_floor


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def digits(shuffled: bool = False) -> TensorDataset:
    data = load_digits()
    inputs = torch.tensor(data.images[:400, None] / 16, dtype=torch.float32)
    labels = torch.tensor(data.target[:400])
    order = torch.randperm(400, generator=torch.Generator().manual_seed(0)) if shuffled else torch.arange(400)
    return TensorDataset((inputs - inputs.mean()) / inputs.std(), labels[order])


def loader(data: TensorDataset) -> DataLoader[tuple[Tensor, ...]]:
    return DataLoader(data, 32, shuffle=True, generator=torch.Generator().manual_seed(0))


def network() -> nn.Sequential:
    torch.manual_seed(1)
    layers = [nn.Conv2d(1, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(), nn.Dropout(0.1), nn.Linear(288, 32)]
    return nn.Sequential(*layers, nn.ReLU(), nn.Linear(32, 10))


def adam(model: nn.Module, lr: float = 1e-3) -> Callable[[], torch.optim.Optimizer]:
    return lambda: torch.optim.AdamW(model.parameters(), lr=lr)


def names(found: list[checks.Finding]) -> list[str]:
    return [finding.name for finding in found if not finding.fine]


def test_nothing_is_found_where_all_is_well_and_what_was_looked_at_is_told() -> None:
    model = network()
    found = checks.run(model, loader(digits()), functional.cross_entropy, optimizer=adam(model))
    assert names(found) == []
    looked = ["inputs", "first-weights", "units", "first-loss", "gradients", "updates", "overfit", "labels"]
    assert [finding.name for finding in found] == looked


def test_a_model_comes_back_to_the_bit_and_so_do_all_generators() -> None:
    model = network()
    model[1].eval()
    functional.cross_entropy(model(digits()[:8][0]), digits()[:8][1]).backward()
    tensors = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    gradients = [parameter.grad.clone() for parameter in model.parameters() if parameter.grad is not None]
    modes = [module.training for module in model.modules()]
    states = torch.get_rng_state(), np.random.get_state()[1].tolist(), random.getstate()
    checks.run(model, loader(digits()), functional.cross_entropy, optimizer=adam(model))
    assert all(torch.equal(tensor, tensors[name]) for name, tensor in model.state_dict().items())
    after = [parameter.grad for parameter in model.parameters()]
    assert all(torch.equal(a, b) for a, b in zip(gradients, after, strict=True))
    assert modes == [module.training for module in model.modules()]
    assert torch.equal(states[0], torch.get_rng_state())
    assert states[1] == np.random.get_state()[1].tolist() and states[2] == random.getstate()
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.modules())


def test_what_a_buffer_was_replaced_by_is_put_back_too() -> None:
    class Counts(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.register_buffer("seen", torch.zeros(1), persistent=False)

        def forward(self, x: Tensor) -> Tensor:
            self.seen = self.seen + len(x)
            return x

    model = Counts()
    with checks.lent(model):
        model(torch.ones(3, 2))
        assert float(model.seen) == 3
    assert float(model.seen) == 0


def with_bias(model: nn.Sequential) -> nn.Sequential:
    with torch.no_grad():
        model[1].bias.fill_(-20)
        model[5].bias.fill_(-20)
    return model


def scaled(model: nn.Sequential, factor: float) -> nn.Sequential:
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(factor if parameter.ndim > 1 else 1)
    return model


def twice(outputs: Tensor, labels: Tensor) -> Tensor:
    return functional.cross_entropy(outputs.softmax(1), labels)


@pytest.mark.parametrize(
    ("fault", "model", "lr", "loss"),
    [
        ("dead-units", with_bias(network()), 1e-3, functional.cross_entropy),
        ("zero-init", scaled(network(), 0), 1e-3, functional.cross_entropy),
        ("huge-init", scaled(network(), 50), 1e-3, functional.cross_entropy),
        ("updates-large", network(), 0.3, functional.cross_entropy),
        ("updates-small", network(), 1e-7, functional.cross_entropy),
        ("double-softmax", network(), 1e-3, twice),
    ],
)
def test_each_fault_is_found_first_under_its_name(
    fault: str, model: nn.Sequential, lr: float, loss: Callable[[Tensor, Tensor], Tensor]
) -> None:
    found = checks.run(model, loader(digits()), loss, optimizer=adam(model, lr))
    assert names(found)[0] == fault
    assert all(finding.means and finding.advice and finding.numbers for finding in found if not finding.fine)


def test_labels_in_another_order_than_the_inputs() -> None:
    found = checks.run(network(), loader(digits(shuffled=True)), functional.cross_entropy)
    assert names(found) == ["labels-unrelated"]


def test_inputs_that_are_no_numbers_end_the_questions() -> None:
    data = digits()
    data.tensors[0][5, 0, 2, 2] = float("nan")
    found = checks.run(network(), DataLoader(data, 32), functional.cross_entropy)
    assert names(found) == ["inputs-nan"] and len(found) == 1
    assert "1 of" in found[0].seen


def test_saturated_units() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 50), nn.Tanh(), nn.Linear(50, 50), nn.Sigmoid(), nn.Linear(50, 2))
    batches = [torch.randn(64, 4) for _ in range(4)]
    cost = lambda model, batch: model(batch).mean()  # noqa: E731
    assert checks.unit_activity(model, batches, cost, 256).fine
    with torch.no_grad():
        model[0].weight.mul_(1000)
    assert checks.unit_activity(model, batches, cost, 256).name == "saturated-units"


def test_dead_channels_are_counted_layer_by_layer() -> None:
    model = nn.Sequential(nn.Conv2d(1, 4, 1), nn.ReLU())
    with torch.no_grad():
        model[0].weight.fill_(1.0)
        model[0].bias.copy_(torch.tensor([0.0, -9.0, -9.0, -9.0]))
    found = checks.unit_activity(model, [torch.rand(8, 1, 3, 3)], lambda model, batch: model(batch).sum(), 8)
    assert found.name == "dead-units" and found.numbers["shares"] == {"1": 0.75}
    assert "1000 samples would tell" in found.seen


@pytest.mark.parametrize("counts", [[1, 1], [30, 30, 30], [90, 5, 5]])
def test_the_loss_of_guessing_is_that_of_the_best_constant(counts: list[float]) -> None:
    parts = torch.tensor(counts) / sum(counts)
    labels = torch.repeat_interleave(torch.arange(len(counts)), torch.tensor(counts).long())
    constant = functional.cross_entropy(parts.log().expand(len(labels), -1), labels)
    guessing = Guessing.of(counts)
    assert guessing.prior == pytest.approx(float(constant), abs=1e-5)
    assert guessing.uniform == pytest.approx(math.log(len(counts)))


def test_guessing_where_several_answers_may_be_right() -> None:
    pooled = Frequencies([1, 3], 4, exclusive=False) + Frequencies([1, 1], 4, exclusive=False)
    odds = torch.tensor([2 / 8, 4 / 8])
    wanted = torch.tensor([[1.0, 1.0]] * 2 + [[0.0, 1.0]] * 2 + [[0.0, 0.0]] * 4)
    constant = functional.binary_cross_entropy(odds.expand(8, 2), wanted)
    guessing = pooled.guessing()
    assert guessing is not None and guessing.prior == pytest.approx(float(constant))
    assert guessing.uniform == pytest.approx(math.log(2))


@pytest.mark.parametrize(("loss", "name"), [(2.4, "first-loss"), (9.0, "first-loss-high"), (0.1, "first-loss-low")])
def test_the_first_loss_against_guessing(loss: float, name: str) -> None:
    model = nn.Linear(1, 1)
    found = checks.first_loss(model, [0], lambda model, _: model.weight.sum() * 0 + loss, Guessing.of([1] * 10))
    assert found.name == name and f"{loss:.3f}" in found.seen and "2.303" in found.seen


def test_steps_that_hardly_move_are_no_finding_where_the_loss_is_gone() -> None:
    still = [{"weight": 1e-9}] * 4
    assert checks.updates(still).name == "updates-small" and checks.updates(still, loss=1e-4).fine


def test_a_loss_that_is_no_number() -> None:
    found = checks.first_loss(nn.Linear(1, 1), [0], lambda model, _: model.weight.sum() * float("nan"))
    assert found.name == "loss-nan"
    assert found.to_json()["numbers"] == {"loss": "nan"}


def test_the_floor_of_a_softmax_of_a_softmax_is_what_cross_entropy_makes_of_it() -> None:
    for classes in (2, 3, 10, 100):
        best = functional.cross_entropy(torch.eye(classes)[:1], torch.tensor([0]))
        assert double_softmax_floor(classes) == pytest.approx(float(best), abs=1e-5)


def test_learning_by_heart_needs_something_that_learns() -> None:
    model = network().requires_grad_(False)
    batch = digits()[:16]
    found = checks.overfit_one_batch(
        model, batch, lambda model, each: functional.cross_entropy(model(each[0]), each[1])
    )
    assert found.name == "nothing-learns"


def test_a_network_that_is_slow_here_is_left_without_a_verdict() -> None:
    def cost(model: nn.Module, batch: tuple[Tensor, ...]) -> Tensor:
        return functional.cross_entropy(model(batch[0]), batch[1])

    found = checks.overfit_one_batch(network(), digits()[:16], cost, seconds=0.0)
    assert found.fine and "0 s were over, so no verdict" in found.seen and found.to_json()["numbers"]["steps"] == 1


def test_a_residual_network_whose_branches_begin_at_zero_is_healthy() -> None:
    class Residual(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner, self.gain = nn.Conv2d(4, 4, 3, padding=1), nn.Parameter(torch.zeros(1))

        def forward(self, x: Tensor) -> Tensor:
            return x + self.gain * torch.relu(self.inner(x))

    torch.manual_seed(0)
    blocks = [Residual() for _ in range(8)]
    model = nn.Sequential(nn.Conv2d(1, 4, 3), *blocks, nn.Flatten(), nn.Linear(144, 10))
    found = checks.run(model, loader(digits()), functional.cross_entropy, optimizer=adam(model))
    assert names(found) == []


def test_a_head_that_begins_at_zero_is_healthy() -> None:
    model = network()
    with torch.no_grad():
        model[-1].weight.zero_()
    assert names(checks.run(model, loader(digits()), functional.cross_entropy, optimizer=adam(model))) == []


PHOTO = Expected((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))


def test_inputs_against_what_a_backbone_was_trained_on() -> None:
    rng = torch.Generator().manual_seed(0)
    levels = torch.randint(0, 256, (8, 3, 16, 16), generator=rng) / 255
    mean, std = (torch.tensor(numbers)[:, None, None] for numbers in (PHOTO.mean, PHOTO.std))
    given = {
        "inputs": (levels - mean) / std,
        "inputs-normalisation": levels,
        "inputs-scale": levels * 255,
    }
    for name, inputs in given.items():
        assert checks.input_statistics([inputs], PHOTO).name == name
    other = checks.input_statistics([2 * levels - 1], PHOTO)
    assert other.name == "inputs-normalisation" and "mean = std = 0.5" in other.means
    assert checks.input_statistics([(levels - mean) / std], Expected((0.5,) * 3, (0.5,) * 3)).name != "inputs"
    dark = (levels * 0.2 - mean) / std
    assert checks.input_statistics([dark], PHOTO).fine


def test_gradients_that_do_not_arrive() -> None:
    model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 2))
    with torch.no_grad():
        model[2].bias.fill_(-20)
    functional.cross_entropy(model(torch.ones(2, 3)), torch.tensor([0, 1])).backward()
    assert checks.gradients(model).name == "gradient-vanishing"
    assert checks.gradients(model, loss=1e-4).fine, "where nothing is left to learn, no gradient is as it should be"
    model[0].weight.grad = torch.full((4, 3), float("inf"))
    assert checks.gradients(model).name == "gradient-nan"
    model[0].weight.grad = torch.full((4, 3), 1e6)
    assert checks.gradients(model).name == "gradient-exploding"


def test_how_far_a_step_went() -> None:
    model = nn.Linear(10, 10)
    before = checks.matrices(model)
    with torch.no_grad():
        model.weight.mul_(1.01)
    ratios = checks.update_ratios(before, model)
    assert ratios == {"weight": pytest.approx(0.01, rel=1e-3)}
    assert checks.updates([ratios]).fine
    assert checks.updates([{"a": 0.9, "b": 0.1}]).name == "updates-large"
    assert checks.updates([{"head": 0.9}]).fine
    assert checks.updates([{"a": 1e-6, "b": 1e-7}], lr=1e-7).advice.startswith("train.lr around 3e-04")
    assert checks.updates([{"a": float("nan"), "b": 0.1}]).name == "updates-large"
