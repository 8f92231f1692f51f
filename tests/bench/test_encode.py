"""The command that our transcode is held against makes what ours makes."""

import subprocess
from pathlib import Path

from bench import encode, our_transcode


def _film(path: Path) -> Path:
    line = [encode.FFMPEG, "-nostdin", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=1280x720:r=10:d=2"]
    line += ["-f", "lavfi", "-i", "sine=d=2", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
    subprocess.run([*line, "-c:a", "aac", "-shortest", str(path)], check=True, timeout=60)
    return path


def _frames(path: Path) -> tuple[int, int]:
    """Frames and height of a file's picture."""
    import av

    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        return sum(1 for _ in container.decode(stream)), stream.height


def test_both_make_the_same_rungs(tmp_path: Path) -> None:
    source = _film(tmp_path / "film.mp4")
    plan = our_transcode.plan_of(source)
    assert [rung.name for rung in plan.rungs] == ["720p", "480p"]
    our_transcode.transcode(encode.FFMPEG, source, tmp_path / "ours")
    by_hand = tmp_path / "hls"
    by_hand.mkdir()
    subprocess.run(encode.command_by_hand(plan, source), cwd=by_hand, check=True, timeout=60)
    ours = [_frames(tmp_path / "ours" / f"{rung.name}.mp4") for rung in plan.rungs]
    assert ours == [_frames(by_hand / f"stream_{number}.m4s") for number in range(2)] == [(20, 720), (20, 480)]
    made = {"audio.mp4", "audio.m3u8", "master.m3u8", "poster.jpg", "480p.m3u8", "480p_i.m3u8"}
    assert made <= {path.name for path in (tmp_path / "ours").iterdir()}
    assert {"master.m3u8", "stream_2.m4s"} <= {path.name for path in by_hand.iterdir()}


def test_the_cut_is_as_long_as_it_says(tmp_path: Path) -> None:
    target = tmp_path / "cut.mp4"
    encode.cut(_film(tmp_path / "film.mp4"), target)
    assert _frames(target) == (20, 720)
