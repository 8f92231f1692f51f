"""The rules that need no stage: addresses, keys, names, texts, parts."""

import hashlib
import hmac
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.local.media import object_key
from shared.base.ids import new_id
from shared.domains.videos.model import Author, Status, Video, Visibility
from shared.domains.videos.rules import keys
from shared.domains.videos.rules.addresses import MediaAddresses, expiry_for, file_name, mac
from shared.domains.videos.rules.status import processing_status
from shared.domains.videos.rules.text import plain, plain_lines, plain_tags
from shared.domains.videos.rules.uploads import PART_SIZE, clean_filename, missing_parts, plan_parts, title_from

KEY = "media-key"
BASE = "https://media.showreel.example"
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC).timestamp()
HOUR = 3600


def video(visibility: Visibility = Visibility.PUBLIC, version: int = 3) -> Video:
    return Video(
        id=new_id(),
        owner_id="owner",
        author=Author("owner", "ada", "Ada"),
        title="A title",
        created_at="",
        updated_at="",
        visibility=visibility,
        version=version,
    )


def test_the_token_is_an_hmac_over_video_version_and_expiry() -> None:
    expected = hmac.new(b"media-key", b"some-id/3/1700000000", hashlib.sha256).hexdigest()[:32]
    assert mac(KEY, "some-id", 3, 1700000000) == expected


@pytest.mark.parametrize(
    ("visibility", "clock", "expected"),
    [
        (Visibility.PUBLIC, NOON, datetime(2026, 2, 1, tzinfo=UTC)),
        (Visibility.UNLISTED, NOON, datetime(2026, 2, 1, tzinfo=UTC)),
        (Visibility.PUBLIC, NOON + 6 * HOUR, datetime(2026, 2, 1, tzinfo=UTC)),
        (Visibility.PUBLIC, NOON + 6 * HOUR + 1, datetime(2026, 2, 2, tzinfo=UTC)),
        (Visibility.PRIVATE, NOON, datetime(2026, 1, 31, 18, tzinfo=UTC)),
    ],
)
def test_when_addresses_end(visibility: Visibility, clock: float, expected: datetime) -> None:
    assert expiry_for(visibility, clock) == expected.timestamp()


@given(st.floats(0, 4e9), st.sampled_from(list(Visibility)))
def test_addresses_live_six_to_thirty_hours(now: float, visibility: Visibility) -> None:
    left = expiry_for(visibility, now) - now
    assert 6 * HOUR - 1 <= left <= (6 if visibility is Visibility.PRIVATE else 30) * HOUR


def test_the_media_server_accepts_our_addresses_and_no_others() -> None:
    shown = video()
    address = MediaAddresses(BASE + "/", KEY, shown, NOON).of("master.m3u8")
    path = address.removeprefix(BASE)
    assert object_key(path, KEY.encode(), NOON) == f"v/{shown.id}/3/master.m3u8"
    assert object_key(path, KEY.encode(), NOON + 13 * HOUR) is None
    assert object_key(path, b"another key", NOON) is None
    assert object_key(path.replace("/3/", "/2/"), KEY.encode(), NOON) is None


def test_one_address_serves_all_viewers_of_a_day() -> None:
    shown = video()
    assert MediaAddresses(BASE, KEY, shown, NOON).of("a.mp4") == MediaAddresses(BASE, KEY, shown, NOON + HOUR).of(
        "a.mp4"
    )


def test_the_file_of_an_address() -> None:
    shown = video()
    address = MediaAddresses(BASE, KEY, shown, NOON).of("poster.jpg")
    assert file_name(address, BASE, shown.id) == "poster.jpg"
    assert file_name(f"{BASE}/v/{shown.id}/3/1080p.mp4", BASE, shown.id) == "1080p.mp4"
    for wrong in (
        address.replace(BASE, "https://elsewhere.example"),
        address.replace("poster.jpg", "../poster.jpg"),
        address.replace("poster.jpg", "a/poster.jpg"),
        address + "\n",
        address + "?x=1",
        f"{BASE}/v/{new_id()}/3/1080p.mp4",
    ):
        assert file_name(wrong, BASE, shown.id) is None


def test_keys_tell_what_they_are_of() -> None:
    one, other, third = new_id(), new_id(), new_id()
    assert keys.uploaded_video(keys.upload_key(one)) == one
    for upload in (keys.ThumbnailUpload(one, other, third), keys.ThumbnailUpload(one, "", third)):
        assert keys.uploaded_thumbnail(keys.thumbnail_key(upload)) == upload
        assert keys.uploaded_video(keys.thumbnail_key(upload)) is None
    for wrong in (
        "uploads/x/source",
        f"uploads/{one}/source/",
        f"uploads/{one}/sources",
        f"x/uploads/{one}/source",
        "",
    ):
        assert keys.uploaded_video(wrong) is None
        assert keys.uploaded_thumbnail(wrong) is None
    assert keys.is_thumbnail_name(keys.thumbnail_name(one))
    assert not keys.is_thumbnail_name(keys.POSTER)
    assert keys.prefixes(one) == (f"uploads/{one}/", f"work/{one}/", f"v/{one}/", f"early/{one}/")


@pytest.mark.parametrize(
    ("sent", "clean", "title"),
    [
        ("holiday.mp4", "holiday.mp4", "holiday"),
        ("../../etc/passwd", "passwd", "passwd"),
        ("C:\\films\\My  film.final.mov", "My film.final.mov", "My film.final"),
        ("a b+c.mp4", "a b+c.mp4", "a b+c"),
        ("evil\u202egpj.mp4", "evilgpj.mp4", "evilgpj"),
        ("line\r\nSet-Cookie: a.mp4", "lineSet-Cookie: a.mp4", "lineSet-Cookie: a"),
        ("nul\x00byte.webm", "nulbyte.webm", "nulbyte"),
        ("-i", "-i", "-i"),
        (".mp4", ".mp4", "mp4"),
        ("../", "..", "Untitled"),
        ("\x00\x1f", "", "Untitled"),
        ("Ferien in Österreich 🏔.mp4", "Ferien in Österreich 🏔.mp4", "Ferien in Österreich 🏔"),
        ("x" * 300 + ".mp4", "x" * 300 + ".mp4", "x" * 100),
    ],
)
def test_file_names_are_only_ever_data(sent: str, clean: str, title: str) -> None:
    assert clean_filename(sent) == clean
    assert title_from(clean) == title


@given(st.text(max_size=200))
def test_any_file_name_gives_a_title_that_the_rules_allow(name: str) -> None:
    title = title_from(clean_filename(name))
    assert 1 <= len(title) <= 100
    assert plain(title) == title


@pytest.mark.parametrize("bad", ["a\x00b", "a\x1b[31m", "a\u202eb", "a\u2066b", "a\x7f", "a\u0085b", "a\ud800"])
def test_control_and_direction_characters_are_refused(bad: str) -> None:
    for check in (plain, plain_lines):
        with pytest.raises(ValueError, match=r"U\+"):
            check(bad)
    with pytest.raises(ValueError, match=r"U\+"):
        plain_tags(["fine", bad])


def test_texts_stay_as_they_were_sent() -> None:
    assert plain("  <b>O'Neill</b> & \u200fعربي 👩‍🚀 ") == "<b>O'Neill</b> & \u200fعربي 👩‍🚀"
    assert plain_lines("one\r\n\ttwo\n") == "one\n\ttwo"
    with pytest.raises(ValueError, match=r"U\+000A"):
        plain("one\ntwo")
    assert plain_tags(["a", " a", "b"]) == ["a", "b"]


@given(st.integers(1, 2 * 1024**3))
def test_parts_add_up_to_the_file(size: int) -> None:
    parts = plan_parts(size)
    assert sum(part.size for part in parts) == size
    assert all(part.size == PART_SIZE for part in parts[:-1])
    assert [part.part_number for part in parts] == list(range(1, len(parts) + 1))
    assert len(parts) <= 128
    assert missing_parts(size, []) == parts


def test_every_state_has_a_word() -> None:
    assert {status.value: processing_status(status) for status in Status} == {
        "awaiting_upload": "uploaded",
        "queued": "uploaded",
        "processing": "processing",
        "ready": "ready",
        "failed": "error",
        "cancelled": "error",
        "deleted": "error",
    }
