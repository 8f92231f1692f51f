"""Small sources of every kind that come out right: `GOOD[name](directory)` gives the file's path."""

from pathlib import Path

from tests.shared.media.making import (
    AAC,
    BT2020,
    GOOD,
    X264,
    beeps,
    counted,
    ffmpeg,
    good,
    grey_png,
    patched,
    six_tones,
    tone,
)

__all__ = ["GOOD"]


@good()
def landscape(path: Path) -> None:
    """1280x720 at 15 frames a second with stereo sound, longer than one segment."""
    ffmpeg(*counted("1280x720", "15", 9), *tone(seconds=9), *X264, "-g", "77", "-bf", "2", *AAC, path)


@good()
def portrait(path: Path) -> None:
    ffmpeg(*counted("480x854"), *tone(), *X264, *AAC, path)


@good()
def rotated(path: Path) -> None:
    """640x480 that a player turns by 90 degrees."""
    plain = path.with_suffix(".plain.mp4")
    ffmpeg(*counted("640x480"), *tone(), *X264, *AAC, plain)
    ffmpeg("-display_rotation", "90", "-i", plain, "-c", "copy", path)


@good()
def silent(path: Path) -> None:
    ffmpeg(*counted(), *X264, path)


@good()
def surround(path: Path) -> None:
    """5.1 sound, without loss."""
    ffmpeg(*counted(), *six_tones(), *X264, "-c:a", "pcm_s16le", "-f", "mov", path)


@good("source.mkv")
def default_audio(path: Path) -> None:
    """Three audio tracks of 300, 600 and 1200 Hz; the second is the default."""
    inputs = [*tone(300), *tone(600), *tone(1200)]
    maps = ["-map", "0", "-map", "1", "-map", "2", "-map", "3"]
    flags = ["-disposition:a:0", "0", "-disposition:a:1", "default", "-disposition:a:2", "0"]
    ffmpeg(*counted(), *inputs, *maps, *X264, *AAC, *flags, path)


@good("source.mkv")
def first_audio(path: Path) -> None:
    """Two audio tracks of 300 and 600 Hz, none of them the default."""
    maps = ["-map", "0", "-map", "1", "-map", "2"]
    ffmpeg(*counted(), *tone(300), *tone(600), *maps, *X264, *AAC, "-disposition:a", "0", path)


@good()
def variable_rate(path: Path) -> None:
    """30 frames a second, of which every fifth and all between frame 60 and 90 are missing."""
    keep = r",select='not(eq(mod(n\,5)\,3))*not(between(n\,61\,89))'"
    ffmpeg(*counted(seconds=5, more=keep), *tone(seconds=5), *X264, *AAC, "-fps_mode", "vfr", path)


@good()
def odd_size(path: Path) -> None:
    """321x241, which needs 4:4:4."""
    video = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv444p")
    ffmpeg(*counted("321x241"), *tone(), *video, *AAC, path)


@good()
def anamorphic(path: Path) -> None:
    """720x576 whose pixels are 64:45 wide, that is 16:9."""
    ffmpeg(*counted("720x576", "25"), *tone(), "-vf", "setsar=64/45", *X264, *AAC, path)


@good()
def interlaced(path: Path) -> None:
    """720x480 in fields, a picture that moves sideways."""
    moving = ("-f", "lavfi", "-i", "testsrc2=s=720x480:r=50:d=2,scroll=horizontal=0.02")
    fields = ("-vf", "interlace=scan=tff,setfield=tff", "-flags", "+ildct+ilme", "-x264-params", "tff=1")
    ffmpeg(*moving, *tone(), *X264, *fields, *AAC, path)


@good()
def ten_bit(path: Path) -> None:
    video = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le")
    ffmpeg(*counted(), *tone(), *video, *AAC, path)


def _hdr(path: Path, transfer: str) -> None:
    x265 = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none", "-pix_fmt", "yuv420p10le")
    colours = (f"setparams=color_primaries=bt2020:color_trc={transfer}:colorspace=bt2020nc",)
    grey = ("-f", "lavfi", "-i", "testsrc2=s=320x240:r=25:d=1")
    ffmpeg(
        *grey, "-vf", f"format=yuv420p10le,{colours[0]}", *x265, "-tag:v", "hvc1", *BT2020, "-color_trc", transfer, path
    )


@good()
def hdr10(path: Path) -> None:
    _hdr(path, "smpte2084")


@good()
def hlg(path: Path) -> None:
    _hdr(path, "arib-std-b67")


@good()
def fifty(path: Path) -> None:
    ffmpeg(*counted(rate="50"), *tone(), *X264, *AAC, path)


@good()
def sixty(path: Path) -> None:
    ffmpeg(*counted(rate="60000/1001"), *tone(), *X264, *AAC, path)


@good()
def hundred_and_twenty(path: Path) -> None:
    ffmpeg(*counted(rate="120"), *tone(), *X264, *AAC, path)


@good("source.mkv")
def coarse_clock(path: Path) -> None:
    """120 frames a second with time stamps in milliseconds."""
    ffmpeg(*counted(rate="120", seconds=1), *tone(seconds=1), *X264, *AAC, path)


@good()
def pausing(path: Path) -> None:
    """Half a second of 30 frames a second, a pause of two, half a second."""
    keep = r",select='not(between(n\,15\,74))'"
    ffmpeg(*counted(seconds=3, more=keep), *tone(seconds=3), *X264, *AAC, "-fps_mode", "vfr", path)


@good()
def hevc(path: Path) -> None:
    x265 = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none", "-pix_fmt", "yuv420p")
    ffmpeg(*counted(), *tone(), *x265, "-tag:v", "hvc1", *AAC, path)


@good("source.mov")
def prores(path: Path) -> None:
    """ProRes 422 with 24-bit PCM."""
    video = ("-c:v", "prores_ks", "-profile:v", "0", "-pix_fmt", "yuv422p10le")
    ffmpeg(*counted(seconds=1), *tone(seconds=1), *video, "-c:a", "pcm_s24le", path)


@good("source.webm")
def vp9(path: Path) -> None:
    ffmpeg(
        *counted(), *tone(), "-c:v", "libvpx-vp9", "-cpu-used", "8", "-deadline", "realtime", "-c:a", "libopus", path
    )


@good("source.webm")
def endless_webm(path: Path) -> None:
    """VP8 as a browser records it: neither a duration nor an index."""
    video = ("-c:v", "libvpx", "-cpu-used", "16", "-deadline", "realtime")
    ffmpeg(*counted("160x120"), *tone(), *video, "-c:a", "libvorbis", "-f", "webm", "-live", "1", path)


@good("source.mkv")
def av1(path: Path) -> None:
    ffmpeg(*counted(seconds=1), *tone(seconds=1), "-c:v", "libsvtav1", "-preset", "12", "-c:a", "flac", path)


@good("source.ts")
def changing(path: Path) -> None:
    """640x480, which after a second becomes 320x240 and 4:4:4."""
    parts = [path.with_suffix(f".{number}.ts") for number in (1, 2)]
    video = ("-c:v", "libx264", "-preset", "ultrafast", "-muxdelay", "0")
    ffmpeg(*counted("640x480", seconds=1), *video, "-pix_fmt", "yuv420p", parts[0])
    later = ("-vf", "setpts=PTS+1/TB", "-copyts")
    ffmpeg(*counted("320x240", seconds=1), *video, "-pix_fmt", "yuv444p", *later, parts[1])
    path.write_bytes(b"".join(part.read_bytes() for part in parts))


@good("source.ts")
def changing_layout(path: Path) -> None:
    """Broadcast sound that turns from 5.1 to stereo after 1.92 s, which is a whole number of its frames."""
    parts = []
    for number, layout in enumerate(("5.1", "stereo")):
        parts.append(path.with_suffix(f".{number}.ts"))
        sound = ("-c:a", "ac3", "-muxdelay", "0", "-output_ts_offset", str(1.92 * number))
        ffmpeg(*counted(rate="25", seconds=1.92), *beeps(1.92, layout), *X264, *sound, parts[-1])
    path.write_bytes(b"".join(part.read_bytes() for part in parts))


@good()
def changing_channels(path: Path) -> None:
    """Two clips in one file, the first with mono and the second with stereo sound."""
    parts = [path.with_suffix(f".{layout}.mp4") for layout in ("mono", "stereo")]
    for part, layout in zip(parts, ("mono", "stereo"), strict=True):
        ffmpeg(*counted(rate="25"), *beeps(2, layout), *X264, *AAC, part)
    listed = path.with_suffix(".txt")
    listed.write_text("".join(f"file '{part}'\n" for part in parts))
    ffmpeg("-f", "concat", "-safe", "0", "-i", listed, "-c", "copy", path)


@good()
def edit_list(path: Path) -> None:
    """Cut at 1.1 s without encoding: the frames before the cut are there and not shown."""
    plain = path.with_suffix(".plain.mp4")
    ffmpeg(*counted(seconds=4), *tone(seconds=4), *X264, "-g", "30", "-bf", "2", *AAC, plain)
    ffmpeg("-ss", "1.1", "-i", plain, "-c", "copy", path)


@good("source.ts")
def late_start(path: Path) -> None:
    """A transport stream whose clock begins after a day."""
    ffmpeg(*counted(), *tone(), *X264, *AAC, "-output_ts_offset", "95000", "-muxdelay", "0", path)


@good("source.mkv")
def late_video(path: Path) -> None:
    """The picture begins 0.767 s after the sound."""
    plain = path.with_suffix(".plain.mkv")
    ffmpeg(*counted(), *X264, plain)
    ffmpeg(*tone(seconds=3), "-itsoffset", "0.767", "-i", plain, "-map", "1", "-map", "0", "-c:v", "copy", *AAC, path)


@good()
def one_frame(path: Path) -> None:
    ffmpeg(*counted(), "-frames:v", "1", *X264, path)


@good()
def fragmented(path: Path) -> None:
    """A fragmented MP4 without a duration in its header."""
    flags = ("-movflags", "+frag_keyframe+delay_moov+default_base_moof")
    ffmpeg(*counted(seconds=3), *tone(seconds=3), *X264, "-g", "30", *AAC, *flags, path)


@good()
def cover_picture(path: Path) -> None:
    """A film with a cover, which is a video stream to FFmpeg."""
    cover, plain = path.with_suffix(".jpg"), path.with_suffix(".plain.mp4")
    ffmpeg("-f", "lavfi", "-i", "color=red:s=64x64:d=1", "-frames:v", "1", cover)
    ffmpeg(*counted(), *tone(), *X264, *AAC, plain)
    maps = ("-map", "1", "-map", "0", "-c", "copy", "-disposition:v:0", "attached_pic")
    ffmpeg("-i", plain, "-i", cover, *maps, path)


@good("source.mkv")
def huge_second_tracks(path: Path) -> None:
    """Beside the film six pictures of 256 million pixels each, small as bytes; none of them may be decoded."""
    plain, picture = path.with_suffix(".plain.mp4"), path.with_suffix(".png")
    ffmpeg(*counted(), *X264, plain)
    picture.write_bytes(grey_png(16000))
    inputs = [part for _ in range(6) for part in ("-i", picture)]
    maps = [part for number in range(7) for part in ("-map", str(number))]
    ffmpeg("-i", plain, *inputs, *maps, "-c", "copy", path)


@good("source.ts")
def announced_audio(path: Path) -> None:
    """Sound is announced and never comes."""
    ffmpeg(*counted(), *tone(), *X264, *AAC, "-bsf:a", "noise=drop=1", path)


@good("source.avi")
def slow(path: Path) -> None:
    """Five frames a second, in AVI with MP3."""
    ffmpeg(*counted(rate="5"), *tone(), *X264, "-c:a", "libmp3lame", path)


@good()
def empty_audio(path: Path) -> None:
    """An audio track without a single packet, as some screen recorders write it."""
    plain = path.with_suffix(".plain.mp4")
    ffmpeg(*tone(), *counted(), "-map", "0", "-map", "1", *AAC, *X264, plain)
    data = plain.read_bytes()
    for table, count in (("stts", 4), ("stsc", 4), ("stsz", 8), ("stco", 4)):
        data = patched(data, f"moov/trak/mdia/minf/stbl/{table}", count, 0)
    path.write_bytes(data)
