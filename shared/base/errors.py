"""Errors that carry what a caller gets to see: status, code, message. Domains derive their own from these."""

from typing import Any


class AppError(Exception):
    """An error with an answer for the caller.

    status        HTTP status
    code          the code of the Watch edition
    studio_code   the code of the Studio edition, where it differs
    studio_status the status of the Studio edition, where it differs
    """

    status = 500
    code = "SERVER_ERROR"
    studio_code = "INTERNAL_ERROR"
    studio_status: int | None = None

    def __init__(
        self,
        message: str,
        *,
        details: list[Any] | None = None,
        field_errors: dict[str, list[str]] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        """`message` is shown to the caller: a sentence that says what to do."""
        super().__init__(message)
        self.message = message
        self.details = details or []
        self.field_errors = field_errors or {}
        self.headers = headers or {}


class BadRequestError(AppError):
    """What was sent cannot be read at all."""

    status, code, studio_code = 400, "BAD_REQUEST", "BAD_REQUEST"


class InvalidCursorError(BadRequestError):
    """A cursor that is not ours, or belongs to another list."""

    code, studio_code = "INVALID_CURSOR", "INVALID_CURSOR"


class InvalidPageError(BadRequestError):
    """A page so deep that only a cursor leads there."""

    code, studio_code = "INVALID_PAGE", "INVALID_PAGE"


class InvalidInputError(AppError):
    """What was sent can be read and breaks a rule."""

    status, code, studio_code, studio_status = 422, "VALIDATION_ERROR", "VALIDATION_ERROR", 400

    @classmethod
    def of(cls, field: str, problem: str) -> "InvalidInputError":
        """The error for one field."""
        return cls("Validation failed", field_errors={field: [problem]})


class UnauthorizedError(AppError):
    """Nobody is known to be calling, or their proof is not good."""

    status, code, studio_code = 401, "UNAUTHORIZED", "AUTH_REQUIRED"


class InvalidTokenError(UnauthorizedError):
    """A token that is malformed, expired, or not ours."""

    studio_code = "INVALID_TOKEN"


class StepUpError(UnauthorizedError):
    """The caller is known, but proved long ago who they are: this asks for a new login."""

    def __init__(self) -> None:
        """One message for all."""
        message = "Log in again to do this: it asks for a login of the last hour"
        super().__init__(message, details=[{"code": "STEP_UP_REQUIRED", "message": message}])


class InvalidCredentialsError(UnauthorizedError):
    """A login or a password that is wrong; which of the two is not told."""

    studio_code = "INVALID_CREDENTIALS"


class BadSignatureError(UnauthorizedError):
    """A report whose signature, time or id does not hold."""


class ForbiddenError(AppError):
    """The caller is known and may not do this."""

    status, code, studio_code = 403, "FORBIDDEN", "INSUFFICIENT_PERMISSIONS"


class NotFoundError(AppError):
    """It does not exist, or it is somebody else's, which must look the same."""

    status, code, studio_code = 404, "NOT_FOUND", "NOT_FOUND"


class MethodNotAllowedError(AppError):
    """The path exists with other methods."""

    status, code, studio_code = 405, "METHOD_NOT_ALLOWED", "METHOD_NOT_ALLOWED"


class ConflictError(AppError):
    """The state of things does not allow it."""

    status, code, studio_code = 409, "CONFLICT", "CONFLICT"


class PayloadTooLargeError(AppError):
    """The body is larger than an endpoint reads."""

    status, code, studio_code = 413, "PAYLOAD_TOO_LARGE", "PAYLOAD_TOO_LARGE"


class IdempotencyMismatchError(AppError):
    """The key was used before with another body."""

    status, code, studio_code = 422, "IDEMPOTENCY_MISMATCH", "IDEMPOTENCY_MISMATCH"


class RateLimitedError(AppError):
    """More requests than a bucket allows; `retry_after` is in seconds."""

    status, code, studio_code = 429, "RATE_LIMITED", "RATE_LIMIT_EXCEEDED"

    def __init__(self, message: str, retry_after: int, headers: dict[str, str] | None = None) -> None:
        """`retry_after`: whole seconds until a request may succeed."""
        super().__init__(message, headers={**(headers or {}), "Retry-After": str(retry_after)})
        self.retry_after = retry_after


class QuotaExceededError(AppError):
    """The caller has as much of something as they may have."""

    status, code, studio_code = 429, "QUOTA_EXCEEDED", "QUOTA_EXCEEDED"

    def __init__(self, message: str, retry_after: int | None = None) -> None:
        """`retry_after`: whole seconds until there is more by itself; None when that depends on the caller."""
        super().__init__(message, headers={"Retry-After": str(retry_after)} if retry_after else None)
        self.retry_after = retry_after


class UnavailableError(AppError):
    """Something that we depend on does not answer; trying again later makes sense."""

    status, code, studio_code = 503, "SERVICE_UNAVAILABLE", "SERVICE_UNAVAILABLE"

    def __init__(self, message: str, retry_after: int = 5) -> None:
        """`retry_after`: whole seconds until it is worth another try."""
        super().__init__(message, headers={"Retry-After": str(retry_after)})
        self.retry_after = retry_after
