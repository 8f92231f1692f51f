"""What a transcode costs in CPU-seconds: an estimate, from measured seconds per megapixel."""

from collections.abc import Mapping, Sequence

from shared.media.encoders import Codec
from shared.media.facts import SourceFacts
from shared.media.ladder import Rung

DECODE = {"h264": 0.0047, "hevc": 0.0075, "vp9": 0.0055, "av1": 0.007, "prores": 0.009, "vp8": 0.005}
"""CPU-seconds per megapixel of source."""
UNKNOWN = 0.008
"""The same for a codec that nobody measured."""
ENCODE = 0.017
"""CPU-seconds per megapixel of output, the scaler included (libx264 veryfast)."""
ENCODE_EXTRA: Mapping[Codec, float] = {"hevc": 0.036, "av1": 0.021}
"""The same for other codecs (libx265 superfast, SVT-AV1 preset 8)."""
TONE_MAP, DEINTERLACE = 0.045, 0.012
AUDIO = 0.018
"""CPU-seconds per second of sound."""
START = 1.0

SCALE = 0.002
"""CPU-seconds per megapixel of output for the scaler alone, where a GPU encodes."""
NVENC_MEGAPIXELS = 1920 * 1080 * 240 / 1e6
"""Megapixels that the encoding engine of one GPU takes in a second. A planning figure, not measured by us: NVIDIA names
240 frames of 1080p a second for the first of these engines, users of Turing's (a T4 has it) report as many and a little
more with the slower presets that are used here."""


def estimate_gpu_machine_seconds(facts: SourceFacts, ladder: Sequence[Rung], vcpus: int) -> float:
    """How long a machine with so many vCPUs and a GPU is busy: the CPU decodes and scales while the GPU encodes."""
    video, seconds = facts.video, float(facts.duration)
    rate = float(video.frame_rate)
    source_megapixels = video.width * video.height * max(rate, video.average_rate) / 1e6
    output_megapixels = sum(rung.width * rung.height for rung in ladder) * rate / 1e6
    cpu = DECODE.get(video.codec, UNKNOWN) * source_megapixels + SCALE * output_megapixels
    cpu += AUDIO if facts.audio else 0
    return START + seconds * max(cpu / vcpus, output_megapixels / NVENC_MEGAPIXELS)


def estimate_cpu_seconds(
    facts: SourceFacts, ladder: Sequence[Rung], codecs: Mapping[str, Codec] | None = None
) -> float:
    """CPU-seconds for decoding once and encoding all rungs; `codecs` are those that are not H.264, by rung."""
    video, seconds = facts.video, float(facts.duration)
    rate = float(video.frame_rate)
    per_pixel = DECODE.get(video.codec, UNKNOWN)
    per_pixel += TONE_MAP if video.hdr != "none" else 0
    per_pixel += DEINTERLACE if video.interlaced else 0
    source_megapixels = video.width * video.height * max(rate, video.average_rate) / 1e6
    each_pixel = {name: ENCODE_EXTRA[codec] for name, codec in (codecs or {}).items()}
    encoding = sum(each_pixel.get(rung.name, ENCODE) * rung.width * rung.height for rung in ladder) * rate / 1e6
    each_second = per_pixel * source_megapixels + encoding + (AUDIO if facts.audio else 0)
    return START + seconds * each_second
