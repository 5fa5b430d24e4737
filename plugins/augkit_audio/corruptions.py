"""What sounds meet outside the data set: five severities of each, mildest first, as a recipe would write them."""

from __future__ import annotations

CORRUPTIONS = {
    "white noise": [{"audio/add_noise": {"snr_db": snr}} for snr in (25, 20, 15, 10, 5)],
    "pink noise": [{"audio/add_noise": {"snr_db": snr, "color": "pink"}} for snr in (25, 20, 15, 10, 5)],
    "room": [{"audio/room": {"rt60_s": seconds}} for seconds in (0.2, 0.4, 0.8, 1.5, 3)],
    "band": [{"audio/low_pass": {"hz": hz}} for hz in (6000, 4000, 2500, 1500, 800)],
    "quiet": [{"audio/gain": {"db": db}} for db in (-6, -12, -18, -24, -30)],
    "clipping": [{"audio/clipping_distortion": {"depth_db": depth}} for depth in (3, 6, 10, 15, 20)],
    "codec": [{"audio/codec": {"format": "mp3", "kbps": kbps}} for kbps in (64, 48, 32, 24, 16)],
}
