"""What can go wrong with jobs."""

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
