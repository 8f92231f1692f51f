"""Which comments come first in the order `top`.

Each of the shares of likes and of dislikes is estimated from below (Wilson's interval, 95 %), so that few votes say
little. What is left to certainty is halved some times; the score is how often for likes, less how often for dislikes:
0 without votes, negative for what is disliked, and the more so the more people agree.

A rank is the score in sixteenths, so the first twenty likes move a comment one by one, and later ones only when there
are about 4 % more of them. An index by it is rewritten some hundred times for a million likes, not a million times.
"""

import math

_Z_SQUARED = 1.96**2
_STEPS = 16
_ZERO = 5000
_MOST = 4999


def rank_of(comment_id: str, likes: int, dislikes: int) -> str:
    """A text by which comments are in order, the best last; of two with the same score the newer one is better."""
    score = _certainty(likes, dislikes) - _certainty(dislikes, likes)
    return f"{_ZERO + max(-_MOST, min(_MOST, math.floor(_STEPS * score))):04d}#{comment_id}"


def _certainty(votes: int, others: int) -> float:
    """How often the doubt that a vote is of this kind was halved."""
    count = votes + others
    if votes <= 0 or others < 0:
        return 0
    share = votes / count
    spread = math.sqrt(_Z_SQUARED * (share * (1 - share) / count + _Z_SQUARED / (4 * count * count)))
    lowest = (share + _Z_SQUARED / (2 * count) - spread) / (1 + _Z_SQUARED / count)
    return -math.log2(1 - lowest)
