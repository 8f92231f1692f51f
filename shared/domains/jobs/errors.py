"""What can go wrong with jobs."""

import math

from shared.base import clock
from shared.base.errors import BadRequestError, ConflictError, NotFoundError, QuotaExceededError


class JobNotFoundError(NotFoundError):
    """There is no such job, or it is somebody else's."""

    def __init__(self) -> None:
        """One message for both."""
        super().__init__("There is no such job")


class BadJobIdError(BadRequestError):
    """What was sent has not the form of an id."""

    def __init__(self) -> None:
        """Nothing was looked up."""
        super().__init__("Invalid job ID format")


class JobOverError(ConflictError):
    """The job has ended, so that there is nothing to cancel."""

    def __init__(self, status: str) -> None:
        """`status`: how it ended."""
        super().__init__(f"The job is over: it has {'failed' if status == 'failed' else f'been {status}'}")


class JobNotDoneError(ConflictError):
    """The job has made nothing that could be downloaded, or not yet."""

    def __init__(self, status: str) -> None:
        """`status`: where it stands."""
        super().__init__(f"There is nothing to download: the job is {status}")


class NothingToDownloadError(ConflictError):
    """The video has no file of ours, or not yet."""

    def __init__(self) -> None:
        """Trying again may help."""
        super().__init__("There is nothing to download: the video is not completed, or its files are elsewhere")


class ReportLateError(ConflictError):
    """A report about work that is settled: by another report, or because the job has ended."""

    def __init__(self) -> None:
        """Nothing was changed."""
        super().__init__("This render is settled: nobody waits for a report about it")


class JobNotRetriedError(ConflictError):
    """The job cannot be taken up again."""


class SourcesChangedError(ConflictError):
    """A source is not what it was taken for: no video of the owner's, or one that was just deleted."""

    def __init__(self) -> None:
        """Nothing was ordered."""
        super().__init__("A source has changed at this moment: send the request again")


class TooManyJobsError(QuotaExceededError):
    """The caller has as many open jobs as they may."""

    def __init__(self, most: int) -> None:
        """`most` of their tier."""
        super().__init__(f"You have {most} jobs that have not ended: wait for one, or cancel one")


class DailyVideosError(QuotaExceededError):
    """The caller has had as many videos made today as they may."""

    def __init__(self, most: int, more_at: float) -> None:
        """`most` of their tier; `more_at`: epoch seconds of the next day's beginning."""
        message = f"You have had {most} videos made today, which is daily_video_limit: there are more from"
        super().__init__(f"{message} {clock.timestamp(more_at)}", _seconds_until(more_at))


class BudgetError(QuotaExceededError):
    """The caller's budget for the month does not reach for this work."""

    def __init__(self, *, cost: float, left: float, budget: float, more_at: float) -> None:
        """US dollars: what the work is expected to cost, what is left, what a month has; epoch seconds of the next."""
        fits = cost <= budget
        message = f"This is expected to cost {cost:.6f} US dollars, and {left:.6f} of monthly_budget are left:"
        super().__init__(
            f"{message} raise it{f', or wait until {clock.timestamp(more_at)}' if fits else ''}",
            _seconds_until(more_at) if fits else None,
        )


def _seconds_until(moment: float) -> int:
    return max(1, math.ceil(moment - clock.now()))
