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
    ENCODER_UNAVAILABLE = "ENCODER_UNAVAILABLE"


ENGINE_FAULTS = frozenset(
    {
        MediaErrorCode.ENCODER_FAILED,
        MediaErrorCode.ENCODER_TIMEOUT,
        MediaErrorCode.ENCODER_STALLED,
        MediaErrorCode.OUTPUT_MISMATCH,
        MediaErrorCode.ENCODER_UNAVAILABLE,
    }
)


SENTENCES = {
    MediaErrorCode.EMPTY_FILE: "The file is empty.",
    MediaErrorCode.UNSUPPORTED_MEDIA: "The file is not a video that can be read.",
    MediaErrorCode.TRUNCATED_MEDIA: "The file is incomplete.",
    MediaErrorCode.NO_VIDEO_STREAM: "The file holds no video.",
    MediaErrorCode.CODEC_NOT_ALLOWED: "The file uses a codec that is not supported.",
    MediaErrorCode.TOO_MANY_PIXELS: "The picture is too large.",
    MediaErrorCode.TOO_LONG: "The video is too long.",
    MediaErrorCode.INVALID_MEDIA: "The file is damaged and cannot be decoded.",
    MediaErrorCode.ENCODER_FAILED: "The encoder failed.",
    MediaErrorCode.ENCODER_TIMEOUT: "The encoder was ended by a limit or by the machine.",
    MediaErrorCode.ENCODER_STALLED: "The encoder stood still.",
    MediaErrorCode.OUTPUT_MISMATCH: "The encoder's output is not what was ordered.",
    MediaErrorCode.ENCODER_UNAVAILABLE: "The machine has not the encoder that was planned with.",
}
"""What the video's owner is told where nothing more is known."""


class MediaError(Exception):
    """A source that cannot be processed, or an encoder that failed."""

    def __init__(self, code: MediaErrorCode | str, message: str = "", detail: str = "") -> None:
        """`message` is a sentence for the video's owner, `detail` a program's own words, which are for logs alone."""
        self.code = MediaErrorCode(code)
        self.message = message or SENTENCES[self.code]
        self.detail = detail
        super().__init__(f"{self.code}: {self.message}")

    @property
    def is_source_fault(self) -> bool:
        """True when another try with the same source must end the same way."""
        return self.code not in ENGINE_FAULTS
