"""The audio plugin: steps, readers and kernels for sounds and the events annotated on them."""

from augkit import hookimpl

AUGKIT_API = 1
_INSTALL = "pip install 'augkit[audio]'"
_KINDS = {
    "audio": "Audio",
    "events": "Events",
    "frame_labels": "FrameLabels",
    "contour": "Contour",
    "beats": "Beats",
    "words": "Words",
    "key": "Key",
    "chord": "Chord",
}
_SPECTRA = {"spectrogram": "Spectrogram", "spectrogram_picture": "SpectrogramPicture"}
_STEPS = {
    "stretch": {"time_stretch": "TimeStretch"},
    "speed": {"speed": "ChangeSpeed"},
    "pitch": {"pitch_shift": "ShiftPitch"},
    "placing": {"shift": "Shift", "crop": "Crop", "center_crop": "CenterCrop", "pad": "Pad", "reverse": "Reverse"},
    "masking": {"time_mask": "TimeMask"},
    "splice": {"splice": "Splice"},
    "level": {
        "gain": "ChangeGain",
        "normalize_loudness": "NormalizeLoudness",
        "polarity": "InvertPolarity",
        "dc_offset": "DcOffset",
    },
    "envelopes": {"fade": "Fade", "gain_transition": "GainTransition"},
    "dynamics_steps": {"compress": "Compress", "limit": "Limit"},
    "filter_steps": {
        "low_pass": "LowPass",
        "high_pass": "HighPass",
        "band_pass": "BandPass",
        "low_shelf": "LowShelf",
        "high_shelf": "HighShelf",
        "peak": "Peak",
        "equalizer": "Equalizer",
    },
    "distortion": {
        "clip": "Clip",
        "clipping_distortion": "ClippingDistortion",
        "tanh_distortion": "TanhDistortion",
        "bit_crush": "BitCrush",
    },
    "codec": {"codec": "Codec"},
    "channel_steps": {"channel_swap": "ChannelSwap", "mono": "Mono"},
    "rates": {"resample": "Resample"},
    "noise": {"add_noise": "AddNoise"},
    "background": {"background": "Background"},
    "reverb": {"reverb": "Reverb", "room": "Room"},
    "mix": {"mix": "Mix"},
    "warp": {"time_warp": "TimeWarp"},
    "spectra": {"log_mel": "LogMel", "mfcc": "Mfcc"},
}
_SPECTRUM_STEPS = {
    "spectrum_mask": {"freq_mask": "FreqMask"},
    "spectrum_scale": {"standardize": "Standardize", "picture": "Picture"},
}
_SOURCES = {
    "audio_folder": "folder:AudioFolder",
    "audio_table": "audio_table:AudioTable",
    "dcase": "dcase:Dcase",
    "audacity": "audacity:Audacity",
    "raven": "raven:Raven",
    "jams": "jams:Jams",
}


@hookimpl
def augkit_register(registry):
    registry.install = _INSTALL
    for kind, cls in _KINDS.items():
        registry.target(kind, f"augkit.vocab.timeline:{cls}", modality="audio")
    for kind, cls in _SPECTRA.items():
        registry.target(kind, f"augkit.vocab.timeline:{cls}", modality="spectrogram")
    registry.kernels("augkit_audio.follow")
    registry.kernels("augkit_audio.moving")
    registry.kernels("augkit_audio.running")
    registry.kernels("augkit.vocab.blend_frames")
    registry.transform("audio/mixup", "augkit.vocab.blend:MixUp")
    registry.reader("audio", "augkit_audio.files:read_audio")
    for name, path in _SOURCES.items():
        registry.source(name, f"augkit_audio.{path}")
    registry.starter(", ".join(_SOURCES), "augkit_audio.starter:sounds")
    registry.demo("sound_scenes", "augkit_audio.demo:SoundScenes")
    for module, steps in _STEPS.items():
        for name, cls in steps.items():
            registry.transform(f"audio/{name}", f"augkit_audio.{module}:{cls}")
    for module, steps in _SPECTRUM_STEPS.items():
        for name, cls in steps.items():
            registry.transform(f"spectrogram/{name}", f"augkit_audio.{module}:{cls}")
    registry.task("sound_events", "augkit_audio.tasks:EventDetection", install="pip install 'augkit[audio,train]'")
    registry.task(
        "sound_classification", "augkit_audio.tasks:SoundClassification", install="pip install 'augkit[audio,train]'"
    )
    registry.transform(
        "audio/audiomentations",
        "augkit_audio.audiomentations_bridge:Audiomentations",
        install="pip install 'augkit[audiomentations]'",
    )
    registry.transform(
        "audio/torchaudio",
        "augkit_audio.torchaudio_bridge:Torchaudio",
        install="pip install 'augkit[torchaudio]'",
    )
    registry.policy("audio", "augkit_audio.policy:STEPS")
    registry.corruptions("audio", "augkit_audio.corruptions:CORRUPTIONS")
    registry.importer(
        "audiomentations",
        "augkit_audio.importing:AUDIOMENTATIONS",
        install="pip install 'augkit[audiomentations]'",
    )
