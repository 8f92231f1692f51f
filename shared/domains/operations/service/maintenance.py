"""Whether the stage is maintained. Every request asks, so what was read serves for 10 s."""

import contextlib
import math
from dataclasses import dataclass, field

from shared.base import audit, clock
from shared.base.audit import Action
from shared.contract.limits import HOUR, MINUTE
from shared.domains.operations.errors import MaintenanceError, NoAnswerError
from shared.domains.operations.model import Maintenance
from shared.domains.operations.store.maintenance import MaintenanceStore

READ_SECONDS = 10
RETRY_LEAST, RETRY_MOST = MINUTE, HOUR
USUAL_WORDS = "This service is being maintained: try again later"


@dataclass
class _Kept:
    """What this process read last, and when it tried last."""

    state: Maintenance = field(default_factory=Maintenance)
    read_at: float = -math.inf


_kept = _Kept()


def forget() -> None:
    """Know nothing (tests)."""
    _kept.__dict__.update(_Kept().__dict__)


class MaintenanceService:
    """The maintenance of the stage."""

    def __init__(self, store: MaintenanceStore) -> None:
        """Use `open()`."""
        self._store = store

    @classmethod
    def open(cls) -> "MaintenanceService":
        """The stage's."""
        return cls(MaintenanceStore())

    def refuse(self) -> None:
        """MaintenanceError while the stage is maintained, as of 10 s ago; as last known while that cannot be read."""
        now = clock.now()
        if now - _kept.read_at >= READ_SECONDS:
            _kept.read_at = now
            with contextlib.suppress(NoAnswerError):  # it is logged, and asked again in 10 s
                _kept.state = self._store.read()
        if _kept.state.enabled:
            raise MaintenanceError(_kept.state.message or USUAL_WORDS, _retry_after(_kept.state, now))

    def set(self, *, enabled: bool, message: str, estimated_time: int | None) -> Maintenance:
        """Begin or end a maintenance, or tell it anew, with its entry in the audit trail; 10 s later all know it.

        estimated_time  minutes
        """
        state = Maintenance(enabled, message, estimated_time, clock.now())
        told = {"enabled": str(enabled).lower(), "message": message}
        if estimated_time is not None:
            told["estimated_time"] = str(estimated_time)
        self._store.write(state, audit.entry(Action.MAINTENANCE_CHANGED, "stage", **told))
        _kept.state, _kept.read_at = state, clock.now()
        return state


def _retry_after(state: Maintenance, now: float) -> int:
    """Whole seconds until the estimated end, between a minute and an hour."""
    left = 0 if state.estimated_time is None else state.since + MINUTE * state.estimated_time - now
    return min(RETRY_MOST, max(RETRY_LEAST, math.ceil(left)))
