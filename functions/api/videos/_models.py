"""What lists of videos answer."""

from typing import Annotated

from pydantic import Field

from shared.domains.ranking.rules.explaining import Explanation
from shared.domains.videos.service.public_lists import ListedVideo, VideoPage
from shared.http.framework import BaseModel, Query
from shared.http.paging import Pagination, pagination_of

MOST = 50

Page = Annotated[int, Query(ge=1)]
Limit = Annotated[int, Query(ge=1, le=MOST)]
Cursor = Annotated[str, Query(max_length=300)]


class Videos(BaseModel):
    """Videos in the order that was asked for."""

    videos: Annotated[list[ListedVideo], Field(max_length=MOST)]
    pagination: Pagination


class ExplainedVideos(Videos):
    """Videos, and why some of them stand where they do; null unless `explain` is sent."""

    explanations: Annotated[list[Explanation] | None, Field(max_length=MOST)]


def videos(found: VideoPage, page: int, limit: int) -> Videos:
    """The answer about a page of at most `limit` videos."""
    told = pagination_of(found, page, limit)
    told.total_is_capped = found.is_capped
    return Videos(videos=found.videos, pagination=told)
