"""What can go wrong for those who run the stage."""

from shared.base.errors import UnavailableError


class MetricsUnavailableError(UnavailableError):
    """CloudWatch or the table of counters does not answer."""
