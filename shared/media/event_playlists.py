"""Playlists that grow (EXT-X-PLAYLIST-TYPE:EVENT): nothing that was listed once is ever changed or taken away."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from shared.media.early import SOUND, Piece
from shared.media.encode import AUDIO_KBITS
from shared.media.ladder import Rung
from shared.media.layout import Layout
from shared.media.levels import expected_codec
from shared.media.plan import Plan
from shared.media.playlists import AUDIO_GROUP, ByteRange
from shared.media.timeline import GOPS_PER_SEGMENT

END = "#EXT-X-ENDLIST"
START = "#EXT-X-START:TIME-OFFSET=0"
"""Without it a player begins near the end of what is listed, as it should with a broadcast."""


def longest_seconds(plan: Plan) -> int:
    """A target duration that holds to the end: a last segment may have almost one group of pictures more."""
    return max(1, int(plan.seconds((GOPS_PER_SEGMENT + 1) * plan.gop) + Fraction(1, 2)))


def head(plan: Plan) -> str:
    """A playlist that lists nothing yet."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", f"#EXT-X-TARGETDURATION:{longest_seconds(plan)}"]
    lines += ["#EXT-X-MEDIA-SEQUENCE:0", "#EXT-X-PLAYLIST-TYPE:EVENT", "#EXT-X-INDEPENDENT-SEGMENTS", START]
    return _text(lines)


def with_piece(text: str, piece: Piece, uri: str, header_uri: str) -> str:
    """The playlist with a piece more, whose header is named once."""
    header = f'#EXT-X-MAP:URI="{header_uri}"'
    return text + _text([*([] if header in text else [header]), *_entries(uri, piece.ranges)])


def with_rest(text: str, layout: Layout, uri: str) -> str:
    """The playlist with all of a published file that it does not list yet, and its end.

    The file goes on where the pieces end, in the same time. Where it is cut in other places, since the source ended
    sooner than it promised, nothing follows but the end.
    """
    listed = [line for line in text.splitlines() if line.startswith("#EXTINF:")]
    lines = list[str]()
    rest = _following(layout, len(listed))
    if rest and listed == [_duration(entry) for entry in layout.fragments[: len(listed)]]:
        header = layout.header
        lines = [f'#EXT-X-MAP:URI="{uri}",BYTERANGE="{header.size}@{header.offset}"', *_entries(uri, rest)]
    return text + _text([*lines, END])


def _following(layout: Layout, listed: int) -> list[ByteRange]:
    """Fragments up to where a segment begins, then segments."""
    numbers = {segment.offset: number for number, segment in enumerate(layout.segments)}
    rest = list[ByteRange]()
    for fragment in layout.fragments[listed:]:
        if fragment.offset in numbers:
            return [*rest, *layout.segments[numbers[fragment.offset] :]]
        rest.append(fragment)
    return rest


def has_ended(text: str) -> bool:
    """Whether nothing more will be listed."""
    return text.endswith(_text([END]))


def early_master(plan: Plan, codecs: Mapping[str, str]) -> str:
    """All renditions of a plan, as far as they are known before they are made.

    codecs  those of the lowest rung and of the sound, as their bytes have them, by track
    """
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS", START]
    if plan.has_audio:
        lines.append(
            f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="{AUDIO_GROUP}",NAME="Audio",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",'
            f'URI="{SOUND}.m3u8"'
        )
    lowest = plan.common_rungs[-1]
    for rung in plan.common_rungs:
        codec = codecs[lowest.name]
        codec = codec if rung == lowest else expected_codec(rung, plan.frame_rate, codec)
        sound = f",{codecs[SOUND]}" if plan.has_audio else ""
        group = f',AUDIO="{AUDIO_GROUP}"' if plan.has_audio else ""
        bits = _most_bits(plan, rung)
        lines.append(
            f'#EXT-X-STREAM-INF:BANDWIDTH={bits},CODECS="{codec}{sound}",'
            f"RESOLUTION={rung.width}x{rung.height},FRAME-RATE={float(plan.frame_rate):.3f}{group}"
        )
        lines.append(f"{rung.name}.m3u8")
    return _text(lines)


def _most_bits(plan: Plan, rung: Rung) -> int:
    """Bits a second that neighbouring segments of half a target duration can have together, with the sound."""
    sound = 2 * AUDIO_KBITS if plan.has_audio else 0
    return int((rung.peak_kbits + Fraction(2 * rung.buffer_kbits, longest_seconds(plan)) + sound) * 1000)


def _entries(uri: str, ranges: Sequence[ByteRange]) -> list[str]:
    return [
        line for entry in ranges for line in (_duration(entry), f"#EXT-X-BYTERANGE:{entry.size}@{entry.offset}", uri)
    ]


def _duration(entry: ByteRange) -> str:
    return f"#EXTINF:{float(entry.seconds):.6f},"


def _text(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
