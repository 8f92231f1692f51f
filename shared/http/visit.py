"""What becomes known of a request on its way through the guards."""

from dataclasses import dataclass, field

from shared.base.limiter import Standing
from shared.http.caller import Caller


@dataclass
class Visit:
    """One request.

    headers        for whatever answer the request gets
    caller         who sent it, once that is known
    standings      where the buckets stand that it paid from
    uncounted      the limits that hold for all callers could not be counted
    first_in_hour  it is the user's first in this hour of the clock
    """

    headers: dict[str, str] = field(default_factory=dict)
    caller: Caller = field(default_factory=Caller)
    standings: list[Standing] = field(default_factory=list)
    uncounted: bool = False
    first_in_hour: bool = False

    @property
    def tier(self) -> str:
        """The subscription tier that the request counts for."""
        if self.caller.user_id:
            return self.caller.tier
        return "service" if self.caller.service else "anonymous"
