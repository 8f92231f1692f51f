"""What somebody asks for, and how what is found is ordered."""

from shared.base.errors import InvalidInputError
from shared.domains.ranking.rules.scores import doublings, trend
from shared.domains.search.model import Asked, Posting, VideoSort
from shared.domains.search.rules.postings import labels, weight
from shared.domains.search.rules.words import words

MOST_WORDS = 8
"""Of more words the first ones count."""

MOST_TAGS = 20
"""A video has no more."""

_FINE = 1000


def asked_for(q: str, tags: str, category: str, author_id: str) -> Asked:
    """What to look for; "" is nothing. `tags` have commas between them. Raises InvalidInputError."""
    wanted = tuple(dict.fromkeys(words(q)))
    if q and not wanted:
        raise InvalidInputError.of("q", "This has no words")
    named = tuple(tag for tag in tags.split(",") if tag.strip())
    if tags and not named:
        raise InvalidInputError.of("tags", "This has no tags")
    if len(named) > MOST_TAGS:
        raise InvalidInputError.of("tags", f"A video has at most {MOST_TAGS} tags")
    return Asked(wanted[:MOST_WORDS], labels(named, category, author_id))


def score(asked: Asked, posting: Posting, sort: VideoSort) -> int | None:
    """How high a video stands among those found, the later ones first where it is the same; None when it is not found.

    Popular and trending are told as finely as search knows: in steps of heat.
    """
    matched = weight(asked, posting)
    if matched is None:
        return None
    if sort is VideoSort.LATEST:
        return 0
    if sort is VideoSort.POPULAR:
        return posting.heat
    if sort is VideoSort.TRENDING:
        return round(_FINE * trend(doublings(posting.heat), posting.published_at))
    return matched * _FINE + posting.heat
