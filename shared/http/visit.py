"""What becomes known of a request on its way through the guards."""

from dataclasses import dataclass, field

from shared.http.caller import Caller


@dataclass
class Visit:
    """One request.

    headers        for whatever answer the request gets
    caller         who sent it, once that is known
    first_in_hour  it is the user's first in this hour of the clock
    """

    headers: dict[str, str] = field(default_factory=dict)
    caller: Caller = field(default_factory=Caller)
    first_in_hour: bool = False

    @property
    def tier(self) -> str:
        """The subscription tier that the request counts for."""
        if self.caller.user_id:
            return self.caller.tier
        return "service" if self.caller.service else "anonymous"
