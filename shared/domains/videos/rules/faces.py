"""What lists show of a video, packed into one attribute of its row which their indexes copy: its face.

An entry of an index is read with the names of all that it has, so all that does not change as counts do is one
attribute: a byte that says how it is packed, one of flags, numbers, ids of sixteen bytes each, and texts, deflated with
the words that they have in common. Whatever writes one of these fields writes the face of the row after it.
"""

import re
import uuid
import zlib
from itertools import islice

from shared.base import clock
from shared.base.ids import UUID_PATTERN, made_at
from shared.domains.videos.model import Author, Status, Variant, Video, Visibility
from shared.domains.videos.rules.public_lists import summary
from shared.domains.videos.rules.varints import folded, read, unfolded, written
from shared.domains.videos.rules.words import DICTIONARY

PACKING = 1
_MOST_IDS = 7
_ID_BYTES = 16
_RAW = -zlib.MAX_WBITS
_ID = re.compile(UUID_PATTERN)
_VISIBILITIES = tuple(Visibility)
_BETWEEN = "\0"
"""Between texts. No text about a video has control characters but line breaks, see rules.text, and no address any."""


def packed(video: Video) -> bytes:
    """The face of a video. Of one that is not ready it does not say when that last changed, which it does all along."""
    author, created = video.author, _milliseconds(video.created_at)
    duration = "" if video.duration is None else repr(float(video.duration))
    rungs = " ".join(f"{variant.name}{variant.url and f'={variant.url}'}" for variant in video.variants)
    coded = (duration, rungs, video.owner_id, video.job_id, video.thumbnail, author.avatar_url, video.poster_url)
    plain = (video.category, author.username, author.display_name, video.title, summary(video.description))
    short, ids = _without_ids(_joined(coded))
    flags = video.has_poster | video.is_illustrated << 1 | author.verified << 2
    flags |= _VISIBILITIES.index(video.visibility) << 3 | len(ids) << 5
    numbers = (
        video.version,
        folded(created - _made(video.id)),
        _since(created, video.published_at),
        _since(created, video.updated_at if video.status is Status.READY else ""),
    )
    texts = f"{short}{_BETWEEN}{_joined((*plain, *video.tags))}".encode()
    return bytes((PACKING, flags)) + written(*numbers) + b"".join(ids) + _deflated(texts)


def unpacked(face: bytes, video_id: str, status: Status, updated_at: str = "") -> Video:
    """A video as its face has it: of its variants names and foreign addresses alone.

    updated_at  of one that is not ready
    """
    if face[0] != PACKING:
        raise ValueError(f"the face of video {video_id} is packed in another way")
    flags, found = face[1], list(islice(read(face[2:]), 4))
    (version, _), (after, _), (published, _), (changed, end) = found
    first, last = 2 + end, 2 + end + _ID_BYTES * (flags >> 5)
    ids = {number: _id(face[at : at + _ID_BYTES]) for number, at in enumerate(range(first, last, _ID_BYTES), 1)}
    texts = zlib.decompressobj(_RAW, DICTIONARY).decompress(face[last:]).decode().split(_BETWEEN)
    duration, rungs, owner_id, job_id, thumbnail, avatar, poster = (text.translate(ids) for text in texts[:7])
    category, username, display_name, title, description, *tags = texts[7:]
    created = _made(video_id) + unfolded(after)
    return Video(
        id=video_id,
        owner_id=owner_id,
        author=Author(owner_id, username, display_name, avatar, verified=bool(flags & 4)),
        title=title,
        description=description,
        tags=tuple(tags),
        category=category,
        visibility=_VISIBILITIES[flags >> 3 & 3],
        status=status,
        version=version,
        duration=float(duration) if duration else None,
        variants=tuple(_rung(text) for text in rungs.split()),
        has_poster=bool(flags & 1),
        is_illustrated=bool(flags & 2),
        thumbnail=thumbnail,
        poster_url=poster,
        job_id=job_id,
        created_at=clock.timestamp(created / 1000),
        published_at=_moment(created, published),
        updated_at=_moment(created, changed) or updated_at,
        progress=100 if status is Status.READY else 0,
        face=face,
    )


def _rung(text: str) -> Variant:
    name, _, url = text.partition("=")
    return Variant(name, 0, 0, 0, 0, url)


def _joined(texts: tuple[str, ...]) -> str:
    """Texts as one. Names of people may have what is between them, which is a space then."""
    return _BETWEEN.join(text.replace(_BETWEEN, " ") for text in texts)


def _without_ids(text: str) -> tuple[str, list[bytes]]:
    """A text with a character of its own in place of each of the first ids, and these."""
    ids = list(dict.fromkeys(_ID.findall(text)))[:_MOST_IDS]
    for number, one in enumerate(ids, 1):
        text = text.replace(one, chr(number))
    return text, [uuid.UUID(one).bytes for one in ids]


def _deflated(texts: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, _RAW, zdict=DICTIONARY)
    return packer.compress(texts) + packer.flush()


def _id(data: bytes) -> str:
    return str(uuid.UUID(bytes=data))


def _milliseconds(moment: str) -> int:
    return round(clock.seconds(moment) * 1000)


def _made(video_id: str) -> int:
    return round(made_at(video_id) * 1000)


def _since(created: int, moment: str) -> int:
    """How long after a video was made, as a number that is not 0; 0 is no moment."""
    return 1 + folded(_milliseconds(moment) - created) if moment else 0


def _moment(created: int, since: int) -> str:
    return clock.timestamp((created + unfolded(since - 1)) / 1000) if since else ""
