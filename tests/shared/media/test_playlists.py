"""Playlists by the letter of RFC 8216, judged by a strict parser that is not ours."""

import shutil
import subprocess
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from shared.media.playlists import (
    ByteRange,
    Variant,
    average_bits,
    master_playlist,
    media_playlist,
    peak_bits,
    target_duration,
)
from tests.shared.media.engine import Transcoded

ROOT = Path(__file__).parents[3]
PARSER = ROOT / "node_modules" / "hls-parser"
NODE = shutil.which("node") or shutil.which("node", path=str(ROOT / ".venv" / "bin"))
JUDGE = """
const hls = require(process.argv[1]);
hls.setOptions({strictMode: true});
for (const file of process.argv.slice(2)) hls.parse(require("fs").readFileSync(file, "utf8"));
"""


def judge(*files: Path) -> subprocess.CompletedProcess[bytes]:
    """Have a strict parser read playlists."""
    assert NODE
    return subprocess.run([NODE, "-e", JUDGE, PARSER, *files], capture_output=True, timeout=60, check=False)


needs_parser = pytest.mark.skipif(not (NODE and PARSER.exists()), reason="hls-parser is not installed: run make setup")


@needs_parser
@pytest.mark.parametrize("name", ["landscape", "silent", "one_frame", "sixty"])
def test_a_strict_parser_accepts_them(transcoded: Callable[[str], Transcoded], name: str) -> None:
    done = judge(*transcoded(name).directory.glob("*.m3u8"))
    assert done.returncode == 0, done.stderr.decode()


@needs_parser
def test_the_parser_is_strict(tmp_path: Path, transcoded: Callable[[str], Transcoded]) -> None:
    text = transcoded("landscape").path("480p.m3u8").read_text()
    bad = tmp_path / "bad.m3u8"
    bad.write_text(text.replace("#EXT-X-TARGETDURATION:6", "#EXT-X-TARGETDURATION:2"))
    assert judge(bad).returncode != 0


def entry(seconds: float, kilobytes: int) -> ByteRange:
    return ByteRange(0, kilobytes * 1000, Fraction(seconds))


@pytest.mark.parametrize(("seconds", "expected"), [([6, 3], 6), ([6.4], 6), ([6.5], 7), ([0.03], 1), ([2, 7.99], 8)])
def test_target_duration(seconds: list[float], expected: int) -> None:
    assert target_duration([entry(value, 1) for value in seconds]) == expected


def test_peak_is_over_sets_of_about_a_target_duration() -> None:
    entries = [entry(6, 600), entry(6, 1200), entry(6, 600), entry(0.5, 500)]
    assert peak_bits(entries) == 1_600_000
    assert average_bits(entries) == -(-2900 * 8000 * 2 // 37)
    assert peak_bits([entry(0.1, 1)]) == 80_000


def test_media_playlist() -> None:
    text = media_playlist("480p.mp4", ByteRange(100, 50, Fraction(0)), [ByteRange(150, 1000, Fraction(6))])
    assert text.splitlines() == [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        "#EXT-X-TARGETDURATION:6",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        '#EXT-X-MAP:URI="480p.mp4",BYTERANGE="50@100"',
        "#EXTINF:6.000000,",
        "#EXT-X-BYTERANGE:1000@150",
        "480p.mp4",
        "#EXT-X-ENDLIST",
    ]


def test_master_playlist_names_relative_files_only() -> None:
    variant = Variant("720p", 1280, 720, 59.94, "avc1.64001F,mp4a.40.2", 3_000_000, 2_000_000, 200_000, 100_000, 5)
    text = master_playlist([variant], has_audio=True)
    assert "FRAME-RATE=59.940" in text
    assert "://" not in text
    assert variant.file == "720p.mp4"
