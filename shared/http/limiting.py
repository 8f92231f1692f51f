"""Takes a request out of the buckets that apply to it, and says in headers what is left."""

import math

from shared.base import clock
from shared.base.errors import RateLimitedError, UnavailableError
from shared.base.limiter import ADDRESS_BURST, Admission, Leases, LimiterDownError, Standing, pay
from shared.contract.declare import Endpoint
from shared.contract.limits import MINUTE, Limit, Subject
from shared.http.caller import Caller
from shared.http.visit import Visit

_leases = Leases()


def charge(endpoint: Endpoint, visit: Visit) -> None:
    """Let the request pay: 429 from an empty bucket; 503 when an endpoint with limits of its own cannot be counted."""
    standings: list[Standing] = []
    try:
        for limit in endpoint.limits:
            standings.append(_pay(limit, visit.caller))
            if not standings[-1].allowed:
                break
        else:
            standings += _general(endpoint, visit)
    except LimiterDownError as error:
        if endpoint.limits:
            raise UnavailableError("Requests cannot be counted at the moment, and this one must be") from error
    if standings:
        visit.headers.update(headers_of(standings))
    refused = [standing for standing in standings if not standing.allowed]
    if refused:
        seconds = max(_seconds_until(standing.resets_at) for standing in refused)
        raise RateLimitedError(f"Too many requests: try again in {seconds} s", seconds)


def _pay(limit: Limit, caller: Caller) -> Standing:
    if limit.subject is Subject.USER and caller.known:
        return pay(limit, caller.subject, caller.tier)
    return pay(limit, f"address:{caller.address}")


def _general(endpoint: Endpoint, visit: Visit) -> tuple[Standing, ...]:
    caller = visit.caller
    if not endpoint.general or (not caller.known and any(_is_tighter(limit) for limit in endpoint.limits)):
        return ()
    found: Admission = (
        _leases.admit_user(caller.subject, caller.tier) if caller.known else _leases.admit_address(caller.address)
    )
    visit.first_in_hour = found.first_in_hour and bool(caller.user_id)
    return found.standings


def _is_tighter(limit: Limit) -> bool:
    """Whether an exact bucket leaves an address so little that the general one could not refuse it any more."""
    return limit.subject is Subject.ADDRESS and limit.amount <= ADDRESS_BURST and limit.seconds >= MINUTE


def _seconds_until(moment: float) -> int:
    return max(1, math.ceil(moment - clock.now()))


def headers_of(standings: list[Standing]) -> dict[str, str]:
    """The fields of draft-ietf-httpapi-ratelimit-headers, and the customary three of the bucket that is tightest.

    `t` and Retry-After count seconds from now, X-RateLimit-Reset is in epoch seconds.
    """
    tightest = min(standings, key=lambda one: (one.allowed, one.remaining / one.quota))
    return {
        "ratelimit-policy": ", ".join(f'"{one.name}";q={one.quota};w={one.window}' for one in standings),
        "ratelimit": ", ".join(
            f'"{one.name}";r={max(0, one.remaining)};t={max(0, math.ceil(one.resets_at - clock.now()))}'
            for one in standings
        ),
        "x-ratelimit-limit": str(tightest.quota),
        "x-ratelimit-remaining": str(max(0, tightest.remaining)),
        "x-ratelimit-reset": str(math.ceil(tightest.resets_at)),
    }


def forget() -> None:
    """Give up all leases (tests)."""
    _leases.forget()
