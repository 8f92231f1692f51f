"""What can go wrong for those who run the stage."""

from shared.base.errors import UnavailableError


class NoAnswerError(Exception):
    """Something that we depend on does not answer; `kind` is the name of the error that it, or the network, gave."""

    def __init__(self, kind: str) -> None:
        """`kind` tells nothing of hosts or versions."""
        super().__init__(kind)
        self.kind = kind


class MetricsUnavailableError(UnavailableError):
    """CloudWatch or the table of counters does not answer."""


class MaintenanceError(UnavailableError):
    """The stage is maintained, and this is closed meanwhile to all but administrators."""

    code = studio_code = "MAINTENANCE_MODE"
