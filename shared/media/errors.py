"""What can go wrong with a source, and with the encoder itself."""

from enum import StrEnum


class MediaErrorCode(StrEnum):
    """Codes that a video's row carries; the first group is the source's fault, the second the engine's."""

    EMPTY_FILE = "EMPTY_FILE"
    UNSUPPORTED_MEDIA = "UNSUPPORTED_MEDIA"
    TRUNCATED_MEDIA = "TRUNCATED_MEDIA"
    NO_VIDEO_STREAM = "NO_VIDEO_STREAM"
    CODEC_NOT_ALLOWED = "CODEC_NOT_ALLOWED"
    TOO_MANY_PIXELS = "TOO_MANY_PIXELS"
    TOO_LONG = "TOO_LONG"
    INVALID_MEDIA = "INVALID_MEDIA"

    ENCODER_FAILED = "ENCODER_FAILED"
    ENCODER_TIMEOUT = "ENCODER_TIMEOUT"
    ENCODER_STALLED = "ENCODER_STALLED"
    OUTPUT_MISMATCH = "OUTPUT_MISMATCH"


ENGINE_FAULTS = frozenset(
    {
        MediaErrorCode.ENCODER_FAILED,
        MediaErrorCode.ENCODER_TIMEOUT,
        MediaErrorCode.ENCODER_STALLED,
        MediaErrorCode.OUTPUT_MISMATCH,
    }
)


class MediaError(Exception):
    """A source that cannot be processed, or an encoder that failed."""

    def __init__(self, code: MediaErrorCode | str, message: str) -> None:
        """`message` is a sentence for the video's owner."""
        super().__init__(f"{code}: {message}")
        self.code = MediaErrorCode(code)
        self.message = message

    @property
    def is_source_fault(self) -> bool:
        """True when another try with the same source must end the same way."""
        return self.code not in ENGINE_FAULTS
