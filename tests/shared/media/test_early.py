"""The beginning that is played early: pieces, playlists that grow, and what they go on with."""

import re
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest

from shared.media.early import SOUND, Piece, beginning_of, cuts, encode_early
from shared.media.encode import video_command
from shared.media.event_playlists import early_master, has_ended, head, longest_seconds, with_piece, with_rest
from shared.media.layout import Layout
from shared.media.mp4.boxes import children, need
from shared.media.mp4.codecs import codec_string
from shared.media.mp4.reading import read_fragment, sample_description, track_defaults
from shared.media.plan import make_plan
from shared.media.playlists import ByteRange
from tests.shared.media.engine import FFMPEG, LocalSource, Transcoded, counters, plan_of, transcode
from tests.shared.media.making import AAC, X264, counted, ffmpeg, tone
from tests.shared.media.test_plan import facts
from tests.shared.media.test_playlists import judge, needs_parser

FRAMES, RATE = 310, 10


class Session(NamedTuple):
    """What a player is served, from the first piece to the end."""

    done: Transcoded
    folder: Path
    texts: dict[str, list[str]]
    """Name -> the playlist at each moment."""
    pieces: list[Piece]


class Listed(NamedTuple):
    seconds: float
    data: bytes
    header: bytes


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """31 seconds of counted frames in two rungs, which are five segments of 6 s, the last one of 7, with sound."""
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    picture = counted("1280x720", str(RATE), FRAMES / RATE)
    ffmpeg(*picture, *tone(seconds=FRAMES // RATE), *X264, "-g", "33", *AAC, path)
    return path


@pytest.fixture(scope="module")
def session(film: Path, tmp_path_factory: pytest.TempPathFactory) -> Session:
    folder = tmp_path_factory.mktemp("session")
    layouts: dict[str, Layout] = {}
    done = transcode(film, folder / "v", runs=2, on_layout=layouts.__setitem__)
    pieces, texts = list[Piece](), dict[str, list[str]]()

    def add(piece: Piece) -> None:
        pieces.append(piece)
        stages = texts.setdefault(piece.track, [head(done.plan)])
        header, uri = f"{piece.track}-header.mp4", f"{piece.track}-{len(stages)}.m4s"
        (folder / header).write_bytes(piece.header)
        (folder / uri).write_bytes(piece.data)
        stages.append(with_piece(stages[-1], piece, uri, header))

    encode_early(done.plan, LocalSource(film), FFMPEG, add)
    early = texts.pop(done.lowest)
    texts |= {rung.name: list(early) for rung in done.plan.rungs}
    for name, stages in texts.items():
        stages.append(with_rest(stages[-1], layouts[name], f"v/{name}.mp4"))
    return Session(done, folder, texts, pieces)


def listed(session: Session, name: str) -> list[Listed]:
    """What the last playlist of a track leads to, read by a parser that knows nothing of ours."""
    found, header, seconds, span = list[Listed](), b"", 0.0, slice(0)
    for line in session.texts[name][-1].splitlines():
        if line.startswith("#EXT-X-MAP:"):
            header = _bytes(session, line)
        elif line.startswith("#EXTINF:"):
            seconds = float(line[8:].rstrip(","))
        elif line.startswith("#EXT-X-BYTERANGE:"):
            size, offset = map(int, line[17:].split("@"))
            span = slice(offset, offset + size)
        elif not line.startswith("#"):
            data = (session.folder / line).read_bytes()[span]
            assert len(data) == span.stop - span.start
            found.append(Listed(seconds, data, header))
    return found


def _bytes(session: Session, line: str) -> bytes:
    uri, span = re.findall(r'URI="([^"]+)"(?:,BYTERANGE="([^"]+)")?', line)[0]
    data = (session.folder / uri).read_bytes()
    size, offset = map(int, span.split("@")) if span else (len(data), 0)
    return data[offset : offset + size]


def test_pieces_are_few_and_grow() -> None:
    assert cuts(1) == [1]
    assert cuts(10) == [1, 2, 4, 8, 10]
    assert cuts(100)[-4:] == [76, 86, 96, 100]
    assert len(cuts(100)) <= 15


def test_the_first_piece_is_one_group_of_pictures(session: Session) -> None:
    pictures = [piece for piece in session.pieces if piece.track == session.done.lowest]
    assert [len(piece.ranges) for piece in pictures] == [1, 2, 3, 6]
    assert [len(piece.ranges) for piece in session.pieces if piece.track == SOUND] == [1, 1, 2]
    assert all(sum(entry.size for entry in piece.ranges) == len(piece.data) for piece in session.pieces)


def test_it_ends_where_a_segment_does_before_the_last_one(session: Session) -> None:
    plan = session.done.plan
    beginning = beginning_of(plan)
    assert beginning
    assert [span.end for span in plan.segments] == [60, 120, 180, 240, FRAMES]
    assert beginning.frames == 240
    assert not beginning.runs[0].is_last
    assert beginning_of(replace(plan, segments=plan.segments[:1])) is None
    many = replace(plan, segments=plan.segments[:1] * 200, frames=200 * 60)
    shares = {lane: beginning_of(replace(many, lane=lane)) for lane in ("lambda", "batch")}
    assert {lane: len(share.segments) for lane, share in shares.items() if share} == {"lambda": 10, "batch": 100}


def test_the_beginning_is_for_lambda_whoever_encodes_the_rest() -> None:
    """Lambda has no GPU, and its encoder must not be told of one."""
    source = facts(seconds=3600)
    cpu, gpu = (make_plan(source, source_id="video/1", encoder_build="ffmpeg x", gpu=family) for family in ("", "g4dn"))
    assert (cpu.lane, gpu.lane) == ("batch", "gpu")
    lines = []
    for plan in (cpu, gpu):
        beginning = beginning_of(plan)
        assert beginning is not None
        lines.append(video_command(beginning, beginning.runs[0], "http://127.0.0.1:1", 2).build(FFMPEG, [3], 4))
    assert lines[0] == lines[1]
    assert "libx264" in lines[1]


def test_every_frame_comes_once_in_every_rung(session: Session, tmp_path: Path) -> None:
    for rung in session.done.plan.rungs:
        numbers = list[int]()
        entries = listed(session, rung.name)
        for header in dict.fromkeys(entry.header for entry in entries):
            path = tmp_path / f"{rung.name}.mp4"
            path.write_bytes(header + b"".join(entry.data for entry in entries if entry.header == header))
            numbers += counters(path)
        assert numbers == list(range(FRAMES)), rung.name


def test_times_and_numbers_go_on_without_a_gap(session: Session) -> None:
    lengths = {}
    for name in session.texts:
        sequence, decode_time = 0, 0
        entries = listed(session, name)
        for entry in entries:
            scale = _timescale(entry.header)
            seconds = Fraction(0)
            boxes = list(children(entry.data))
            assert [box.kind for box in boxes] == ["moof", "mdat"] * (len(boxes) // 2)
            for moof, mdat in zip(boxes[::2], boxes[1::2], strict=True):
                head_of = entry.data[moof.start : moof.end]
                mfhd = need(head_of, "moof/mfhd")
                number = int.from_bytes(head_of[mfhd.payload + 4 : mfhd.payload + 8], "big")
                read = read_fragment(head_of, entry.data[mdat.start : mdat.end], track_defaults(entry.header))
                assert (number, read.decode_time) == (sequence + 1, decode_time), name
                assert read.samples[0].is_sync
                sequence, length = number, sum(sample.duration for sample in read.samples)
                decode_time += length
                seconds += Fraction(length, scale)
            assert float(seconds) == pytest.approx(entry.seconds, abs=0.022)  # the first sound has priming
        lengths[name] = sum(entry.seconds for entry in entries)
    assert lengths == {name: pytest.approx(FRAMES / RATE, abs=0.05) for name in lengths}


def _timescale(header: bytes) -> int:
    box = need(header, "moov/trak/mdia/mdhd")
    return int.from_bytes(header[box.payload + 12 : box.payload + 16], "big")


def test_a_playlist_only_grows(session: Session) -> None:
    for stages in session.texts.values():
        for before, after in pairwise(stages):
            assert after.startswith(before)
            assert after != before
        assert [has_ended(text) for text in stages] == [False] * (len(stages) - 1) + [True]


@needs_parser
def test_a_strict_parser_accepts_every_stage(session: Session, tmp_path: Path) -> None:
    files = []
    for name, stages in session.texts.items():
        for number, text in enumerate(stages[1:]):
            files.append(tmp_path / f"{name}-{number}.m3u8")
            files[-1].write_text(text)
    files.append(tmp_path / "master.m3u8")
    files[-1].write_text(early_master(session.done.plan, {piece.track: piece.codec for piece in session.pieces}))
    done = judge(*files)
    assert done.returncode == 0, done.stderr.decode()


def test_one_target_duration_holds_for_all(session: Session) -> None:
    target = longest_seconds(session.done.plan)
    assert target == 8
    for name, stages in session.texts.items():
        assert f"#EXT-X-TARGETDURATION:{target}\n" in stages[0]
        assert max(int(entry.seconds + 0.5) for entry in listed(session, name)) <= target


def test_the_master_tells_what_will_be_there(session: Session) -> None:
    """Sizes, codecs and rates of rungs that do not exist yet, against those that were made then."""
    plan, manifest = session.done.plan, session.done.manifest
    text = early_master(plan, {piece.track: piece.codec for piece in session.pieces})
    for variant in manifest.variants:
        assert f"RESOLUTION={variant.width}x{variant.height}," in text
        assert f'CODECS="{variant.codecs}"' in text
    bits = [int(found) for found in re.findall(r"BANDWIDTH=(\d+)", text)]
    assert all(told >= variant.bandwidth for told, variant in zip(bits, manifest.variants, strict=True))
    assert "://" not in text


@pytest.mark.parametrize("name", ["landscape", "sixty", "portrait", "silent", "variable_rate"])
def test_codecs_are_those_of_the_bytes(transcoded: Callable[[str], Transcoded], name: str) -> None:
    done = transcoded(name)
    lowest = done.manifest.variants[-1].video_codec
    text = early_master(done.plan, {done.lowest: lowest, SOUND: "mp4a.40.2"})
    assert re.findall(r'CODECS="([^"]+)"', text) == [variant.codecs for variant in done.manifest.variants]


def test_headers_say_what_the_bytes_are(session: Session) -> None:
    for piece in session.pieces:
        assert codec_string(sample_description(piece.header[need(piece.header, "moov").start :])) == piece.codec


def test_a_file_that_was_cut_elsewhere_only_ends_the_playlist(session: Session) -> None:
    """The source ended sooner than the probe was told, so that the last sound listed is longer than the published."""
    text = session.texts[SOUND][-2]
    shorter = [ByteRange(0, 10, Fraction(6))] * text.count("#EXTINF:") + [ByteRange(10, 10, Fraction(1))]
    told = Layout(segments=shorter, fragments=shorter)
    assert with_rest(text, told, "v/audio.mp4") == f"{text}#EXT-X-ENDLIST\n"


def test_whoever_is_told_ends_it(film: Path) -> None:
    class EnoughError(Exception):
        pass

    told = list[str]()

    def refuse(piece: Piece) -> None:
        told.append(piece.track)
        raise EnoughError

    plan = plan_of(film)
    with pytest.raises(EnoughError):
        encode_early(plan, LocalSource(film), FFMPEG, refuse)
    assert 1 <= len(told) <= 1 + plan.has_audio
