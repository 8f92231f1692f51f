"""What is known of a rendition that we made, without looking into it."""

from fractions import Fraction

from shared.media.facts import SourceFacts, VideoFacts
from shared.media.grid import Grid
from shared.media.package import Manifest
from shared.media.playlists import Variant

BT709 = 1


def facts_of(grid: Grid, manifest: Manifest, variant: Variant) -> SourceFacts:
    """The facts of a published file, as a probe would find them: the sound, if any, left out."""
    rate = grid.frame_rate
    video = VideoFacts(
        index=0,
        codec="h264",
        width=variant.width,
        height=variant.height,
        display_width=variant.width,
        display_height=variant.height,
        sample_aspect=Fraction(1),
        rotation=0,
        has_matrix=False,
        pixel_format="yuv420p",
        bit_depth=8,
        frame_rate=rate,
        average_rate=float(rate),
        base_rate=float(rate),
        is_variable=False,
        start_pts=0,
        time_base=Fraction(1, grid.timescale),
        duration=grid.seconds(manifest.frames),
        frames=manifest.frames,
        interlaced=False,
        hdr="none",
        colour_transfer=BT709,
        colour_primaries=BT709,
        colour_matrix=BT709,
        key_frame_distance=float(grid.seconds(grid.gop)),
    )
    return SourceFacts(variant.size, "mov", Fraction(0), video, None)
