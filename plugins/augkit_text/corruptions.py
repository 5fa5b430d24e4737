"""What texts meet outside the data set: five severities of each, mildest first, as a recipe would write them."""

from __future__ import annotations

CORRUPTIONS = {
    "typos": [{"text/typo": {"rate": rate}} for rate in (0.02, 0.05, 0.1, 0.15, 0.25)],
    "ocr": [{"text/ocr": {"rate": rate}} for rate in (0.02, 0.05, 0.1, 0.15, 0.25)],
    "case": [{"text/case": {"rate": rate}} for rate in (0.1, 0.25, 0.5, 0.75, 1)],
    "lost words": [{"text/word_delete": {"rate": rate}} for rate in (0.05, 0.1, 0.2, 0.3, 0.4)],
    "punctuation": [{"text/punctuation": {"rate": rate}} for rate in (0.05, 0.1, 0.2, 0.3, 0.5)],
    "swapped letters": [{"text/char_swap": {"rate": rate}} for rate in (0.02, 0.05, 0.1, 0.15, 0.25)],
}
