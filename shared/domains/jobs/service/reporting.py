"""What Remotion Lambda reports of renders that were handed out to it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hmac import compare_digest

from shared.base import aws, clock
from shared.domains.jobs.errors import JobNotFoundError, ReportLateError
from shared.domains.jobs.model import Job, Status
from shared.domains.jobs.rules.outside import REMOTION, RenderReport, verify
from shared.domains.jobs.store.jobs import JobStore

SECRET_VARIABLE = "REMOTION_WEBHOOK_SECRET"
SIGNATURE_HEADER = "x-remotion-signature"


@dataclass(frozen=True)
class ReportService:
    """Takes reports."""

    jobs: JobStore

    @classmethod
    def open(cls) -> "ReportService":
        """On the stage's table."""
        return cls(JobStore.open())

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """BadSignatureError for a report that Remotion did not sign. `headers` by lower-case name."""
        verify(aws.secret(SECRET_VARIABLE), headers.get(SIGNATURE_HEADER, ""), body)

    def take(self, report: RenderReport) -> None:
        """Keep a report, which ends the wait of the job's execution, see executions.py: once, whatever arrives twice.

        Two calls.
        Raises JobNotFoundError for a job that was not handed out, or not with this proof; ReportLateError for one that
        another report has settled, or that has ended.
        """
        job = self.jobs.get(report.job_id)
        if job is None or job.renderer != REMOTION or not compare_digest(job.hand_out.encode(), report.proof.encode()):
            raise JobNotFoundError
        if job.report_id != report.id:
            self._settle(job, report)

    def _settle(self, job: Job, report: RenderReport) -> None:
        """Keep the report with the job, unless another one is there, or it is not being rendered any more."""
        change = self.jobs.change(
            replace(job, status=Status.PROCESSING),
            equal={"report_id": "", "hand_out": job.hand_out},
            report_id=report.id,
            report_error=report.error,
            output_url=report.output_url,
            updated_at=clock.timestamp(),
        )
        stands = change.job
        if not change.made and (stands is None or stands.report_id != report.id):
            raise ReportLateError
