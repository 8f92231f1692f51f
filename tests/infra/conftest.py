"""What the commands for real stages are tested on."""

from tests.infra.stubbed import session

__all__ = ["session"]
