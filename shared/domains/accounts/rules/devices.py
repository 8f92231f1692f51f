"""Devices that an account is entered from: what they are called, and which of them it knows.

A device is a kind of program and system in words of ours, and for what stays in its place a coarse network. Nobody can
say more of it without leaving something there. See decision 0031.
"""

import ipaddress
import re
from datetime import UTC, datetime

from shared.domains.accounts.model import Device, Devices

MOST = 20
"""Devices that an account knows; the one that was not seen for the longest time makes room."""
SEEN_DAYS = 30
"""A device is written down again when it was last so long ago, so that the ones in use stay."""

_PROGRAMS = (
    (r"Edg(A|iOS)?/", "Edge"),
    (r"OPR/|OPiOS/", "Opera"),
    (r"SamsungBrowser/", "Samsung Internet"),
    (r"Firefox/|FxiOS/", "Firefox"),
    (r"Chrome/|CriOS/", "Chrome"),
    (r"Version/.* Safari/", "Safari"),
    (r"CFNetwork/|okhttp/|Dalvik/|; wv\)", "an app"),
    (r"^curl/", "curl"),
    (r"^[Pp]ython|^aiohttp/", "a Python program"),
    (r"^Go-http-client/", "a Go program"),
    (r"^Java|^Apache-HttpClient/", "a Java program"),
    (r"^node|^axios/|^undici", "a JavaScript program"),
)
_SYSTEMS = (
    (r"iPhone", "an iPhone"),
    (r"iPad", "an iPad"),
    (r"Android|okhttp/|Dalvik/", "Android"),
    (r"Windows", "Windows"),
    (r"CFNetwork/", "a device of Apple"),
    (r"Macintosh|Mac OS X|Darwin", "macOS"),
    (r"\bCrOS\b", "ChromeOS"),
    (r"Linux|X11", "Linux"),
)
_ROAMING = {"an iPhone", "an iPad", "Android", "a device of Apple"}


def kind_of(agent: str) -> str:
    """What an agent says it is, for example "Chrome on Windows". Nothing that it wrote itself is in it."""
    program = _first(_PROGRAMS, agent) or "another program"
    system = _first(_SYSTEMS, agent)
    return f"{program} on {system}" if system else program


def near(address: str) -> str:
    """An address without its end, for people: 203.0.113.*, or 2001:db8:1:*; "" when it is none."""
    found = _parsed(address)
    if found is None:
        return ""
    if isinstance(found, ipaddress.IPv4Address):
        return ".".join([*str(found).split(".")[:3], "*"])
    return ":".join([*(f"{int(part, 16):x}" for part in found.exploded.split(":")[:3]), "*"])


def mark_of(device: Device) -> str:
    """What a device is known by: its kind, and the network that it is in where it is not one that people carry about.

    The network is as coarse as a provider's part of a country: connections at home get other addresses out of it.
    """
    if _first(_SYSTEMS, device.agent) in _ROAMING:
        return kind_of(device.agent)
    found = _parsed(device.address)
    if found is None:
        return kind_of(device.agent)
    coarse = ipaddress.ip_network((found, 16 if found.version == 4 else 32), strict=False)
    return f"{kind_of(device.agent)} in {coarse}"


def is_new(known: Devices | None, device: Device) -> bool:
    """Whether an account was not entered from a device; not when nobody noted from which ones it was."""
    return known is not None and mark_of(device) not in known


def noted(known: Devices | None, device: Device, now: float) -> Devices | None:
    """What an account knows with a device, the last seen at last; None when there is nothing to note."""
    mark, day = mark_of(device), datetime.fromtimestamp(now, UTC).date()
    seen = (known or {}).get(mark, "")
    if seen and (day - day.fromisoformat(seen)).days < SEEN_DAYS:
        return None
    others = [(name, at) for name, at in (known or {}).items() if name != mark]
    return dict([*others[-(MOST - 1) :], (mark, day.isoformat())])


def _first(kinds: tuple[tuple[str, str], ...], agent: str) -> str:
    return next((name for pattern, name in kinds if re.search(pattern, agent)), "")


def _parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """An address as requests tell it: of an IPv6 one its /64."""
    try:
        return ipaddress.ip_address(address.partition("/")[0])
    except ValueError:
        return None
