"""How a job goes from its order to its end. Every method is safe to run twice."""

from dataclasses import dataclass, fields, replace
from typing import Any

from shared.base import clock
from shared.domains.jobs.model import MOST_WARNINGS, Job, LedgerLine, Status, Usage
from shared.domains.jobs.rules.keys import try_key
from shared.domains.jobs.rules.outside import HANDED_OUT, REMOTION
from shared.domains.jobs.rules.prices import cost_of, price_table
from shared.domains.jobs.rules.status import OPEN
from shared.domains.jobs.rules.usage import assumed, together
from shared.domains.jobs.service.moving import Moves
from shared.domains.jobs.service.reserving import reserve_within
from shared.domains.videos.model import PublishedMedia

TRIES = 3
"""A worker's part of the progress can stand elsewhere than thought, but hardly twice."""

LONGEST_WARNING = 500
NOTHING = Usage()


@dataclass(frozen=True)
class WorkService:
    """What workflows say about a job. An attempt that is not the job's latest changes nothing."""

    moves: Moves

    @classmethod
    def open(cls) -> "WorkService":
        """On the stage's tables."""
        return cls(Moves())

    def get(self, job_id: str) -> Job | None:
        """A job as it stands now."""
        return self.moves.jobs.get(job_id)

    def request(self, job_id: str) -> bytes:
        """What was asked for, as the order has it."""
        return self.moves.jobs.request(job_id)

    def begin(self, job: Job, execution_arn: str, step: str) -> bool:
        """An execution takes the job up (pending -> processing); False when it must not: then it ends quietly."""
        if job.status is Status.PENDING:
            started = {"execution_arn": execution_arn, "current_step": step}
            change = self.moves.move(job, Status.PROCESSING, started, started_at=clock.timestamp(), **started)
            if change.made or change.job is None:
                return change.made
            job = replace(change.job, attempt=job.attempt)
        mine = job.status is Status.PROCESSING and job.execution_arn == execution_arn
        return mine and self.report(job, job.progress, step)

    def report(self, job: Job, percent: float, step: str) -> bool:
        """Store the step, and progress if it is higher than what is stored: at most 99, `complete` makes it 100.

        One call, and another while a try, or a retry, has not come as far as the one before.
        False when the job is not being processed any more (cancelled, failed): whoever works on it can stop.
        """
        reached = max(0, min(99, int(percent)))
        told = {"current_step": step, "updated_at": clock.timestamp()}
        change = self.moves.jobs.change(job, below={"progress": reached}, progress=reached, **told)
        if not change.made and _is_same_work(change.job, job):
            change = self.moves.jobs.change(job, **told)
        return _is_same_work(change.job, job)

    def estimate(self, job: Job, seconds: float, usage: Usage, spent: Usage = NOTHING) -> None:
        """Keep what the work will take and cost, as far as it is known before; workers begin to count their parts.

        usage  what it will take from now on. So much is set aside of the owner's budget: one call, and another where
               that is not known here yet
        spent  what it has taken, which is charged already
        Raises BudgetError when there is not so much left.
        """
        prices = price_table()
        cost = cost_of(usage, prices)
        told: dict[str, Any] = {"estimated_seconds": max(1, round(seconds))}
        told["estimated_cost"] = cost_of(together(usage, spent), prices)
        told |= {"updated_at": clock.timestamp(), "parts": {}}
        reserve_within(job, cost, lambda budget: self.moves.jobs.reserve(job, cost, budget, **told))

    def set_aside(self, job: Job, cost: int) -> None:
        """Set so much of the owner's budget aside for a job instead of what is; calls and errors as of `estimate`.

        cost  in billionths of a US dollar
        """
        now = clock.timestamp()
        reserve_within(job, cost, lambda budget: self.moves.jobs.reserve(job, cost, budget, updated_at=now))

    def advance(self, job: Job, worker: int, before: int, reached: int, step: str) -> int | None:
        """Store how far one of several workers is, and the progress of all with it: what is told twice counts once.

        One call, and another where the worker was told of wrongly: by a try that is over, or one whose reply got lost.
        before, reached  thousandths of a percent of the whole: where the worker's part stands, and is to stand
        Gives where it stands then; None when the job is not being processed any more: whoever works on it can stop.
        """
        for _ in range(TRIES):
            told = {"current_step": step, "updated_at": clock.timestamp()}
            stands, before = self.moves.jobs.advance(job, worker, before, reached, **told)
            if not _is_same_work(stands, job):
                return None
            if before >= reached:
                break
        return before

    def warn(self, job: Job, sentences: list[str]) -> None:
        """Keep what the owner should know although the work goes on, instead of what was kept before."""
        told = "\n".join(" ".join(one.split())[:LONGEST_WARNING] for one in sentences[:MOST_WARNINGS])
        if told != job.warnings:
            self.moves.jobs.change(job, warnings=told)

    def hand_out(self, job: Job, task_token: str, proof: str) -> bool:
        """Leave a job to the outside renderer: its execution waits on the task token. One call.

        False when the job is not being worked on any more, or its hand-out is settled. A retry brings a new token.
        """
        told = {"current_step": HANDED_OUT, "updated_at": clock.timestamp()}
        fields = {"renderer": REMOTION, "task_token": task_token, "hand_out": proof}
        return self.moves.jobs.change(job, equal={"report_id": ""}, **fields, **told).made

    def complete(self, job: Job, media: PublishedMedia) -> bool:
        """The media are in place (processing -> completed); False when the job is no longer to be published."""
        now = clock.timestamp()
        video: dict[str, Any] = {field.name: getattr(media, field.name) for field in fields(media)}
        video |= {"progress": 100, "published_at": now}
        if job.status is Status.PROCESSING:
            ended = {"progress": 100, "current_step": "", "completed_at": now, "parts": ""}
            lasting = round(media.duration * 1000)
            change = self.moves.move(job, Status.COMPLETED, video, milliseconds=lasting, **ended)
            if change.made:
                return True
            job = change.job or job
        return job.status is Status.COMPLETED

    def fail(self, job: Job, code: str, message: str) -> bool:
        """The job cannot be done: from any open state to failed. A failed one keeps its first reason."""
        change = self.moves.end(job, OPEN, Status.FAILED, code, message)
        return change.made or (change.job is not None and change.job.status is Status.FAILED)

    def begin_try(
        self, job: Job, step: str, number: int, usage: Usage, most_seconds: int, worker: int | None = None
    ) -> LedgerLine:
        """Write down that a try of a step has begun; once for each attempt, step, worker and try.

        usage         what it takes in a second
        most_seconds  how long it can last
        """
        key = try_key(job.attempt, step, number, worker)
        line = LedgerLine(key, step, usage, clock.timestamp(), most_seconds)
        self.moves.jobs.begin_try(job, line)
        return line

    def charge(self, job: Job, line: LedgerLine, usage: Usage) -> bool:
        """Write down what a try has cost, whatever has become of the job; once, and instead of what was assumed."""
        ended = replace(line, usage=usage, cost=cost_of(usage, price_table()), at=clock.timestamp())
        stands = self.moves.jobs.charge(job, ended, line)
        if stands is not None and stands.is_assumed:
            stands = self.moves.jobs.charge(job, ended, stands)
        return stands is None

    def settle(self, job: Job, *, but: str = "") -> None:
        """Assume the end of each try that was killed, so that nobody told it; `but` is the key of one that lives."""
        lines, now = self.moves.jobs.ledger(job.id), clock.now()
        for line in lines:
            if not line.at and line.key != but:
                self.moves.jobs.charge(job, assumed(line, lines, now), line)


def _is_same_work(stands: Job | None, job: Job) -> bool:
    return stands is not None and stands.status is Status.PROCESSING and stands.attempt == job.attempt
