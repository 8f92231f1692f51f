"""What a job is: work that somebody asked for, the states that it goes through, and what it cost."""

from dataclasses import dataclass, field, replace
from enum import StrEnum

MOST_WARNINGS = 20
"""Sentences that a job keeps for its owner."""


class Status(StrEnum):
    """Where a job stands, in the words of the API. `pending` and `processing` go on by themselves; the others stay."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Kind(StrEnum):
    """What a job makes a video of: a scene configuration, or an edit of one clip."""

    SCENES = "scenes"
    CLIP = "clip"


class OpenState(StrEnum):
    """Work that somebody has to end: what the sweep looks for. A job without open work has none."""

    PENDING = "pending"
    PROCESSING = "processing"
    TIDYING = "tidying"


@dataclass(frozen=True, kw_only=True)
class Job:
    """A job as its row has it. Times are ISO 8601 in UTC, money is in billionths of a US dollar.

    video_id           the video that it makes, whose row follows the job's status in the same transactions
    attempt            counts from 1; a retry is the next one, and earlier ones change nothing any more
    progress           percent; it never goes back, not even at a retry
    counted_on         the day (UTC, 2026-01-31) whose videos this attempt is one of; its costs are that day's month's
    reserved           money set aside of that month's budget until the job ends
    estimated_seconds  from the beginning of the work to its end
    cost               the sum of the ledger
    warnings           what its owner should know although the work goes on, a sentence a line; not on cards of lists
    touched_at         last look at open work
    renderer           "remotion" once this attempt has been handed out to it
    hand_out           what proves that a report is about this attempt's hand-out
    task_token         what the execution that waits for the renderer is answered with
    report_id          of the report that has settled the hand-out
    report_error       code and sentence of that report, a blank between, when nothing was rendered
    output_url         where the renderer has put the video
    """

    id: str
    owner_id: str
    video_id: str
    kind: Kind
    title: str
    created_at: str
    updated_at: str
    status: Status = Status.PENDING
    attempt: int = 1
    progress: int = 0
    current_step: str = ""
    started_at: str = ""
    completed_at: str = ""
    error_code: str = ""
    error_message: str = ""
    execution_arn: str = ""
    counted_on: str = ""
    reserved: int = 0
    estimated_seconds: int = 0
    estimated_cost: int = 0
    cost: int = 0
    open_state: str = ""
    touched_at: str = ""
    warnings: str = ""
    renderer: str = ""
    hand_out: str = field(default="", repr=False)
    task_token: str = field(default="", repr=False)
    report_id: str = ""
    report_error: str = ""
    output_url: str = field(default="", repr=False)


@dataclass(frozen=True)
class OpenJob:
    """A job with open work, as the index of such jobs shows it."""

    job_id: str
    open_state: OpenState
    touched_at: str


@dataclass(frozen=True)
class Account:
    """An owner's jobs in numbers, kept in the transactions that change them.

    open     jobs that have not ended
    seconds  that completed jobs took, from their creation to their end
    budget   what their work may cost in a month; None without a bound
    """

    by_status: dict[Status, int]
    open: int = 0
    spent: int = 0
    seconds: int = 0
    budget: int | None = None

    @property
    def total(self) -> int:
        """All jobs."""
        return sum(self.by_status.values())


@dataclass(frozen=True)
class Month:
    """What counts in one month (UTC) of an owner's, kept in the same transactions as their account.

    today         videos of the day that was asked about
    spent         what attempts that were begun in it have cost so far
    used          of the budget: what was spent, and what is set aside for jobs that have not ended
    videos        jobs that were completed
    milliseconds  that their videos last
    """

    today: int = 0
    spent: int = 0
    used: int = 0
    videos: int = 0
    milliseconds: int = 0


@dataclass(frozen=True)
class Allowance:
    """What an owner may have: jobs that are open, videos of a day, and what a month may cost; None without a bound."""

    open: int
    daily: int
    budget: int | None = None


@dataclass(frozen=True)
class Usage:
    """What a step took of whom we pay.

    batch_seconds  vCPU-seconds by "<instance family> <spot or on-demand>"
    provider       units by the name of a provider's price, for example characters
    """

    lambda_gb_seconds: float = 0.0
    lambda_requests: int = 0
    batch_seconds: dict[str, float] = field(default_factory=dict)
    s3_writes: int = 0
    s3_reads: int = 0
    transitions: int = 0
    provider: dict[str, float] = field(default_factory=dict)

    def parts(self) -> dict[str, "Usage"]:
        """The same by whom it is paid to: lambda, batch, s3, step_functions, providers by the name of their price."""
        parts = {
            "lambda": Usage(self.lambda_gb_seconds, self.lambda_requests),
            "batch": Usage(batch_seconds=self.batch_seconds),
            "s3": Usage(s3_writes=self.s3_writes, s3_reads=self.s3_reads),
            "step_functions": Usage(transitions=self.transitions),
            **{name: Usage(provider={name: units}) for name, units in self.provider.items()},
        }
        return {name: part for name, part in parts.items() if part != Usage()}

    def lasting(self, seconds: float) -> "Usage":
        """What a try takes in so many seconds, of which this is one; what does not depend on them stays."""
        batch = {kind: round(each * seconds, 3) for kind, each in self.batch_seconds.items()}
        return replace(self, lambda_gb_seconds=round(self.lambda_gb_seconds * seconds, 3), batch_seconds=batch)


@dataclass(frozen=True)
class LedgerLine:
    """A try of a step, and what it cost once it has ended. There is one line for each, whatever is sent twice.

    key           names the try; see rules/keys.py
    usage         of the whole try; of each of its seconds while it lasts, where it depends on them
    at            its end, "" while it lasts
    most_seconds  the longest that it can last
    is_assumed    nobody told its end: it was killed
    """

    key: str
    step: str
    usage: Usage
    began_at: str
    most_seconds: int = 0
    cost: int = 0
    at: str = ""
    is_assumed: bool = False
