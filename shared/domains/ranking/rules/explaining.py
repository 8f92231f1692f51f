"""Why a video stands where it does in a ranked list."""

import math
from typing import Annotated

from pydantic import BaseModel, Field

from shared.base import clock
from shared.contract.limits import DAY
from shared.domains.ranking.model import Entry, Order
from shared.domains.ranking.rules.scores import WEIGHTS, done, entry, points
from shared.domains.videos.model import Video
from shared.domains.videos.rules.counted import unpacked


class Part(BaseModel):
    """What people have done with a video, how often (or how many minutes), and the points that this is worth."""

    what: str
    number: float
    weight: float
    points: float


class Explanation(BaseModel):
    """Why a video stands where it does.

    `rank` is its place in the list, from 1, and `score` what it had when the list was made, at `made_at`. All else is
    as of now, by the numbers that lists show (`counts_as_of`): `parts` add up to `points`, which are never less than 0.
    Among popular videos the score is the points. Among trending ones it is `doublings` and `days` together: log2(1 +
    points), and the days from 1970 to the publication, so a day younger is worth twice the points.
    """

    video_id: str
    rank: int
    score: float
    made_at: str
    score_now: float
    points: float
    parts: Annotated[list[Part], Field(max_length=len(WEIGHTS))]
    doublings: float
    days: float
    counts_as_of: str


def explained(order: Order, video: Video, rank: int, kept: Entry, made_at: str) -> Explanation:
    """Of a video's rank, and of its place as it is `kept` in the list."""
    counted = unpacked(video.counted, otherwise=video.published_at)
    gained = points(video.counted)
    parts = [
        Part(what=what, number=number, weight=WEIGHTS[what], points=WEIGHTS[what] * number)
        for what, number in done(counted.numbers).items()
    ]
    return Explanation(
        video_id=video.id,
        rank=rank,
        score=kept.score,
        made_at=made_at,
        score_now=entry(order, video).score,
        points=gained,
        parts=parts,
        doublings=math.log2(1 + gained),
        days=clock.seconds(video.published_at) / DAY,
        counts_as_of=counted.as_of,
    )
