"""Series of sensors for augkit: a modality of its own, beside images, sounds and text.

Intervals along a series are augkit's ``events`` (seconds, with labels), classes per frame its ``frame_labels``: both
follow every move of time, so they need no kernel here.
"""

import augkit

AUGKIT_API = 1


@augkit.hookimpl
def augkit_register(registry):
    registry.target("series", "augkit_series.series:Series", modality="series")
    registry.kernels("augkit_series.follow")
    for name, cls in {"jitter": "Jitter", "scaling": "Scaling", "time_warp": "TimeWarp", "window": "Window"}.items():
        registry.transform(f"series/{name}", f"augkit_series.steps:{cls}")
    registry.policy("series", "augkit_series.steps:POLICY")
    registry.reader("series", "augkit_series.files:read_series")
    registry.source("series_folder", "augkit_series.folder:SeriesFolder")
    registry.task(
        "series_classification", "augkit_series.task:SeriesClassification", install="pip install 'augkit-series[train]'"
    )
    registry.panel("series", "augkit_series.panel:panel")
    registry.world("series", "augkit_series.world:WORLD")
