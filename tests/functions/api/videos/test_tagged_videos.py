"""GET /api/videos with tags: what is found, how many there are, and for how much."""

from shared.domains.videos.service.catalogue import CatalogueService
from tests.aws import Stage
from tests.functions.api.videos.conftest import Make, Someone
from tests.functions.api.videos.lists import ids, total
from tests.functions.api.videos.searches import edit, get, stream
from tests.streams import Streams

__all__ = ["stream"]


def test_all_tags_must_be_there(ready: Make, stream: Streams, ada: Someone) -> None:
    both = ready(tags=("Science Fiction", "été"))
    one = ready(tags=("science  fiction",), category="Games")
    stream.tell()
    assert ids(get("tags=science+fiction")) == [one, both]
    assert ids(get("tags=SCIENCE+FICTION,Ete")) == [both]
    assert ids(get("tags=science+fiction&category=Games")) == [one]
    assert ids(get(f"tags=science+fiction&author={ada.user_id}&category=Games&q=holiday")) == [one]
    assert ids(get("tags=science")) == [], "a whole tag"


def test_a_page_of_a_tag_reads_one_more_than_it_tells(ready: Make, stream: Streams, stage: Stage) -> None:
    for _ in range(5):
        ready(tags=("a",))
    stream.tell()
    cursor = get("tags=a&limit=2").json["pagination"]["next_cursor"]
    for where, read in (("page=1", 3), ("page=2", 5), (f"cursor={cursor}", 3)):
        stage.restart()
        before = len(stage.calls)
        answer = get(f"tags=a&limit=2&{where}")
        assert (len(ids(answer)), total(answer)) == (2, 5)
        calls = [call for call in stage.calls[before:] if call.operation in ("Query", "BatchGetItem")]
        assert [call.operation for call in calls] == ["Query", "BatchGetItem"]
        assert calls[0].parameters["Limit"] == read


def test_a_tag_is_counted_as_its_videos_come_and_go(ready: Make, stream: Streams, ada: Someone) -> None:
    made = [ready(tags=("a", "b")) for _ in range(5)]
    stream.tell(2)
    edit(made[0], ada, visibility="private")
    edit(made[1], ada, tags=["b"])
    CatalogueService.open().delete(made[2], ada.user_id)
    edit(made[3], ada, title="Another", tags=["B", "A"])
    stream.tell(2)
    assert [total(get(f"tags={tag}&limit=1")) for tag in "ab"] == [2, 3]
    edit(made[0], ada, visibility="public")
    edit(made[1], ada, tags=["A"])
    stream.tell()
    stream.rewind()
    stream.tell()
    assert [total(get(f"tags={tag}&limit=1")) for tag in "ab"] == [4, 3]


def test_a_total_of_a_tag_is_no_less_than_what_is_shown(ready: Make, stream: Streams, ada: Someone) -> None:
    made = [ready(tags=("a",)) for _ in range(5)]
    stream.tell()
    edit(made[4], ada, visibility="private")
    CatalogueService.open().delete(made[1], ada.user_id)
    first = get("tags=a&limit=3")
    assert (ids(first), total(first)) == ([made[3], made[2]], 4), "what is hidden further on is not known yet"
    rest = get(f"tags=a&limit=3&cursor={first.json['pagination']['next_cursor']}")
    assert (ids(rest), total(rest)) == ([made[0]], 4)
    assert total(get("tags=a")) == 3, "all of it is looked at"
    stream.tell()
    assert [total(get(f"tags=a&limit={limit}")) for limit in (1, 2, 3)] == [3, 3, 3]
