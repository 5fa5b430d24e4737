"""Words that hold a sentence together: no synonym stands for them."""

from __future__ import annotations

ENGLISH = frozenset(
    """
    a about above across after against all along also although always am among an and another any anybody anyone
    anything are around as at away back be became because become been before behind being below beneath beside
    besides between beyond both but by came can come could did do does doing done down dr during each eight
    either else enough even ever every everybody everyone everything except few first five for four from get
    gets getting go goes going gone got had has have having he her here hers herself him himself his how however
    i if in inside instead into is it its itself just kind last least less let like lot made make makes many may
    maybe me might mine more most mr mrs ms much must my myself near next nine of off often oh ok okay on once
    one ones only onto or other others ought our ours ourselves out outside over own past per perhaps quite
    rather same second seven shall she should since six so some somebody someone something somewhere sort still
    such ten than that the their theirs them themselves then there therefore these they thing things third this
    those though three through throughout till to together too toward towards two under until unto up upon us
    very was way we well went were what whatever when where whether which while who whom whose why will with
    within would yes yet you your yours yourself
    """.split()
)
