"""The videos table: one row a video, and how it reads as a `Video`, or in a list as a `Card`.

Two indexes serve lists of an owner's videos, `by_owner` and `by_status`. A deleted video is in the latter alone, under
a word that no list asks for. Three serve lists for everybody, see rules.public_lists; no other video has their keys.
What they tell is the row's `face` (rules.faces) and `counted` (rules.counted), and what it is now if it is `unready`.
"""

import dataclasses
from typing import Any

from pynamodb.attributes import (
    Attribute,
    BinaryAttribute,
    BooleanAttribute,
    JSONAttribute,
    ListAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
)
from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection
from pynamodb.models import Model

from shared.domains.videos.model import STEPS, Author, Card, Numbers, Status, Variant, Video, Visibility
from shared.domains.videos.rules.faces import packed, unpacked
from shared.domains.videos.rules.status import studio_word

DELETED = "deleted"
"""Under which an owner's deleted videos are found until their objects are erased."""


@dataclasses.dataclass(frozen=True)
class Listed:
    """Videos in order, and whether the list goes on after them."""

    videos: list[Video]
    goes_on: bool


class ByState(GlobalSecondaryIndex["VideoRow"]):
    """Videos with open work, the longest untouched first. A row without `open_state` is not in it."""

    class Meta:  # pyrefly: ignore[bad-override] - PynamoDB declares it as an instance attribute
        """Its name is fixed; only what the sweep needs is copied."""

        index_name = "by_state"
        projection = IncludeProjection(["execution_arn"])

    open_state = UnicodeAttribute(hash_key=True)
    touched_at = UnicodeAttribute(range_key=True)
    video_id = UnicodeAttribute()
    execution_arn = UnicodeAttribute(null=True)


class VideoRow(Model):
    """A video. What is empty is absent, so that most rows stay within one write unit (1 kB)."""

    class Meta:  # pyrefly: ignore[bad-override] - PynamoDB declares it as an instance attribute
        """The table is bound when the store is opened."""

        table_name = ""

    video_id = UnicodeAttribute(hash_key=True)
    owner_id = UnicodeAttribute()
    author = JSONAttribute()
    title = UnicodeAttribute()
    description = UnicodeAttribute(null=True)
    tags = ListAttribute(of=UnicodeAttribute, null=True)
    category = UnicodeAttribute(null=True)
    visibility = UnicodeAttribute()
    thumbnail = UnicodeAttribute(null=True)
    status = UnicodeAttribute()
    progress = NumberAttribute(null=True)
    current_step = UnicodeAttribute(null=True)
    error_code = UnicodeAttribute(null=True)
    error_message = UnicodeAttribute(null=True)
    filename = UnicodeAttribute(null=True)
    content_type = UnicodeAttribute(null=True)
    file_size = NumberAttribute()
    upload_id = UnicodeAttribute(null=True)
    upload_version = UnicodeAttribute(null=True)
    duration = NumberAttribute(null=True)
    width = NumberAttribute(null=True)
    height = NumberAttribute(null=True)
    version = NumberAttribute()
    moving_to = NumberAttribute(null=True)
    variants = JSONAttribute(null=True)
    has_poster = BooleanAttribute(null=True)
    poster_url = UnicodeAttribute(null=True)
    is_illustrated = BooleanAttribute(null=True)
    published_at = UnicodeAttribute(null=True)
    created_at = UnicodeAttribute()
    updated_at = UnicodeAttribute()
    execution_arn = UnicodeAttribute(null=True)
    open_state = UnicodeAttribute(null=True)
    touched_at = UnicodeAttribute(null=True)
    encoder = UnicodeAttribute(null=True)
    task_token = UnicodeAttribute(null=True)
    report_id = UnicodeAttribute(null=True)
    job_id = UnicodeAttribute(null=True)
    marks = UnicodeSetAttribute(null=True)
    early = BooleanAttribute(null=True)
    listed_owner = UnicodeAttribute(null=True)
    owner_status = UnicodeAttribute(null=True)
    unready = UnicodeAttribute(null=True)
    face = BinaryAttribute(legacy_encoding=False)
    public_year = UnicodeAttribute(null=True)
    public_category = UnicodeAttribute(null=True)
    public_author = UnicodeAttribute(null=True)
    public_since = UnicodeAttribute(null=True)
    counted = BinaryAttribute(null=True, legacy_encoding=False)
    by_state = ByState()


_COLUMNS: dict[str, Attribute[Any]] = VideoRow.get_attributes()  # type: ignore[assignment]
_FIELDS = [field.name for field in dataclasses.fields(Video) if field.name != "id"]
_CARD_FIELDS = [field.name for field in dataclasses.fields(Card)]
_SHAPED = ("author", "variants", "tags", "status", "visibility", "marks")


def column(name: str) -> Any:
    """The attribute of the row with this name, for conditions and updates."""
    return _COLUMNS[name]


def stored(name: str, value: Any) -> Any:
    """A field's value as its column takes it; None for what is empty and thus absent."""
    if name == "author":
        return {key: entry for key, entry in dataclasses.asdict(value).items() if key != "id"}
    if name == "variants":
        return [dataclasses.asdict(variant) for variant in value] or None
    if name == "tags":
        return list(value) or None
    return value if value or name in ("file_size", "version") else None


def listing(owner_id: str, status: Status) -> dict[str, str]:
    """The keys under which lists have a video, which follow its status."""
    if status is Status.DELETED:
        return {"listed_owner": "", "owner_status": owner_status(owner_id, DELETED)}
    return {"listed_owner": owner_id, "owner_status": owner_status(owner_id, studio_word(status))}


def unready(video: Video) -> str:
    """What lists tell beside the face, which does not change meanwhile, of a video that is not ready; "" of others."""
    return "" if video.status is Status.READY else f"{video.status} {video.updated_at}"


def owner_status(owner_id: str, word: str) -> str:
    """The key of an owner's videos whose status has this word in the Studio edition."""
    return f"{owner_id}#{word}"


def to_row(video: Video) -> VideoRow:
    """The row of a new video."""
    fields = {name: stored(name, getattr(video, name)) for name in _FIELDS}
    fields |= listing(video.owner_id, video.status) | {"unready": unready(video) or None, "face": packed(video)}
    return VideoRow(video.id, **{name: value for name, value in fields.items() if value is not None})


def to_video(row: VideoRow) -> Video:
    """The video of a row."""
    plain = {name: value for name in _FIELDS if name not in _SHAPED and (value := getattr(row, name)) is not None}
    return Video(
        id=row.video_id,
        author=Author(id=row.owner_id, **row.author),
        variants=tuple(Variant(**variant) for variant in row.variants or ()),
        tags=tuple(map(str, row.tags or ())),
        status=Status(row.status),
        visibility=Visibility(row.visibility),
        marks=frozenset(row.marks or ()),
        **plain,
    )


def of_item(item: dict[str, Any]) -> Video:
    """The video of a row in DynamoDB's JSON."""
    return to_video(VideoRow.from_raw_data(item))


def to_card(item: dict[str, Any]) -> Card:
    """The card of an index's entry, in DynamoDB's JSON."""
    video = to_listed(item)
    return Card(**{name: getattr(video, name) for name in _CARD_FIELDS})


def to_numbers(counted: dict[str, int]) -> Numbers:
    """What is counted of a video, by its names in the table `counts`, which may have more."""
    plain = {field.name: counted.get(field.name, 0) for field in dataclasses.fields(Numbers) if field.name != "reached"}
    reached = tuple(counted.get(f"reached_{step}", 0) for step in range(STEPS))
    return Numbers(**plain, reached=reached if any(reached) else ())


def to_listed(item: dict[str, Any]) -> Video:
    """A video as an index's entry has it, in DynamoDB's JSON: of its variants names and foreign addresses alone.

    What is only told while a video is made is absent. Lists for everybody have none but public videos that are ready.
    """
    status, _, updated_at = item.get("unready", {"S": ""})["S"].partition(" ")
    video = unpacked(item["face"]["B"], item["video_id"]["S"], Status(status or Status.READY), updated_at)
    return dataclasses.replace(video, counted=item.get("counted", {"B": b""})["B"])


def with_face(item: dict[str, Any]) -> dict[str, Any]:
    """A row in DynamoDB's JSON with the face that belongs to it."""
    return {**item, "face": {"B": packed(of_item(item))}}
