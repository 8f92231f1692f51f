"""What tests of lists of videos share: the object of the source document, and what an answer tells."""

from typing import Any

from tests.api import Answer

VIDEO = {
    "id": "uuid",
    "title": "string",
    "description": "string",
    "thumbnail_url": "string",
    "video_url": "string",
    "duration": "number",
    "view_count": "number",
    "like_count": "number",
    "dislike_count": "number",
    "comment_count": "number",
    "author": {
        "id": "uuid",
        "username": "string",
        "display_name": "string",
        "avatar_url": "string",
        "follower_count": None,
        "verified": "boolean",
    },
    "category": "string",
    "visibility": "public",
    "published_at": "moment",
    "updated_at": "moment",
    "processing_status": "ready",
    "quality_variants": {"1080p": "string", "480p": "string"},
    "metrics": {"watch_time_minutes": "number", "engagement_rate": "number"},
    "counts_as_of": "moment",
}


def ids(answer: Answer) -> list[str]:
    """The videos of an answer."""
    assert answer.status == 200, answer.body
    return [video["id"] for video in answer.json["videos"]]


def total(answer: Answer) -> int:
    """How many videos the list has."""
    told: dict[str, Any] = answer.json["pagination"]
    assert not told["total_is_capped"]
    return int(told["total_items"])
