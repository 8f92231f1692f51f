"""Filter graphs: one decode, one clean-up, then a scaler for each rung."""

from collections.abc import Sequence

from shared.media.facts import BT2020, SourceFacts, VideoFacts
from shared.media.frame_rates import source_grid
from shared.media.ladder import Rung
from shared.media.plan import Plan
from shared.media.workers import Run

MATRICES = {1: "bt709", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 9: "bt2020nc", 10: "bt2020c", 4: "fcc"}
"""FFmpeg's names for the matrix code points of ITU-T H.273."""
START_SLACK = 0.5
HDR_TRANSFERS = {"hdr10": "smpte2084", "hlg": "arib-std-b67"}
BT709_MARK = "setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709:range=tv"
SOUND_GRAPH = (
    "[dec:0]aresample=48000:async=1:first_pts=0:min_hard_comp=0.025,"
    "aformat=sample_fmts=fltp:channel_layouts=stereo,apad[sound]"
)
"""Silence before late sound, early sound cut, holes filled, the end padded; never more than 25 ms out of place."""

JPEG_COLOURS = "out_color_matrix=smpte170m:out_range=pc,setsar=1,format=yuv420p,setparams=range=pc:colorspace=smpte170m"
"""What JFIF prescribes; it ends a scale filter."""


def video_graph(plan: Plan, run: Run) -> str:
    """The graph of a run; its outputs are labelled [v0], [v1] and so on, in the order of the rungs.

    The grid is exact because it is made of integers: source time stamps are kept (`-copyts`), moved so that the first
    frame is at 0, put on the output's rate and cut by frame number.
    """
    facts = plan.facts
    end = "" if run.is_last else f":end_pts={run.span.end}"
    steps = [*alike(facts.video), _to_zero(facts.video, is_first=run.span.start == 0), *deinterlacing(facts.video)]
    own = source_grid(plan.frame_rate, facts.video.average_rate, facts.video.base_rate, facts.video.time_base)
    # a coarse clock's frames are put on the source's own grid first, so that every second one is kept
    steps += [f"fps={own}:round=near"] if own != plan.frame_rate else []
    steps += [
        f"fps={plan.frame_rate}:round=near",
        f"trim=start_pts={run.span.start}{end}",
        f"setpts=PTS-{run.span.start}",
    ]
    steps += to_bt709(facts.video)
    labels = [f"[s{number}]" for number in range(len(plan.rungs))]
    head = f"[0:{facts.video.index}]{','.join(steps)},split={len(labels)}{''.join(labels)}"
    tails = (
        f"{label}{scaling(facts.video, rung, plan.settings_of(rung).pixel_format)}{output}"
        for label, rung, output in zip(labels, plan.rungs, output_labels(plan.rungs), strict=True)
    )
    return ";".join([head, *tails])


def alike(video: VideoFacts) -> list[str]:
    """Frames that change their size or format under way become like the first one; it costs nothing when none does.

    Filters that are made anew at a change would lose the frame that they hold, and most cannot bear one.
    """
    return [] if video.has_matrix else [f"scale={video.width}:{video.height}", f"format={video.pixel_format}"]


def _to_zero(video: VideoFacts, *, is_first: bool) -> str:
    """Move the first frame to 0. A decoder's first one that is a little later than the probe's is pulled there."""
    moved = f"PTS-({video.start_pts})"
    return f"setpts='if(eq(N,0)*lt(({moved})*TB,{START_SLACK}),0,{moved})'" if is_first else f"setpts={moved}"


def poster_graph(facts: SourceFacts, width: int, height: int) -> str:
    """One upright picture of that size, labelled [poster]."""
    steps = ["setpts=PTS-STARTPTS", *deinterlacing(facts.video), *to_bt709(facts.video)]
    scale = f"scale={width}:{height}:flags=bicubic:{matrix_in(facts.video)}:{JPEG_COLOURS}"
    return f"[0:{facts.video.index}]{','.join([*steps, scale])}[poster]"


def deinterlacing(video: VideoFacts) -> list[str]:
    """One frame out of two fields, only where a frame is marked as interlaced."""
    return ["bwdif=mode=send_frame:deint=interlaced"] if video.interlaced else []


def to_bt709(video: VideoFacts) -> list[str]:
    """HDR and wide gamut become BT.709; what is BT.709 or older stays as it is until the scaler."""
    if video.hdr != "none":
        mark = f"setparams=color_primaries=bt2020:color_trc={HDR_TRANSFERS[video.hdr]}:colorspace=bt2020nc"
        return [
            mark,
            "zscale=t=linear:npl=100,format=gbrpf32le,zscale=p=bt709",
            "tonemap=hable:desat=0,zscale=t=bt709:m=bt709:r=tv,format=yuv420p",
        ]
    if video.colour_primaries == BT2020:
        mark = "setparams=color_primaries=bt2020:color_trc=bt2020-10:colorspace=bt2020nc"
        return [mark, "zscale=p=bt709:t=bt709:m=bt709:r=tv,format=yuv420p"]
    return []


def scaling(video: VideoFacts, rung: Rung, pixel_format: str) -> str:
    """To a rung's size: the encoder's pixel format, square pixels, BT.709 with studio range."""
    matrices = f"{matrix_in(video)}:out_color_matrix=bt709:out_range=tv"
    return f"scale={rung.width}:{rung.height}:flags=bicubic:{matrices},setsar=1,format={pixel_format},{BT709_MARK}"


def sound_alike(facts: SourceFacts) -> str:
    """Sound of any kind becomes 48 kHz stereo on the video's clock; made anew when the kind changes under way."""
    start = facts.start
    place = f"asetpts=PTS-({start.numerator}/{start.denominator})/TB"
    return f"{place},aresample=48000,aformat=sample_fmts=flt:channel_layouts=stereo"


def matrix_in(video: VideoFacts) -> str:
    """What the source's colours are, by its word, else by the convention that small pictures are BT.601."""
    if video.hdr != "none" or video.colour_primaries == BT2020:
        return "in_color_matrix=bt709"
    guess = "bt709" if min(video.width, video.height) > 576 else "smpte170m"
    return f"in_color_matrix={MATRICES.get(video.colour_matrix, guess)}"


def output_labels(rungs: Sequence[Rung]) -> list[str]:
    """The labels of `video_graph`, one per rung."""
    return [f"[v{number}]" for number in range(len(rungs))]
