"""What lists show of a video, packed and read again."""

import zlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.base import clock
from shared.base.ids import made_at, new_id
from shared.domains.videos.model import STEPS, Author, Counted, Numbers, Status, Variant, Video, Visibility
from shared.domains.videos.rules import counted, words
from shared.domains.videos.rules.faces import packed, unpacked
from shared.domains.videos.rules.keys import thumbnail_name
from shared.domains.videos.rules.public_lists import place, sort_key, summary
from shared.domains.videos.rules.varints import folded, read, unfolded, written

OF_LISTS = (
    *("id", "owner_id", "author", "title", "tags", "category", "visibility", "status", "version", "duration"),
    *("has_poster", "is_illustrated", "thumbnail", "poster_url", "job_id", "created_at", "published_at"),
)
TEXTS = st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=60)
LINES = st.text(st.characters(exclude_categories=("Cc", "Cs"), include_characters="\n\t"), max_size=400)
IDS = st.uuids().map(str)
MOMENTS = st.integers(0, 2**41).map(lambda milliseconds: clock.timestamp(milliseconds / 1000))
ADDRESSES = st.one_of(st.just(""), IDS.map(lambda one: f"https://cdn.example/{one}/{one}.jpg?a=b"))
VARIANTS = st.lists(
    st.builds(Variant, st.sampled_from(["1080p", "480p", "720p-av1"]), *[st.just(0)] * 4, ADDRESSES), max_size=9
)


@st.composite
def videos(draw: st.DrawFn) -> Video:
    owner_id = draw(st.one_of(IDS, st.just("somebody")))
    avatar = draw(st.sampled_from(["", "https://pictures.example/a.jpg", f"/public/avatars/{owner_id}/{new_id()}.jpg"]))
    return Video(
        id=draw(IDS),
        owner_id=owner_id,
        author=Author(owner_id, draw(TEXTS), draw(TEXTS), avatar, draw(st.booleans())),
        title=draw(TEXTS),
        description=draw(LINES),
        tags=tuple(draw(st.lists(TEXTS, max_size=20))),
        category=draw(TEXTS),
        visibility=draw(st.sampled_from(list(Visibility))),
        status=draw(st.sampled_from(list(Status))),
        version=draw(st.integers(1, 10**6)),
        duration=draw(st.one_of(st.none(), st.floats(0, 1e6, exclude_min=True))),
        variants=tuple(draw(VARIANTS)),
        has_poster=draw(st.booleans()),
        is_illustrated=draw(st.booleans()),
        thumbnail=draw(st.one_of(st.just(""), IDS.map(thumbnail_name))),
        poster_url=draw(ADDRESSES),
        job_id=draw(st.one_of(st.just(""), IDS)),
        created_at=draw(MOMENTS),
        published_at=draw(st.one_of(st.just(""), MOMENTS)),
        updated_at=draw(MOMENTS),
    )


@given(videos())
def test_what_is_read_is_what_was_packed(video: Video) -> None:
    told = unpacked(packed(video), video.id, video.status, video.updated_at)
    for name in (*OF_LISTS, "updated_at"):
        assert getattr(told, name) == getattr(video, name), name
    assert told.description == summary(video.description)
    assert [(one.name, one.url) for one in told.variants] == [(one.name, one.url) for one in video.variants]
    assert packed(told) == packed(video), "what was read packs as it was"


def video() -> Video:
    owner_id, video_id = new_id(), new_id()
    return Video(
        id=video_id,
        owner_id=owner_id,
        author=Author(owner_id, "ada", "Ada L."),
        title="How I restored an old motorbike in my garage",
        created_at=clock.timestamp(made_at(video_id)),
        updated_at=clock.timestamp(),
    )


def test_only_what_is_ready_tells_in_its_face_when_it_changed() -> None:
    one = replace(video(), status=Status.PROCESSING)
    assert packed(one) == packed(replace(one, updated_at="2030-01-31T12:00:00.000Z", progress=50, status=Status.FAILED))
    ready = replace(one, status=Status.READY)
    assert packed(ready) != packed(replace(ready, updated_at="2030-01-31T12:00:00.000Z")) != packed(one)


def test_what_people_write_takes_little_more_than_half() -> None:
    told = (
        "This bike sat in a barn for almost thirty years before I bought it. In this first part I take the engine "
        "apart, clean the carburettors and find out why it would not start. There is a list of tools below."
    )
    one = replace(video(), description=told)
    assert len(packed(one)) - len(packed(replace(one, description="", title=""))) < 0.6 * len(one.title + told)


def test_a_name_with_what_is_between_texts_spoils_no_other() -> None:
    one = video()
    one = replace(one, author=replace(one.author, display_name="A\0B\x01"), tags=("c", "d"))
    told = unpacked(packed(one), one.id, one.status)
    assert (told.author.display_name, told.title, told.tags) == ("A B\x01", one.title, one.tags)


def test_a_face_that_is_packed_otherwise_is_refused() -> None:
    one = video()
    with pytest.raises(ValueError, match="packed in another way"):
        unpacked(b"\x02" + packed(one)[1:], one.id, one.status)


def test_the_words_are_those_that_rows_were_packed_with() -> None:
    """Whoever changes them makes another packing beside this one: rows that are there refer to these."""
    assert (len(words.DICTIONARY), zlib.crc32(words.DICTIONARY)) == (6_264, 2_118_249_180)


@given(st.lists(st.integers(0, 2**70)))
def test_numbers_are_read_as_they_were_written(numbers: list[int]) -> None:
    found = list(read(written(*numbers)))
    assert [number for number, _ in found] == numbers
    assert [end for _, end in found] == [len(written(*numbers[: count + 1])) for count in range(len(numbers))]


@given(st.integers())
def test_numbers_below_0_are_folded(number: int) -> None:
    assert folded(number) >= 0
    assert unfolded(folded(number)) == number


@given(st.builds(Numbers, *[st.integers(0, 10**9)] * 5, st.tuples(*[st.integers(0, 999)] * STEPS)))
def test_a_copy_of_numbers_is_read_as_it_was_made(numbers: Numbers) -> None:
    one = Counted(numbers if any(numbers.reached) else replace(numbers, reached=()), "2026-01-31T12:00:00.123Z")
    assert counted.unpacked(counted.packed(one), "") == one


@given(MOMENTS, IDS, MOMENTS, IDS)
def test_keys_of_indexes_sort_as_places_do(first: str, one: str, second: str, other: str) -> None:
    author = Author("somebody", "", "")
    places = [
        place(Video(id=id_, owner_id="", author=author, title="", created_at="", updated_at="", published_at=moment))
        for id_, moment in ((one, first), (other, second))
    ]
    assert (places[0] < places[1]) == (sort_key(places[0]) < sort_key(places[1]))
