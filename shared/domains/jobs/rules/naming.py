"""Names of files as browsers save them (RFC 6266), and what a title leaves of them."""

import re
import unicodedata
from urllib.parse import quote

LONGEST = 100
_UNFIT = re.compile(r'[\\/:*?"<>|%;]+')


def file_name(title: str, extension: str) -> str:
    """A file's name from a title: nothing that a system would take for a path, a pattern or a control character."""
    shown = "".join(" " if unicodedata.category(character)[0] == "C" else character for character in title)
    stem = " ".join(_UNFIT.sub(" ", shown).split()).strip(". ")[:LONGEST].strip()
    return f"{stem or 'video'}.{extension}"


def disposition(name: str, kind: str = "attachment") -> str:
    """The header Content-Disposition that makes a browser save under a name, whatever its letters."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
