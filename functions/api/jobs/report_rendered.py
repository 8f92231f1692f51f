"""POST /api/webhooks/remotion: Remotion Lambda reports what became of a render."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from shared.contract.declare import post
from shared.contract.permissions import SIGNATURE
from shared.contract.resources import JOBS, REMOTION_WEBHOOK
from shared.domains.jobs.rules.outside import RenderReport
from shared.domains.jobs.service.reporting import ReportService
from shared.http.framework import BaseModel, Depends
from shared.http.serve import serve
from shared.http.signed import signed

HttpsAddress = Annotated[str, StringConstraints(pattern=r"^https://[\x21-\x7e]+$", max_length=2048)]


class _Sent(BaseModel):
    """A part of the report. Remotion's own fields become more with its releases: those that mean nothing here pass."""

    model_config = ConfigDict(extra="ignore")


class CustomData(_Sent):
    """`custom_data` of the hand-out, which the render was started with."""

    job_id: UUID
    hand_out: Annotated[str, StringConstraints(min_length=1, max_length=100)]


class RenderFault(_Sent):
    """Why a render failed."""

    message: str = ""


class RenderedReport(_Sent):
    """Remotion Lambda's payload. A success has the address of its output, an error its reasons."""

    type: Literal["success", "error", "timeout"]
    render_id: Annotated[str, StringConstraints(min_length=1, max_length=100), Field(alias="renderId")]
    custom_data: Annotated[CustomData, Field(alias="customData")]
    output_file: Annotated[HttpsAddress | None, Field(alias="outputFile")] = None
    errors: Annotated[list[RenderFault], Field(max_length=100)] = Field(default_factory=list)

    @model_validator(mode="after")
    def _has_an_output(self) -> "RenderedReport":
        if self.type == "success" and not self.output_file:
            raise ValueError("a success needs outputFile")
        return self


class RenderReportTaken(BaseModel):
    """That the report has had its effect, now or before."""

    success: bool


@post(
    "/api/webhooks/remotion",
    caller=SIGNATURE,
    needs=(JOBS.get, JOBS.update, REMOTION_WEBHOOK.read),
    errors=((401, "UNAUTHORIZED"), (404, "NOT_FOUND"), (409, "CONFLICT")),
)
async def report_rendered(
    report: RenderedReport, _signed: Annotated[None, Depends(signed(ReportService.open))], reports: ReportService
) -> RenderReportTaken:
    """Take a report about a job that was handed out. Its output is fetched and published like any source.

    A repeat has no second effect.
    """
    output = report.output_file if report.type == "success" else None
    reports.take(
        RenderReport(
            kind=report.type,
            render_id=report.render_id,
            job_id=str(report.custom_data.job_id),
            proof=report.custom_data.hand_out,
            output_url=output or "",
            message=report.errors[0].message if report.errors else "",
        )
    )
    return RenderReportTaken(success=True)


handler = serve(report_rendered)
