"""What is measured of sounds: pitch, places of clicks."""

import numpy as np


def pitch_of(samples, rate):
    """The frequency, in Hz, of the loudest tone in the middle three fifths."""
    middle = samples[len(samples) // 5 : -len(samples) // 5].astype(np.float64)
    size = 1 << 19
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle)), size))
    peak = int(spectrum.argmax())
    a, b, c = np.log(spectrum[peak - 1 : peak + 2])
    return (peak + 0.5 * (a - c) / (a - 2 * b + c)) * rate / size


def cents(samples, rate, hertz):
    """How far the pitch is from ``hertz``, in hundredths of a semitone."""
    return 1200 * np.log2(pitch_of(samples, rate) / hertz)


def onset_errors(samples, rate, onsets, within=0.03):
    """How far, in seconds, the loudest sample ``within`` so many around each onset is from it."""
    reach, found = round(within * rate), []
    for onset in onsets:
        first = max(round(onset * rate) - reach, 0)
        loudest = first + int(np.abs(samples[first : round(onset * rate) + reach]).argmax())
        found.append(loudest / rate - onset)
    return np.array(found)
