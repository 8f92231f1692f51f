"""Probes what scenes are made of: videos as uploads are, sounds and pictures more simply, all in a child process."""

from typing import Any

from shared.media.errors import MediaError, MediaErrorCode
from shared.media.pictures import picture_demuxer
from shared.media.probing import MAX_SECONDS, WALL_SECONDS, Prober, ask, check_boxes, probe
from shared.media.scene.model import Kind
from shared.media.scene_facts import SoundFacts
from shared.media.sniffing import SNIFF_BYTES, find_demuxer
from shared.media.storage import RangeSource

MAX_IMAGE_BYTES = 64 * 1024 * 1024
SOUND_DEMUXERS = (
    (b"ID3", "mp3"),
    (b"\xff\xfb", "mp3"),
    (b"\xff\xf3", "mp3"),
    (b"\xff\xf2", "mp3"),
    (b"\xff\xf1", "aac"),
    (b"\xff\xf9", "aac"),
    (b"fLaC", "flac"),
    (b"OggS", "ogg"),
    (b"FORM", "aiff"),
)


def probe_source(
    source: RangeSource, kind: Kind, prober: Prober | None = None, *, wall_seconds: float = WALL_SECONDS
) -> dict[str, Any]:
    """The facts of a source as JSON, which `Probed` takes; MediaError when it is not of that kind, or damaged.

    Who probes several has a `prober` for all of them.
    """
    if kind == "video":
        return probe(source, prober, wall_seconds=wall_seconds).to_json()
    if source.size == 0:
        raise MediaError(MediaErrorCode.EMPTY_FILE, "The file is empty.")
    head = source.read(0, min(source.size, SNIFF_BYTES))
    demuxer = picture_demuxer(head) if kind == "image" else sound_demuxer(head)
    if kind == "image" and source.size > MAX_IMAGE_BYTES:
        raise MediaError(MediaErrorCode.TOO_MANY_PIXELS, "The picture has more than 64 MB.")
    if demuxer == "mov":
        check_boxes(source)
    facts = ask(source, prober, demuxer, kind, wall_seconds)
    if kind == "audio" and SoundFacts.from_json(facts).duration > MAX_SECONDS:
        raise MediaError(MediaErrorCode.TOO_LONG, f"The sound is longer than {MAX_SECONDS // 3600} hours.")
    return facts


def sound_demuxer(head: bytes) -> str:
    """FFmpeg's demuxer for a file whose sound is wanted, from its first bytes."""
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "wav"
    return next((name for prefix, name in SOUND_DEMUXERS if head.startswith(prefix)), None) or find_demuxer(head)
