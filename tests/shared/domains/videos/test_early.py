"""Early play in the bucket: one writer stops where another has gone on, and packaging ends what was begun."""

from collections.abc import Callable, Sequence
from fractions import Fraction

import pytest

from shared.base.objects import Objects
from shared.contract.resources import MEDIA
from shared.domains.videos.service import early
from shared.domains.videos.service.early import EarlyPublisher, SupersededError
from shared.domains.videos.service.processing import ProcessingService
from shared.domains.videos.service.transcoding import TranscodingService
from shared.media.early import SOUND, Piece
from shared.media.layout import Layout
from shared.media.plan import Plan
from shared.media.playlists import ByteRange
from tests.aws import Stage, real_name
from tests.shared.domains.videos.conftest import ARN, VERSION
from tests.shared.media.test_plan import facts, plan_for

ONE = "0192f0c1-2345-7abc-8def-0123456789ab"
PREFIX = f"early/{ONE}/1/"
CODECS = {"480p": "avc1.64001F", SOUND: "mp4a.40.2"}
RUNGS = ("1080p", "720p", "480p")
Publish = Callable[..., EarlyPublisher]


@pytest.fixture
def plan() -> Plan:
    return plan_for(facts())


@pytest.fixture
def objects(stage: Stage) -> Objects:
    return Objects(real_name(MEDIA))


@pytest.fixture
def publisher(plan: Plan, objects: Objects) -> Publish:
    """Makes the publisher of another try; keywords replace what it is told."""
    return lambda announce=lambda: True: EarlyPublisher(plan, objects, ONE, 1, announce)


def pictures(number: int, made_by: str = "") -> Piece:
    """The piece of that number, of one group of pictures."""
    return piece("480p", f"pictures {number} {made_by}".encode(), Fraction(2))


def sound(number: int) -> Piece:
    return piece(SOUND, f"sound {number}".encode(), Fraction(6))


def piece(track: str, data: bytes, seconds: Fraction) -> Piece:
    return Piece(track, f"header of {track}".encode(), CODECS[track], data, (ByteRange(0, len(data), seconds),))


def playlist(objects: Objects, name: str) -> str:
    return objects.get(f"{PREFIX}{name}.m3u8").decode()


def named(objects: Objects, text: str) -> list[bytes]:
    """The bytes of the pieces that a playlist names."""
    return [objects.get(PREFIX + line) for line in text.splitlines() if line.endswith(".m4s")]


def layouts() -> dict[str, Layout]:
    """Files of 12 s, each two segments."""
    video = Layout(header=ByteRange(10, 5, Fraction(0)))
    video.fragments = [ByteRange(100 + 10 * number, 10, Fraction(2)) for number in range(6)]
    video.segments = [ByteRange(100, 30, Fraction(6)), ByteRange(130, 30, Fraction(6))]
    heard = Layout(header=video.header, segments=video.segments, fragments=video.segments)
    return {SOUND: heard, **dict.fromkeys(RUNGS, video)}


def test_something_to_play_is_announced_once_each_track_has_a_piece(publisher: Publish, objects: Objects) -> None:
    told = list[set[str]]()

    def announce() -> bool:
        told.append(set(objects.keys(PREFIX)))
        return True

    one = publisher(announce)
    one.publish(pictures(1))
    assert told == []
    one.publish(sound(1))
    assert {f"{PREFIX}{name}.m3u8" for name in ("master", "audio", *RUNGS)} <= told[0]
    one.publish(pictures(2))
    assert len(told) == 2
    texts = {playlist(objects, name) for name in RUNGS}
    assert [named(objects, text) for text in texts] == [[b"pictures 1 ", b"pictures 2 "]]


def test_nobody_waits_for_it_any_more(publisher: Publish) -> None:
    one = publisher(lambda: False)
    one.publish(pictures(1))
    with pytest.raises(SupersededError):
        one.publish(sound(1))


def test_another_try_goes_on_where_the_one_before_stopped(publisher: Publish, objects: Objects) -> None:
    first = publisher()
    for one in (pictures(1), sound(1), pictures(2)):
        first.publish(one)
    before = playlist(objects, "480p")
    second = publisher()
    for one in (sound(1), pictures(1, "again"), pictures(2, "again")):
        second.publish(one)
    assert playlist(objects, "480p") == before
    second.publish(pictures(3, "again"))
    assert playlist(objects, "480p").startswith(before)
    assert named(objects, playlist(objects, "720p")) == [b"pictures 1 ", b"pictures 2 ", b"pictures 3 again"]


def test_a_try_that_stopped_between_two_playlists_is_made_good(publisher: Publish, objects: Objects) -> None:
    first = publisher()
    first.publish(pictures(1))
    lagging = playlist(objects, "1080p")
    first.publish(pictures(2))
    objects.put(f"{PREFIX}1080p.m3u8", lagging.encode(), "")
    publisher().publish(pictures(1))
    assert playlist(objects, "1080p") == playlist(objects, "480p") != lagging


def test_of_two_tries_at_once_one_goes_on_and_nothing_is_taken_away(publisher: Publish, objects: Objects) -> None:
    slow, quick = publisher(), publisher()
    quick.publish(pictures(1, "quick"))
    quick.publish(pictures(2, "quick"))
    before = {name: playlist(objects, name) for name in RUNGS}
    with pytest.raises(SupersededError):
        slow.publish(pictures(1, "slow"))
    assert {name: playlist(objects, name) for name in RUNGS} == before
    quick.publish(pictures(3, "quick"))
    expected = [b"pictures 1 quick", b"pictures 2 quick", b"pictures 3 quick"]
    assert named(objects, playlist(objects, "720p")) == expected


def test_a_slow_try_takes_nothing_from_other_rungs(
    publisher: Publish, objects: Objects, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has listed a piece for the lowest rung, and sleeps while another try goes on from there."""
    slow = publisher()
    follow = slow._follow

    def sleep(name: str, text: str) -> None:
        monkeypatch.setattr(slow, "_follow", follow)
        other = publisher()
        other.publish(pictures(1))
        other.publish(pictures(2))
        follow(name, text)

    monkeypatch.setattr(slow, "_follow", sleep)
    with pytest.raises(SupersededError):
        slow.publish(pictures(1))
    assert {playlist(objects, name).count("#EXTINF:") for name in RUNGS} == {2}


def test_packaging_ends_what_was_begun(publisher: Publish, objects: Objects, plan: Plan) -> None:
    one = publisher()
    for made in (pictures(1), pictures(2), sound(1)):
        one.publish(made)
    before = {name: playlist(objects, name) for name in (SOUND, *RUNGS)}
    early.finish(plan, objects, ONE, 1, layouts())
    for name, text in before.items():
        after = playlist(objects, name)
        assert after.startswith(text)
        rest = after.removeprefix(text).splitlines()
        uri = f"../../../v/{ONE}/1/{name}.mp4"
        assert rest[0] == f'#EXT-X-MAP:URI="{uri}",BYTERANGE="5@10"'
        spans = ["30@130"] if name == SOUND else ["10@120", "30@130"]
        assert [line.partition(":")[2] for line in rest if "BYTERANGE:" in line] == spans
        assert rest[-2:] == [uri, "#EXT-X-ENDLIST"]
    ended = playlist(objects, "720p")
    early.finish(plan, objects, ONE, 1, layouts())
    assert playlist(objects, "720p") == ended
    with pytest.raises(SupersededError):
        one.publish(pictures(3))
    with pytest.raises(SupersededError):
        publisher()
    assert playlist(objects, "720p") == ended


def test_packaging_reads_again_what_was_written_meanwhile(
    publisher: Publish, objects: Objects, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = publisher()
    one.publish(pictures(1))
    written = early.EarlyPlaylists.write

    def late(playlists: early.EarlyPlaylists, name: str, text: str) -> bool:
        monkeypatch.setattr(early.EarlyPlaylists, "write", written)
        one.publish(pictures(2))
        return written(playlists, name, text)

    monkeypatch.setattr(early.EarlyPlaylists, "write", late)
    early.finish(plan, objects, ONE, 1, layouts())
    assert {playlist(objects, name).count("#EXTINF:") for name in RUNGS} == {2 + 1 + 1}


def test_where_nothing_was_begun_nothing_is_made(objects: Objects, plan: Plan) -> None:
    early.finish(plan, objects, ONE, 1, layouts())
    assert objects.keys("early/") == {}


def test_what_others_encode_is_left_to_them(objects: Objects, processing: ProcessingService) -> None:
    told = {"video": {"video_id": ONE, "upload_version": VERSION, "size": 1}, "execution": ARN}
    service = TranscodingService(told, objects, processing)
    service.encode_early({"hash": "of no plan", "lane": "outside"})
    with pytest.raises(KeyError):
        service.encode_early({"hash": "of no plan", "lane": "lambda"})


def erase_before(monkeypatch: pytest.MonkeyPatch, objects: Objects, names: Sequence[str]) -> list[str]:
    """Have everything erased before the first write of one of these playlists; the one, once it has happened."""
    write, erased = early.EarlyPlaylists.write, list[str]()

    def late(self: early.EarlyPlaylists, name: str, text: str) -> bool:
        if name in names and not erased:
            objects.erase("early/")
            erased.append(name)
        return write(self, name, text)

    monkeypatch.setattr(early.EarlyPlaylists, "write", late)
    return erased


def test_what_was_erased_meanwhile_stays_so(
    publisher: Publish, objects: Objects, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The failure of the video erases between the first playlist of a piece and the others."""
    one = publisher()
    for made in (pictures(1), sound(1)):
        one.publish(made)
    erased = erase_before(monkeypatch, objects, RUNGS[:-1])
    with pytest.raises(SupersededError):
        one.publish(pictures(2))
    assert erased
    assert not [key for key in objects.keys("early/") if key.endswith(".m3u8")]


def test_packaging_leaves_what_was_erased_meanwhile(
    publisher: Publish, objects: Objects, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = publisher()
    for made in (pictures(1), sound(1)):
        one.publish(made)
    erased = erase_before(monkeypatch, objects, (SOUND, *RUNGS))
    early.finish(plan, objects, ONE, 1, layouts())
    assert erased
    assert objects.keys("early/") == {}
