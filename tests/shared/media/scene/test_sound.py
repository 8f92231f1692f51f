"""Sounds are heard when they should be, and as they should be."""

from pathlib import Path

import pytest

from shared.media.scene import sound
from tests.shared.media.engine import onsets, pitch, samples
from tests.shared.media.making import AAC, X264, beeps, ffmpeg
from tests.shared.media.scene.studio import Studio, loudness

STEPS = ("-f", "lavfi", "-i", "aevalsrc='0.3*sin(2*PI*(200+100*floor(t))*t)':s=48000:d=16")
"""A tone that rises by 100 Hz every second."""


@pytest.fixture(scope="module")
def steps(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    """The tone alone, and with a picture whose key frames are far apart."""
    folder = tmp_path_factory.mktemp("steps")
    picture = ("-f", "lavfi", "-i", "color=s=64x64:r=10:d=16")
    ffmpeg(*STEPS, *picture, *X264, "-g", "1000", *AAC, folder / "steps.mp4")
    ffmpeg(*STEPS, "-c:a", "libmp3lame", folder / "steps.mp3")
    return Studio(folder)


@pytest.mark.parametrize("src", ["steps.mp4", "steps.mp3"])
def test_sounds_are_where_they_belong(steps: Studio, tmp_path: Path, src: str) -> None:
    """After silence: from 14.5 s of the source on and half a second late; then at double speed; then a loop."""
    scenes = [
        {"id": "silent", "duration": 1.5},
        {"id": "late", "duration": 2, "elements": [
            {"type": "audio", "src": src, "trim": 14.5, "start": 0.5, "duration": 1.2}]},
        {"id": "fast", "duration": 1, "elements": [{"type": "audio", "src": src, "trim": 2.5, "speed": 2}]},
        {"id": "again", "duration": 2.5, "elements": [{"type": "audio", "src": src, "trim": 15, "loop": True}]},
    ]  # fmt: skip
    plan = steps.plan({"width": 64, "height": 64, "fps": 10, "output": {"loudness": None}, "scenes": scenes})
    steps.publish(plan, tmp_path)
    heard = samples(tmp_path / "audio.mp4")
    assert len(heard) == 7 * 48000
    onset = next(place for place, value in enumerate(heard) if abs(value) > 0.05)
    assert abs(onset / 48000 - 2) < 0.002
    for start, end, hertz in [
        (2.0, 2.5, 1600),
        (2.5, 3.2, 1700),
        (3.52, 3.75, 400),
        (3.75, 4.25, 500),
        (5.6, 6.4, 1700),
    ]:
        assert abs(pitch(heard[round(start * 48000) : round(end * 48000)]) - hertz) < 8, (start, end)
    assert loudness(heard[round(3.25 * 48000) : round(3.45 * 48000)]) < 0.001
    assert loudness(heard[round(5.4 * 48000) :]) > 0.1


@pytest.mark.parametrize("speed", [0.4, 0.8, 1.5])
def test_sound_keeps_time_at_another_speed(tmp_path: Path, speed: float) -> None:
    ffmpeg(*beeps(4), tmp_path / "beeps.wav")
    sound = {"type": "audio", "src": "beeps.wav", "speed": speed}
    value = {"width": 64, "height": 64, "fps": 10, "output": {"loudness": None}}
    studio = Studio(tmp_path)
    studio.publish(studio.plan({**value, "scenes": [{"id": "a", "elements": [sound]}]}), tmp_path / "out")
    heard = onsets(samples(tmp_path / "out" / "audio.mp4"))
    apart = [at - (0.25 + 0.5 * number) / speed for number, at in enumerate(heard)]
    assert len(apart) == 8
    assert max(map(abs, apart)) < (0.02 if speed > 0.5 else 0.06)


def test_a_long_loop_sounds_as_a_short_one(steps: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether a turn is held in memory or lies in a file that is read over and over."""
    loop = {"type": "audio", "src": "steps.mp3", "trim": 14.7, "loop": True}
    value = {
        "width": 64, "height": 64, "fps": 10,
        "scenes": [{"id": "a", "duration": 4, "elements": [{**loop, "volume": 0.5, "duration": 3}]}],
        "elements": [{**loop, "start": 0.5, "speed": 1.1}],
    }  # fmt: skip
    heard = []
    for most in (10**9, 0):
        monkeypatch.setattr(sound, "LAP_SAMPLES", most)
        steps.publish(steps.plan(value), tmp_path / str(most))
        heard.append((tmp_path / str(most) / "audio.mp4").read_bytes())
    assert heard[0] == heard[1]
