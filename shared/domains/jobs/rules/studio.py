"""A video as the Studio edition shows it, with what its job has done and cost."""

from typing import Annotated

from pydantic import BaseModel, Field

from shared.domains.jobs.model import Job, LedgerLine
from shared.domains.jobs.rules.prices import cost_of, dollars, price_table
from shared.domains.videos.model import Video, Visibility
from shared.domains.videos.rules.answers import ProcessingErrorAnswer, VideoAnswer
from shared.domains.videos.rules.status import CANCELLED_CODE, CANCELLED_MESSAGE, studio_word

MOST_LOGS = 300


class StudioVideo(BaseModel):
    """A video. Addresses are null until it is completed; `total_cost` is in US dollars, null where nobody looked."""

    id: str
    job_id: str | None
    channel_id: str | None
    title: str
    description: str
    tags: Annotated[list[str], Field(max_length=20)]
    status: str
    visibility: Visibility
    youtube_video_id: str | None
    duration: float | None
    thumbnail_url: str | None
    video_url: str | None
    storyboard_url: str | None
    preview_url: str | None
    quality_variants: Annotated[dict[str, str], Field(max_length=12)]
    total_cost: float | None
    quality_score: float | None
    created_at: str
    updated_at: str
    published_at: str | None


class ProcessingLog(BaseModel):
    """A step of the job that has ended, well or not: its attempt, its try, and what it cost in US dollars."""

    at: str
    step: str
    attempt: int
    number: int
    cost: float


class CostPart(BaseModel):
    """What a part of the work has cost in US dollars."""

    category: str
    amount: float


class CostBreakdown(BaseModel):
    """US dollars by whom they are paid to. `estimated_cost` is what was expected; null when nothing was."""

    total_cost: float
    estimated_cost: float | None
    breakdown: Annotated[list[CostPart], Field(max_length=50)]


class StudioStatus(BaseModel):
    """How far a video is. `errors` says why it failed."""

    status: str
    progress: int
    current_step: str | None
    errors: Annotated[list[ProcessingErrorAnswer], Field(max_length=1)]


def studio_status(video: Video, job: Job | None) -> StudioStatus:
    """How far a video is, by the job that makes it where there is one."""
    told = (video.error_code or CANCELLED_CODE, video.error_message or CANCELLED_MESSAGE)
    failed = studio_word(video.status) == "failed"
    return StudioStatus(
        status=studio_word(video.status),
        progress=job.progress if job else video.progress,
        current_step=(job.current_step if job else video.current_step) or None,
        errors=[ProcessingErrorAnswer(code=told[0], message=told[1])] if failed else [],
    )


def studio_video(video: Video, shown: VideoAnswer, cost: int | None) -> StudioVideo:
    """The answer about a video, from that of the Watch edition; `cost` in billionths of a dollar."""
    same = {name: getattr(shown, name) for name in _SAME}
    return StudioVideo(
        **same,
        job_id=video.job_id or None,
        channel_id=None,
        status=studio_word(video.status),
        youtube_video_id=None,
        total_cost=None if cost is None else dollars(cost),
        quality_score=None,
    )


_SAME = (
    "id title description tags visibility duration thumbnail_url video_url storyboard_url preview_url quality_variants "
    "created_at updated_at published_at"
).split()


def logs(lines: list[LedgerLine]) -> list[ProcessingLog]:
    """What was done last, in the order in which it ended."""
    found = []
    for line in sorted(filter(_has_ended, lines), key=lambda line: line.at)[-MOST_LOGS:]:
        attempt, _, number = line.key.split("/")
        entry = {"attempt": int(attempt), "number": int(number), "cost": dollars(line.cost)}
        found.append(ProcessingLog(at=line.at, step=line.step, **entry))
    return found


def _has_ended(line: LedgerLine) -> bool:
    return bool(line.at)


def breakdown(job: Job | None, lines: list[LedgerLine]) -> CostBreakdown:
    """What a job has cost, by category: lambda, batch, s3, step_functions, and each provider by name."""
    amounts: dict[str, float] = {}
    prices = price_table()
    for line in filter(_has_ended, lines):
        for category, usage in line.usage.parts().items():
            amounts[category] = amounts.get(category, 0) + cost_of(usage, prices)
    estimated = job.estimated_cost if job else 0
    return CostBreakdown(
        total_cost=dollars(sum(line.cost for line in lines)),
        estimated_cost=dollars(estimated) if estimated else None,
        breakdown=[CostPart(category=name, amount=dollars(round(amounts[name]))) for name in sorted(amounts)],
    )
