"""Small sources of every kind that are refused: `BAD[name](directory)` gives the file's path."""

from pathlib import Path

from tests.shared.media.making import AAC, BAD, X264, bad, counted, ffmpeg, tone

__all__ = ["BAD", "EXPECTED_ERRORS"]


@bad()
def empty(path: Path) -> None:
    path.write_bytes(b"")


@bad()
def text(path: Path) -> None:
    path.write_text("This is not a film.\n" * 50)


@bad()
def cut_off(path: Path) -> None:
    """The header comes first and lists frames that are missing."""
    plain = path.with_suffix(".plain.mp4")
    ffmpeg(*counted(), *tone(), *X264, *AAC, "-movflags", "+faststart", plain)
    path.write_bytes(plain.read_bytes()[: plain.stat().st_size * 7 // 10])


@bad()
def headless(path: Path) -> None:
    """The header comes last and is missing."""
    plain = path.with_suffix(".plain.mp4")
    ffmpeg(*counted(), *tone(), *X264, *AAC, plain)
    path.write_bytes(plain.read_bytes()[: plain.stat().st_size * 7 // 10])


@bad()
def playlist(path: Path) -> None:
    path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n")


@bad()
def ffconcat(path: Path) -> None:
    path.write_text("ffconcat version 1.0\nfile 'other.mp4'\n")


@bad()
def dash(path: Path) -> None:
    path.write_text('<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><Period/></MPD>\n')


@bad()
def svg(path: Path) -> None:
    path.write_text('<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>\n')


@bad()
def sound_alone(path: Path) -> None:
    ffmpeg(*tone(), *AAC, path)


@bad("source.mov")
def strange_codec(path: Path) -> None:
    """A codec that is not on the list."""
    ffmpeg(*counted(), "-c:v", "magicyuv", "-pix_fmt", "yuv444p", path)


@bad()
def too_many_pixels(path: Path) -> None:
    """A small file of one huge frame."""
    one = ("-f", "lavfi", "-i", "color=gray:s=8192x8192:d=1:r=1", "-frames:v", "1")
    ffmpeg(*one, "-c:v", "libx264", "-preset", "ultrafast", "-threads", "1", path)


@bad("source.ts")
def joined(path: Path) -> None:
    """The same recording twice, byte by byte: the clock begins anew."""
    plain = path.with_suffix(".plain.ts")
    ffmpeg(*counted(seconds=3), *tone(seconds=3), *X264, *AAC, plain)
    path.write_bytes(plain.read_bytes() * 2)


@bad("source.m2ts")
def joined_m2ts(path: Path) -> None:
    """The same with packets of 192 bytes."""
    plain = path.with_suffix(".plain.m2ts")
    ffmpeg(*counted(seconds=3), *tone(seconds=3), *X264, *AAC, "-mpegts_m2ts_mode", "1", plain)
    path.write_bytes(plain.read_bytes() * 2)


@bad()
def two_days(path: Path) -> None:
    """Ten frames that claim to last 48 hours."""
    ffmpeg(*counted(seconds=1, rate="10"), "-vf", "setpts=N*17280/TB", "-fps_mode", "vfr", *X264, path)


@bad("source.mkv")
def two_days_mkv(path: Path) -> None:
    """The same, with the last frame alone far away."""
    ffmpeg(
        *counted(seconds=1, rate="10"),
        "-vf",
        "setpts=if(eq(N\\,9)\\,172800\\,N/10)/TB",
        "-fps_mode",
        "vfr",
        *X264,
        path,
    )


EXPECTED_ERRORS = {
    "empty": "EMPTY_FILE",
    "text": "UNSUPPORTED_MEDIA",
    "cut_off": "TRUNCATED_MEDIA",
    "headless": "TRUNCATED_MEDIA",
    "playlist": "UNSUPPORTED_MEDIA",
    "ffconcat": "UNSUPPORTED_MEDIA",
    "dash": "UNSUPPORTED_MEDIA",
    "svg": "UNSUPPORTED_MEDIA",
    "sound_alone": "NO_VIDEO_STREAM",
    "strange_codec": "CODEC_NOT_ALLOWED",
    "too_many_pixels": "TOO_MANY_PIXELS",
    "joined": "INVALID_MEDIA",
    "joined_m2ts": "INVALID_MEDIA",
    "two_days": "TOO_LONG",
    "two_days_mkv": "TOO_LONG",
}
"""The code of the error that each bad source ends with."""
