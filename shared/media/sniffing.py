"""Which container a file is, from its first bytes alone: names and declared types are claims."""

from shared.media.errors import MediaError, MediaErrorCode

SNIFF_BYTES = 4096
MOV_BOXES = frozenset({b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"styp"})
PICTURE_BRANDS = frozenset({b"heic", b"heix", b"mif1", b"msf1", b"avif", b"avis"})
PREFIXES = (
    (b"\x1aE\xdf\xa3", "matroska"),
    (b"FLV\x01", "flv"),
    (b"\x06\x0e+4\x02\x05\x01\x01\r\x01\x02\x01\x01\x02", "mxf"),
)
SOUND_PREFIXES = (b"ID3", b"fLaC", b"OggS", b"\xff\xfb", b"\xff\xf3", b"\xff\xf1", b"\xff\xf9", b"FORM")
PICTURE_PREFIXES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*")


def find_demuxer(head: bytes) -> str:
    """The name of FFmpeg's demuxer for a file that begins with `head`; MediaError when no video can be in it."""
    if head[4:8] in MOV_BOXES:
        return _mov(head)
    demuxer = next((name for prefix, name in PREFIXES if head.startswith(prefix)), None) or _riff(head)
    if demuxer:
        return demuxer
    if _is_transport_stream(head):
        return "mpegts"
    if head.startswith(SOUND_PREFIXES):
        raise MediaError(MediaErrorCode.NO_VIDEO_STREAM, "The file holds sound but no video.")
    if head.startswith(PICTURE_PREFIXES):
        raise MediaError(MediaErrorCode.UNSUPPORTED_MEDIA, "The file is a picture, not a video.")
    raise MediaError(
        MediaErrorCode.UNSUPPORTED_MEDIA,
        "The file is not a video that can be read. Upload MP4, MOV or WebM.",
    )


def _mov(head: bytes) -> str:
    if head[4:8] == b"ftyp" and head[8:12] in PICTURE_BRANDS:
        raise MediaError(MediaErrorCode.UNSUPPORTED_MEDIA, "The file is a picture, not a video.")
    return "mov"


def _riff(head: bytes) -> str | None:
    if not head.startswith(b"RIFF"):
        return None
    if head[8:12] == b"AVI ":
        return "avi"
    if head[8:12] == b"WAVE":
        raise MediaError(MediaErrorCode.NO_VIDEO_STREAM, "The file holds sound but no video.")
    return None


def _is_transport_stream(head: bytes) -> bool:
    """Sync bytes every 188 bytes, or every 192 with a time stamp before each packet."""
    for first, step in ((0, 188), (4, 192)):
        marks = head[first::step][:5]
        if len(marks) >= 3 and marks == b"G" * len(marks):
            return True
    return False
