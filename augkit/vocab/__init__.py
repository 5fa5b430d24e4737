"""The shared words: targets, Params and how they follow, for space, time and text. numpy only."""
