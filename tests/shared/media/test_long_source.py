"""Five minutes, every segment encoded by itself: no frame is lost, and picture and sound stay together to the end."""

from fractions import Fraction
from pathlib import Path

import av
import pytest

from tests.shared.media.engine import Transcoded, counters, decode, frame_times, onsets, samples, transcode
from tests.shared.media.making import AAC, BITS, X264, counted, ffmpeg, wave
from tests.shared.media.test_good_sources import MANY

SECONDS, RATE = 300, 30
FRAMES = SECONDS * RATE
STRIP = "drawbox=y=ih*7/8:h=ih/8:t=fill"
FLASH = f"{STRIP}:color=black,{STRIP}:color=white:enable='between(mod(n,30),15,17)'"
"""The lowest eighth of the picture is white for three frames in the middle of every second, when there is a beep."""
BEEP = "0.5*sin(2*PI*1000*t)*between(mod(t,1),0.5,0.6)"
SOUND_RATE = 12_000
MOST_APART = 0.02
"""Seconds between a flash and its beep."""


def is_dropped(number: int) -> bool:
    """Frames that the source with a variable rate lacks: one of five, and a third of a second of every ten."""
    return number % 5 == 3 or 61 <= number % 300 <= 71


@pytest.fixture(scope="module", params=["constant", "variable"])
def long(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Transcoded:
    folder = tmp_path_factory.mktemp(request.param)
    source = folder / "source.mp4"
    drop = ",select='not(eq(mod(n,5),3)+between(mod(n,300),61,71))'" if request.param == "variable" else ""
    picture = counted("160x120", str(RATE), SECONDS)
    line = ["-vf", f"{FLASH}{drop}", *X264, "-g", "77", "-bf", "2", *AAC, "-fps_mode", "vfr"]
    ffmpeg(*picture, *wave(BEEP, SECONDS, "mono"), *line, source)
    return transcode(source, folder / request.param, MANY)


def test_every_frame_is_there_once(long: Transcoded) -> None:
    assert len(long.plan.runs) == SECONDS / 6
    shown = list(range(FRAMES))
    for number in range(FRAMES):
        if long.plan.facts.video.is_variable and is_dropped(number):
            shown[number] = shown[number - 1]
    for file in (f"{long.lowest}.mp4", f"{long.lowest}.m3u8"):
        assert frame_times(long.path(file)) == list(range(FRAMES))
        assert counters(long.path(file)) == [number % 2**BITS for number in shown]


def test_key_frames_are_at_exactly_two_seconds(long: Transcoded) -> None:
    expected = [Fraction(second) for second in range(0, SECONDS, 2)]
    for file in (f"{long.lowest}.mp4", f"{long.lowest}.m3u8"):
        with av.open(str(long.path(file))) as container:
            stream = container.streams.video[0]
            packets = [packet for packet in container.demux(stream) if packet.is_keyframe and packet.pts is not None]
            assert [(packet.pts or 0) * (packet.time_base or 0) for packet in packets] == expected
    lengths = [line for line in long.path(f"{long.lowest}_i.m3u8").read_text().splitlines() if "#EXTINF" in line]
    assert {float(line.removeprefix("#EXTINF:").rstrip(",")) for line in lengths} == {2.0}
    assert len(lengths) == SECONDS / 2


def test_sound_stays_with_the_picture(long: Transcoded) -> None:
    """In the download and in the stream, whose sound is a playlist of its own."""
    for picture, sound in ((f"{long.lowest}.mp4",) * 2, (f"{long.lowest}.m3u8", "audio.m3u8")):
        flashes = flash_seconds(long.path(picture))
        beeps = onsets(samples(long.path(sound), rate=SOUND_RATE), SOUND_RATE)
        assert len(flashes) == len(beeps) == SECONDS
        apart = [abs(flash - beep) for flash, beep in zip(flashes, beeps, strict=True)]
        assert max(apart) < MOST_APART


def flash_seconds(path: Path) -> list[float]:
    """When the lowest eighth of the picture turns white."""
    view = "crop=iw:ih/8:0:ih*7/8,scale=1:1:flags=area,format=gray"
    levels = decode("-i", path, "-map", "0:v", "-vf", view, "-fps_mode", "passthrough", "-f", "rawvideo")
    is_white = [level > 128 for level in levels]
    return [n / RATE for n in range(1, len(is_white)) if is_white[n] and not is_white[n - 1]]
