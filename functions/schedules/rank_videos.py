"""Every quarter of an hour: popular and trending videos, of those that moved."""

from typing import Any

from shared.base.running import serve
from shared.contract.declare import Compute, every
from shared.contract.resources import RANKINGS, VIDEOS
from shared.domains.ranking.rules.lists import WINDOW_SECONDS
from shared.domains.ranking.service.ranking import RankingService


@every(
    WINDOW_SECONDS // 60,
    needs=(
        *(RANKINGS.get, RANKINGS.query, RANKINGS.batch_get, RANKINGS.put, RANKINGS.delete),
        VIDEOS.batch_get,
    ),
    compute=Compute(seconds=600),
)
def rank_videos(event: dict[str, Any]) -> dict[str, int]:
    """Put what moved into its place in ranked lists, each of which is replaced at once."""
    return RankingService.open().run()


handler = serve(rank_videos)
