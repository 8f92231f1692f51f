"""How small sources are made by FFmpeg: sources.py has the good ones, bad_sources.py the others.

Pictures of the counted sources carry their frame number in binary, as twelve black or white bars, so that any dropped,
repeated or shifted frame shows. Nothing is made twice in one directory.
"""

import struct
import subprocess
import zlib
from collections.abc import Callable
from functools import wraps
from pathlib import Path

import imageio_ffmpeg

from shared.media.mp4.boxes import children, find

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
BITS = 12
X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-crf", "23", "-pix_fmt", "yuv420p")
AAC = ("-c:a", "aac", "-b:a", "96k")
BT2020 = ("-color_primaries", "bt2020", "-colorspace", "bt2020nc", "-color_range", "tv")

SIX_PITCHES = {"FL": 400, "FR": 520, "FC": 640, "LFE": 60, "BL": 760, "BR": 880}

Maker = Callable[[Path], Path]
GOOD: dict[str, Maker] = {}
BAD: dict[str, Maker] = {}


def ffmpeg(*arguments: str | Path) -> None:
    """Run FFmpeg; CalledProcessError with what it said when it fails."""
    line = [FFMPEG, "-nostdin", "-v", "error", "-y", *map(str, arguments)]
    done = subprocess.run(line, capture_output=True, timeout=120, check=False)
    if done.returncode:
        raise AssertionError(f"{' '.join(line)}\n{done.stderr.decode(errors='replace')}")


def _register(table: dict[str, Maker], file: str) -> Callable[[Callable[[Path], None]], Maker]:
    """Enter a maker under its own name; it is given the path to write, once per directory."""

    def enter(make: Callable[[Path], None]) -> Maker:
        @wraps(make)
        def cached(directory: Path) -> Path:
            path = directory / f"{make.__name__}-{file}"
            if not path.exists():
                make(path)
            return path

        table[make.__name__] = cached
        return cached

    return enter


def good(file: str = "source.mp4") -> Callable[[Callable[[Path], None]], Maker]:
    """A source that comes out right."""
    return _register(GOOD, file)


def bad(file: str = "source.mp4") -> Callable[[Callable[[Path], None]], Maker]:
    """A source that is refused."""
    return _register(BAD, file)


def counted(size: str = "320x240", rate: str = "30", seconds: float = 2, more: str = "") -> tuple[str, ...]:
    """FFmpeg input of frames that carry their number."""
    bars = f"geq=lum='if(bitand(N,pow(2,floor(X/8))),235,16)':cb=128:cr=128,format=yuv420p{more}"
    scale = f"scale={size.replace('x', ':')}:flags=neighbor,setsar=1"
    return ("-f", "lavfi", "-i", f"color=s={BITS * 8}x8:r={rate}:d={seconds},format=yuv420p,{bars},{scale}")


def tone(hertz: int = 440, seconds: float = 2, layout: str = "stereo") -> tuple[str, ...]:
    """FFmpeg input of a sine in every channel."""
    return wave(f"0.4*sin(2*PI*{hertz}*t)", seconds, layout)


def beeps(seconds: float = 2, layout: str = "stereo") -> tuple[str, ...]:
    """FFmpeg input of short beeps, each half a second after the one before, the first at 0.25 s."""
    return wave("0.5*sin(2*PI*1000*t)*between(mod(t,0.5),0.25,0.35)", seconds, layout)


def six_tones(seconds: float = 2) -> tuple[str, ...]:
    """FFmpeg input of 5.1 sound whose every channel has a pitch of its own, see SIX_PITCHES."""
    waves = "|".join(f"0.1*sin(2*PI*{hertz}*t)" for hertz in SIX_PITCHES.values())
    return ("-f", "lavfi", "-i", f"aevalsrc='{waves}':s=48000:c=5.1:d={seconds}")


def wave(formula: str, seconds: float, layout: str) -> tuple[str, ...]:
    """FFmpeg input with the same sound in every channel."""
    channels = "|".join([formula] * {"mono": 1, "stereo": 2, "5.1": 6}[layout])
    return ("-f", "lavfi", "-i", f"aevalsrc='{channels}':s=48000:c={layout}:d={seconds}")


def grey_png(side: int) -> bytes:
    """A black square."""
    packer = zlib.compressobj(1)
    rows = b"".join(packer.compress(bytes(side + 1)) for _ in range(side)) + packer.flush()
    parts = [(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)), (b"IDAT", rows), (b"IEND", b"")]
    sealed = [(data, kind + data) for kind, data in parts]
    chunks = [struct.pack(">I", len(data)) + both + struct.pack(">I", zlib.crc32(both)) for data, both in sealed]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def patched(data: bytes, path: str, offset: int, value: int) -> bytes:
    """A file with one 32-bit number of a box changed."""
    box = find(data, path)
    assert box, [child.kind for child in children(data)]
    at = box.payload + offset
    return data[:at] + struct.pack(">I", value) + data[at + 4 :]
