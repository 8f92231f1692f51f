"""Ordering work: a job and its video come into being together, and an execution follows: see executions.py."""

import gzip
import json
from dataclasses import dataclass, replace
from typing import Any

from shared.base import clock
from shared.base.errors import InvalidInputError
from shared.base.ids import is_id, made_at, new_id
from shared.domains.jobs.errors import (
    BadJobIdError,
    JobNotFoundError,
    JobNotRetriedError,
    SourcesChangedError,
)
from shared.domains.jobs.model import Job, Kind, OpenState, Status
from shared.domains.jobs.rules.outside import UNSENT
from shared.domains.jobs.rules.status import MOST_ATTEMPTS, owned
from shared.domains.jobs.service.moving import Moves
from shared.domains.jobs.service.reserving import open_within
from shared.domains.jobs.store.jobs import Writes
from shared.domains.videos.model import Author, Video, Visibility
from shared.domains.videos.model import Status as VideoStatus

WAITING = "Waiting to begin"
LARGEST = 350_000
"""Bytes of a compressed request; DynamoDB ends items at 400 kB."""


@dataclass(frozen=True)
class Order:
    """What somebody wants made: `request` is what the workflow reads, as JSON.

    reserved  money to set aside, in billionths of a US dollar, until the plan knows better
    """

    kind: Kind
    title: str
    request: Any
    reserved: int = 0


@dataclass(frozen=True)
class OrderService:
    """Takes orders."""

    moves: Moves

    @classmethod
    def open(cls) -> "OrderService":
        """On the stage's tables."""
        return cls(Moves())

    def order(self, owner: Author, order: Order, tier: str, checks: Writes = ()) -> Job:
        """A new job and its video, both on their way: one call, and another where the owner's budget is not known yet.

        checks  what must hold of others for that, as parts of the transaction
        Raises TooManyJobsError, DailyVideosError, BudgetError, SourcesChangedError when a check does not hold, and
        InvalidInputError when the request is too large to be kept.
        """
        job, video = _new(owner, order)
        request, store = _packed(order.request), self.moves.jobs
        together = (*self.moves.videos.creation(video), *checks)
        change = open_within(job, tier, lambda allowed: store.create(job, request, allowed, together))
        if change.orphaned:
            raise SourcesChangedError
        return job

    def retry(self, job_id: str, owner_id: str, tier: str) -> Job:
        """Take a failed job up again where it failed: its finished work is found by what it was made of.

        It counts as a video of today, and its costs as this month's. What it has cost is not set aside again, since
        that work is done; the plan knows what is left.
        Raises BadJobIdError, JobNotFoundError, JobNotRetriedError, TooManyJobsError, DailyVideosError, BudgetError.
        """
        if not is_id(job_id):
            raise BadJobIdError
        job = owned(self.moves.jobs.get(job_id), owner_id)
        if job.status is not Status.FAILED:
            raise JobNotRetriedError(f"Only a failed job can be tried again: this one is {job.status}")
        if job.attempt >= MOST_ATTEMPTS:
            raise JobNotRetriedError(f"The job has failed {job.attempt} times: order it anew")
        cleared = {"error_code": "", "error_message": ""}
        fields: dict[str, Any] = {
            "attempt": job.attempt + 1,
            "counted_on": clock.day(),
            "reserved": max(0, job.reserved - job.cost),
            "execution_arn": "",
            "completed_at": "",
            "current_step": WAITING,
            **UNSENT,
        }
        counted = replace(job, counted_on=fields["counted_on"], reserved=fields["reserved"])
        change = open_within(
            counted,
            tier,
            lambda allowed: self.moves.move(job, Status.PENDING, cleared, allowance=allowed, **cleared, **fields),
        )
        if change.orphaned:
            raise JobNotFoundError
        if not change.made:
            raise JobNotRetriedError("The job has been taken up already")
        return replace(job, status=Status.PENDING, updated_at=clock.timestamp(), **cleared, **fields)


def unpack(request: bytes) -> Any:
    """The request of an order, as it was given."""
    return json.loads(gzip.decompress(request))


def _packed(request: Any) -> bytes:
    packed = gzip.compress(json.dumps(request, separators=(",", ":")).encode(), mtime=0)
    if len(packed) > LARGEST:
        raise InvalidInputError(f"The request has {len(packed)} bytes when compressed, and {LARGEST} are the most")
    return packed


def _new(owner: Author, order: Order) -> tuple[Job, Video]:
    video_id = new_id()
    now = clock.timestamp(made_at(video_id))
    job = Job(
        id=new_id(),
        owner_id=owner.id,
        video_id=video_id,
        kind=order.kind,
        title=order.title,
        counted_on=clock.day(),
        reserved=order.reserved,
        current_step=WAITING,
        open_state=OpenState.PENDING,
        touched_at=now,
        created_at=now,
        updated_at=now,
    )
    video = Video(
        id=video_id,
        owner_id=owner.id,
        author=owner,
        title=order.title,
        status=VideoStatus.QUEUED,
        visibility=Visibility.PRIVATE,
        job_id=job.id,
        current_step=WAITING,
        created_at=now,
        updated_at=now,
    )
    return job, video
