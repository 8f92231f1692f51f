"""Takes a request out of the buckets that apply to it, and says in headers what is left."""

import contextlib
import math

from shared.base import clock
from shared.base.errors import RateLimitedError, UnavailableError
from shared.base.leases import Leases
from shared.base.limiter import ADDRESS_BURST, Admission, LimiterDownError, Standing, pay
from shared.contract.declare import Endpoint
from shared.contract.limits import MINUTE, Limit, Subject
from shared.contract.permissions import Identity
from shared.http.caller import Caller
from shared.http.visit import Visit

_leases = Leases()


def charge(endpoint: Endpoint, visit: Visit) -> None:
    """Let a request pay before any work: in general, then from the endpoint's buckets of its address.

    429 from an empty bucket, and the buckets after it are left alone; 503 when a bucket of the endpoint's own cannot be
    counted. The general ones are scarce for nobody, so they come first.
    """
    try:
        _settle(visit, _general(endpoint, visit))
    except LimiterDownError:
        visit.uncounted = True
    _charge_exactly(endpoint, visit, Subject.ADDRESS)


def charge_run(endpoint: Endpoint, visit: Visit) -> None:
    """Let a request pay from the endpoint's buckets of its user, once it is known to be valid and not a repeat."""
    _charge_exactly(endpoint, visit, Subject.USER)


def charge_stranger(endpoint: Endpoint, visit: Visit, address: str) -> None:
    """Let a request whose proof is no good pay as an anonymous one of its address."""
    if not endpoint.general:
        return
    with contextlib.suppress(LimiterDownError):
        _settle(visit, _leases.admit_address(address).standings)


def _charge_exactly(endpoint: Endpoint, visit: Visit, subject: Subject) -> None:
    for limit in endpoint.limits:
        if limit.subject is not subject:
            continue
        try:
            if visit.uncounted:  # the table failed a moment ago: asking again would only take time
                raise LimiterDownError
            _settle(visit, (_pay(limit, visit.caller),))
        except LimiterDownError as error:
            raise UnavailableError("Requests cannot be counted at the moment, and this one must be") from error


def _settle(visit: Visit, standings: tuple[Standing, ...]) -> None:
    visit.standings += standings
    if visit.standings:
        visit.headers.update(headers_of(visit.standings))
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
    if not endpoint.general or endpoint.caller.identity is Identity.SIGNATURE:
        return ()
    if not caller.known and any(_is_tighter(limit) for limit in endpoint.limits):
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
