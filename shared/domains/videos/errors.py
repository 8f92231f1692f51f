"""What can go wrong with videos."""

from shared.base.errors import ConflictError, InvalidInputError, NotFoundError


class VideoNotFoundError(NotFoundError):
    """There is no such video, or the caller may not know of it."""

    def __init__(self) -> None:
        """One message for both."""
        super().__init__("There is no such video")


class UploadClosedError(ConflictError):
    """The upload is over: it has arrived, was cancelled, or has expired."""


class IncompleteUploadError(ConflictError):
    """The parts that have arrived are not the file that was announced."""

    def __init__(self, arrived: int, announced: int) -> None:
        """Both in bytes."""
        super().__init__(
            f"The parts hold {arrived} bytes, and {announced} were announced as file_size",
            details=[{"field": "parts", "code": "INVALID_FORMAT", "uploaded_size": arrived, "file_size": announced}],
        )


class UnknownPartsError(InvalidInputError):
    """Parts that S3 does not hold, or holds with another ETag."""

    def __init__(self, numbers: list[int]) -> None:
        """`numbers`: the parts in question."""
        named = ", ".join(map(str, numbers))
        super().__init__(
            "Validation failed", field_errors={"parts": [f"These parts have not arrived as named: {named}"]}
        )


class EditConflictError(ConflictError):
    """The video changed while it was being edited."""

    def __init__(self) -> None:
        """Trying again helps."""
        super().__init__("The video changed in the meantime: read it again and repeat the edit")


class MediaMovingError(ConflictError):
    """The video's files are being moved; it will be over in minutes."""

    def __init__(self) -> None:
        """Trying again later helps."""
        super().__init__("The video's files are being moved: try again in a minute")
