"""Renders that are left to Remotion Lambda: which, and what it reports of them."""

import hashlib
import hmac
from dataclasses import dataclass

from shared.base.errors import BadSignatureError
from shared.base.settings import setting
from shared.domains.jobs.model import Job

REMOTION = "remotion"
OUTSIDE = "outside"
"""The lane of a plan that somebody else carries out."""

HANDED_OUT = "Waiting for the renderer"
UNSENT = dict.fromkeys(("renderer", "hand_out", "task_token", "report_id", "report_error", "output_url"), "")
"""The fields of a job that was not handed out, as another attempt begins."""

FAILED = "RENDERER_FAILED"
TIMED_OUT = ("RENDERER_TIMEOUT", "The renderer took too long.")
NO_REASON = "The renderer gave up and gave no reason."

_MESSAGE_LENGTH = 300
_METHOD = "sha512="


@dataclass(frozen=True)
class RenderReport:
    """What became of a render. `kind` is success, error or timeout; `output_url` stands in a success.

    proof  what the hand-out gave along
    """

    kind: str
    render_id: str
    job_id: str
    proof: str
    output_url: str = ""
    message: str = ""

    @property
    def id(self) -> str:
        """The same whenever the same is reported again."""
        return f"{self.kind} {self.render_id}"

    @property
    def error(self) -> str:
        """What a job keeps of a failure, see `Job.report_error`; "" of a success."""
        words = TIMED_OUT if self.kind == "timeout" else (FAILED, (self.message or NO_REASON)[:_MESSAGE_LENGTH])
        return "" if self.kind == "success" else " ".join(words)


def is_left_outside(job: Job) -> bool:
    """Whether Remotion is to render the job: in a stage that has it so, and unless it has done so."""
    return setting("RENDERER", "ours") == REMOTION and not job.output_url


def signature(secret: str, body: bytes) -> str:
    """What Remotion signs a report with: HMAC-SHA512 of the raw body."""
    return _METHOD + hmac.new(secret.encode(), body, hashlib.sha512).hexdigest()


def verify(secrets: str, sent: str, body: bytes) -> None:
    """BadSignatureError unless the signature holds. Two secrets have a blank between, while one replaces another."""
    good = (signature(secret, body).encode() for secret in secrets.split())
    if not any(hmac.compare_digest(mine, sent.encode()) for mine in good):
        raise BadSignatureError("X-Remotion-Signature does not match")
