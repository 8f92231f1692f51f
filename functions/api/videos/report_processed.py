"""POST /api/webhooks/video-processed: an outside encoder reports what became of a video."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator

from shared.contract.declare import post
from shared.contract.permissions import SIGNATURE
from shared.contract.resources import COUNTS, OPERATIONS, VIDEOS, WEBHOOK
from shared.domains.videos.rules.fields import Seconds
from shared.domains.videos.rules.reports import Report, is_rung
from shared.domains.videos.service.outside import OutsideService
from shared.http.framework import BaseModel, Depends
from shared.http.serve import serve
from shared.http.signed import signed


def _rungs(variants: dict[str, str]) -> dict[str, str]:
    if wrong := [name for name in variants if not is_rung(name)]:
        raise ValueError(f"no rungs: {', '.join(wrong)[:100]}")
    return variants


HttpsAddress = Annotated[str, StringConstraints(pattern=r"^https://[\x21-\x7e]+$", max_length=2048)]


_OF_A_SUCCESS = ("quality_variants", "duration", "thumbnail_url")


class ProcessedReport(BaseModel):
    """The encoder's report. A success has at least one variant, an error has none; `duration` is in seconds."""

    model_config = ConfigDict(extra="forbid")

    video_id: UUID
    status: Literal["success", "error"]
    quality_variants: Annotated[dict[str, HttpsAddress], Field(max_length=12), AfterValidator(_rungs)] = Field(
        default_factory=dict
    )
    duration: Seconds | None = None
    thumbnail_url: HttpsAddress | None = None
    error_message: Annotated[str, StringConstraints(max_length=5000)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _says_nothing_of_media(cls, sent: object) -> object:
        """Encoders send all fields at once: what stands in those of a success means nothing in a failure."""
        if isinstance(sent, dict) and sent.get("status") == "error":
            return {name: value for name, value in sent.items() if name not in _OF_A_SUCCESS}
        return sent

    @model_validator(mode="after")
    def _has_something_to_play(self) -> "ProcessedReport":
        if self.status == "success" and not self.quality_variants:
            raise ValueError("a success needs quality_variants")
        return self


class ReportTaken(BaseModel):
    """That the report has had its effect, now or before."""

    success: bool


@post(
    "/api/webhooks/video-processed",
    caller=SIGNATURE,
    needs=(VIDEOS.get, VIDEOS.update, OPERATIONS.update, COUNTS.update, WEBHOOK.read),
    errors=((401, "UNAUTHORIZED"), (404, "NOT_FOUND"), (409, "CONFLICT")),
)
async def report_processed(
    report: ProcessedReport, report_id: Annotated[str, Depends(signed(OutsideService.open))], outside: OutsideService
) -> ReportTaken:
    """Take a report, signed by Standard Webhooks, about a video that was handed out. A repeat has no second effect."""
    outside.take(
        report_id,
        Report(
            video_id=str(report.video_id),
            succeeded=report.status == "success",
            variants=report.quality_variants,
            duration=report.duration,
            thumbnail_url=report.thumbnail_url or "",
            error_message=report.error_message or "",
        ),
    )
    return ReportTaken(success=True)


handler = serve(report_processed)
