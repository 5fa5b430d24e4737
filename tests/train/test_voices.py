"""Encoders that hear sounds as backbones: what they are fed, what they give, and what learns on top of them."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import torch

from augkit.errors import FieldError, MissingDependency, RecipeError
from augkit.train import open_run
from augkit_audio.tasks import voice
from augkit_audio.tasks.voice import RATE, VoiceEncoder, starts_of
from tests.train.conftest import quietly

WEIGHTS = importlib.util.find_spec("resemblyzer") is not None


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of low and high hums, each with harmonics, in noise, of its own length and loudness."""
    root, rng = tmp_path_factory.mktemp("clips"), np.random.default_rng(0)
    for number in range(24):
        name, count = ("low", "high")[number % 2], int(rng.integers(6000, 9000))
        hertz = rng.uniform(90, 130) if name == "low" else rng.uniform(300, 400)
        phase = 2 * np.pi * hertz * np.arange(count) / 8000
        sound = sum(np.sin(k * phase) / k for k in range(1, 6)) + 0.05 * rng.standard_normal(count)
        (root / name).mkdir(exist_ok=True)
        soundfile.write(root / name / f"{number:02d}.wav", rng.uniform(0.02, 0.3) * sound, 8000)
    return root


def recipe(root: Path, steps: list[Any] | None = None, rate: int | None = RATE, **train: Any) -> dict[str, Any]:
    audio = {"audio": {"rate": rate, "mono": True}} if rate else "audio"
    defaults = {"task": "sound_classification", "backbone": "pkg/resemblyzer", "pretrained": False}
    return {
        "augkit": 1,
        "seed": 3,
        "source": {"audio_folder": {"root": str(root)}},
        "sample": {"audio": audio, "label": "label"},
        "split": {"val": 0.4, "stratify": True},
        "steps": [{"gain": {}}, *(steps or [])],
        "eval_steps": [],
        "loader": {"batch_size": 8},
        "train": defaults | {"epochs": 2, "lr": 3e-3, "threads": 1, "checks": "off", "report": "off"} | train,
    }


def batch(*sounds: np.ndarray) -> dict[str, torch.Tensor]:
    from augkit.vocab.timeline import Audio

    made = Audio.batch([Audio(sound[None].astype(np.float32), RATE) for sound in sounds])
    return {name: torch.from_numpy(values) for name, values in made.items()}


def noise(count: int, seed: int = 0) -> np.ndarray:
    return 0.1 * np.random.default_rng(seed).standard_normal(count)


def test_bands_are_librosas() -> None:
    """An oracle: the mel spectrogram that the weights were trained on."""
    librosa = pytest.importorskip("librosa", reason="librosa comes with the extra audiomentations")
    sound = noise(20_000).astype(np.float32)
    theirs = librosa.feature.melspectrogram(y=sound, sr=RATE, n_fft=400, hop_length=160, n_mels=40)
    own = VoiceEncoder().bands(torch.from_numpy(sound)[None])[0].numpy()
    np.testing.assert_allclose(own, theirs.T, rtol=2e-4, atol=1e-7)


def test_a_clip_is_heard_alike_alone_and_beside_longer_ones_and_as_loud_as_it_needs_to_be() -> None:
    torch.manual_seed(0)
    encoder = VoiceEncoder().eval()
    short, long = noise(9_000), noise(70_000, 1)
    with torch.inference_mode():
        together, alone = encoder.features(batch(short, long)), encoder.features(batch(short))
        faint = encoder.features(batch(short / 50))
        still = encoder.features(batch(np.zeros(4_000)))
        loud = encoder.features(batch(0.0316228 / np.sqrt(np.mean(short**2)) * short))
        layers = encoder.stages(batch(short, long))
    torch.testing.assert_close(together[:1], alone, rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(faint, loud, rtol=1e-4, atol=1e-5)
    assert bool(torch.isfinite(still).all())
    torch.testing.assert_close(together.norm(dim=1), torch.ones(2))
    assert [stage.shape for stage in layers] == [(2, 256)] * 4 and encoder.stage_names[-1] == "voice"
    groups = encoder.layer_groups()
    assert [group.name for group in groups] == ["layer 1", "layer 2", "layer 3", "voice"]
    assert sum(len(group.parameters) for group in groups) == len(list(encoder.parameters()))


@pytest.mark.parametrize(
    ("samples", "starts"), [(1, [0]), (25_600, [0]), (31_000, [0]), (35_000, [0, 77]), (80_000, [0, 77, 154, 231, 308])]
)
def test_windows_cover_a_clip_but_for_a_short_rest(samples: int, starts: list[int]) -> None:
    assert starts_of(samples) == starts


def test_the_weights_of_the_package_tell_voices_apart_by_pitch(clips: Path, tmp_path: Path) -> None:
    if not WEIGHTS:
        pytest.skip("the weights of resemblyzer are not here: pip install --no-deps resemblyzer")
    run = quietly(recipe(clips, pretrained=True, transfer="linear"), tmp_path / "run")
    assert run.metrics["last"]["val_accuracy"] == 1 and run.metrics["parameters_learning"] == 2 * 256 + 2
    before = VoiceEncoder.of(True).state_dict()
    assert all(torch.equal(value, before[name]) for name, value in run.model.backbone.state_dict().items())
    trained = open_run(run.folder, "last")
    answers = list(trained.answers(trained.given_in([clips / "low", clips / "high"])))
    assert [answer.told["label"] for answer in answers] == ["low"] * 12 + ["high"] * 12


def test_the_same_recipe_gives_the_same_weights_all_of_which_learn(clips: Path, tmp_path: Path) -> None:
    given = recipe(clips, [{"shift": {"seconds": [-0.1, 0.1]}}], epochs=1)
    torch.manual_seed(3)
    before = VoiceEncoder().state_dict()
    one, other = (quietly(given, tmp_path / name).model for name in ("one", "other"))
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))
    assert not any(torch.equal(value, before[name]) for name, value in one.backbone.state_dict().items())
    assert one.exported() is None


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"backbone": "timm/resnet18"}, "expected pkg/resemblyzer or torchaudio/<bundle>, which hear sounds"),
        ({"backbone": "pkg/resemblyser"}, r"unknown 'pkg/resemblyser'. Did you mean 'pkg/resemblyzer'\?"),
        ({"rate": None}, r"hears sounds of 16000 Hz, and `sample` says nothing of it\. Write sample: "),
        ({"rate": 8000}, r"hears sounds of 16000 Hz, and `sample` says 8000"),
        ({"steps": [{"resample": {"rate_hz": 8000}}]}, "the steps make it 8000 Hz"),
        ({"steps": [{"log_mel": {}}]}, r"unknown 'pkg/resemblyzer'\. Of those that read pictures there is: pkg/"),
    ],
)
def test_what_it_cannot_hear_is_told(given: Any, complaint: str, clips: Path, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=complaint):
        quietly(recipe(clips, **given), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_weights_that_are_not_here_are_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(voice, "MODULE", "resemblyzer_that_nobody_installed")
    with pytest.raises(MissingDependency, match="pip install --no-deps resemblyzer"):
        VoiceEncoder.of(True)
    monkeypatch.setattr(voice, "weights_file", lambda: tmp_path / "w.pt")
    torch.save({"model_state": {}}, tmp_path / "w.pt")
    with pytest.raises(FieldError, match=r"w.pt has no weights of this network"):
        VoiceEncoder.of(True)


def test_bundles_are_looked_for_where_torch_keeps_them(clips: Path, tmp_path: Path, monkeypatch: Any) -> None:
    pytest.importorskip("torchaudio", reason="torchaudio is an extra: torchaudio")
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "home"))
    with pytest.raises(RecipeError, match=r"not on this machine, and augkit downloads nothing. Looked for .*home/hub/"):
        quietly(recipe(clips, pretrained=True, backbone="torchaudio/HUBERT_BASE"), tmp_path / "run")
    with pytest.raises(RecipeError, match=r"no encoder 'HUBERT_BAZE'. Did you mean 'torchaudio/HUBERT_BASE'\?"):
        quietly(recipe(clips, backbone="torchaudio/HUBERT_BAZE"), tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.long
@pytest.mark.parametrize("name", ["HUBERT_BASE", "WAVLM_BASE"])
def test_a_bundle_reads_its_file_and_hears_a_clip_alike_beside_longer_ones(
    name: str, tmp_path: Path, monkeypatch: Any
) -> None:
    """The file is one that we wrote: the bundle's own network with random weights, 360 MB. An oracle: torchaudio's own
    network over one clip alone.
    """
    pipelines = pytest.importorskip("torchaudio.pipelines", reason="torchaudio is an extra: torchaudio")
    from augkit_audio.tasks.bundles import SpeechEncoder, weights_file

    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    bundle = getattr(pipelines, name)
    torch.manual_seed(0)
    made = SpeechEncoder.of(name, False).eval()
    path = tmp_path / "hub" / "checkpoints" / Path(bundle._path).name
    path.parent.mkdir(parents=True)
    torch.save(made.model.state_dict(), path)
    assert weights_file(name, bundle) == path
    encoder = SpeechEncoder.of(name, True).eval()
    short, long = noise(9_000), noise(20_000, 1)
    with torch.inference_mode():
        together = encoder.stages(batch(short, long))
        theirs, _ = bundle.get_model().extract_features(torch.from_numpy(short.astype(np.float32))[None])
    assert len(together) == len(theirs) == encoder.depth == 12 and encoder.feature_dim == 768
    for own, other in zip(together, theirs, strict=True):
        torch.testing.assert_close(own[0], other[0].mean(0))
    assert encoder.features(batch(np.ones(1))).shape == (1, 768)
    assert len(encoder.layer_groups()) == 13
    torch.save({"other": torch.zeros(1)}, path)
    with pytest.raises(FieldError, match="does not fit torchaudio/"):
        SpeechEncoder.of(name, True)
