"""Postings: under which terms a video is found, and how well it matches.

A term is a label, or the beginning of a word in one of a few lengths; what follows is compared word by word, since each
posting has all the words. So a word is found by its beginning, and a video takes few rows.
"""

import hashlib
from dataclasses import replace
from zlib import crc32

from shared.base import base64url
from shared.domains.ranking.rules.scores import heat, is_felt
from shared.domains.search.model import Asked, Posting
from shared.domains.search.rules.words import folded, words
from shared.domains.videos.model import Video
from shared.domains.videos.rules.public_lists import is_listed, place

MOST_WORDS = 64
MOST_BYTES = 480
"""So much of a video's words counts, title first, so that a posting is one write unit."""

STEMS = (3, 4, 6)
"""Lengths of beginnings that are terms. A word that is shorter than the first is one by itself, and found whole."""

WEIGHTS = (6, 4, 2)
"""What a word of title, tags and description is worth that begins as asked; one that is the same is worth twice."""

SAMPLED = 32
"""Of so many videos that have a term, but for a tag, one is counted."""

_TAG, _CATEGORY, _AUTHOR = "#", "=", "@"
_DIGEST = 6


def posting_of(video: Video) -> Posting | None:
    """What search keeps of a video; None of one that lists do not show to everybody."""
    if not is_listed(video):
        return None
    return Posting(
        place=place(video),
        words=_words((video.title, " ".join(video.tags), video.description)),
        labels=labels(video.tags, video.category, video.owner_id),
        heat=heat(video.counted),
    )


def settled(wanted: Posting, written: Posting) -> Posting:
    """What a video's rows shall say: what is written, where it is the same but for little heat."""
    is_same = replace(wanted, heat=written.heat) == written
    return written if is_same and not is_felt(written.heat, wanted.heat) else wanted


def labels(tags: tuple[str, ...], category: str, author_id: str) -> tuple[str, ...]:
    """An author, tags and a category as labels; "" is none. Tags are the same however they are written."""
    tagged = (_label(_TAG, folded(tag)) for tag in tags)
    author = (_label(_AUTHOR, author_id),) if author_id else ()
    return tuple(dict.fromkeys([*author, *tagged, *((_label(_CATEGORY, category),) if category else ())]))


def terms_of(posting: Posting) -> frozenset[str]:
    """All terms under which a video is found."""
    beginnings = {beginning for field in posting.words for word in field for beginning in _beginnings(word)}
    return frozenset(beginnings.union(posting.labels))


def terms_for(asked: Asked) -> tuple[str, ...]:
    """Terms that each lead to all that is asked for, those first that few videos have as a rule."""
    stems = sorted((_beginnings(word)[-1] for word in asked.words), key=len, reverse=True)
    tagged = [label for label in asked.labels if not label.startswith(_CATEGORY)]
    return tuple(dict.fromkeys([*tagged, *stems, *asked.labels]))


def only_tag(asked: Asked) -> str:
    """The tag that is all that is asked for; "" when it is anything else."""
    term, *others = (*asked.labels, *asked.words)
    return term if not others and term.startswith(_TAG) else ""


def has_tag(video: Video, tag: str) -> bool:
    """Whether a video has a tag, which is named as its term."""
    return tag in labels(video.tags, "", "")


def is_counted(term: str, video_id: str) -> bool:
    """Whether a video is one of those that are counted of a term: of a tag each is, of another some."""
    return term.startswith(_TAG) or crc32(f"{term} {video_id}".encode()) % SAMPLED == 0


def frequency(term: str, counted: int) -> int:
    """How many videos have a term, of those that are counted: exactly for a tag, else roughly, and never none."""
    return counted if term.startswith(_TAG) else max(counted, 1) * SAMPLED


def weight(asked: Asked, posting: Posting) -> int | None:
    """How well a video matches, None when it does not."""
    if not set(posting.labels).issuperset(asked.labels):
        return None
    total = 0
    for word in asked.words:
        best = max((_worth(word, field, value) for field, value in zip(posting.words, WEIGHTS, strict=True)), default=0)
        if not best:
            return None
        total += best
    return total


def matches(asked: Asked, video: Video) -> bool:
    """Whether a video, as it is now, is what is asked for, and everybody may see it."""
    posting = posting_of(video)
    return posting is not None and weight(asked, posting) is not None


def _worth(word: str, field: tuple[str, ...], value: int) -> int:
    if word in field:
        return 2 * value
    return value if len(word) >= STEMS[0] and any(one.startswith(word) for one in field) else 0


def _beginnings(word: str) -> tuple[str, ...]:
    return tuple(word[:length] for length in STEMS if len(word) >= length) or (word,)


def _label(kind: str, text: str) -> str:
    return kind + base64url.encode(hashlib.blake2s(text.encode(), digest_size=_DIGEST).digest())


def _words(fields: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """The first words of some texts, each once."""
    seen: set[str] = set()
    found: list[tuple[str, ...]] = []
    left = MOST_BYTES
    for text in fields:
        new: dict[str, None] = {}
        for word in words(text):
            if len(seen) == MOST_WORDS or left <= len(word.encode()):
                break
            if word not in seen:
                seen.add(word)
                new[word] = None
                left -= len(word.encode()) + 1
        found.append(tuple(new))
    return tuple(found)
