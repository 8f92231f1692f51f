"""Names of files as browsers save them (RFC 6266), and what a title leaves of them."""

import re
import unicodedata
from urllib.parse import quote

LONGEST = 100
UNNAMED = "video"
_UNFIT = re.compile(r'[\\/:*?"<>|%;]+')


def file_name(title: str, extension: str) -> str:
    """A file's name from a title: nothing that a system would take for a path, a pattern or a control character."""
    return f"{_fit(unicodedata.normalize('NFKC', title))}.{extension}"


def disposition(name: str, kind: str = "attachment") -> str:
    """The header Content-Disposition that makes a browser save under a file's name, whatever its letters."""
    stem, _, extension = name.rpartition(".")
    plain = _fit(unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode())
    return f"{kind}; filename=\"{plain}.{extension}\"; filename*=UTF-8''{quote(name, safe='')}"


def _fit(stem: str) -> str:
    """The stem of a name without what is unfit for one; another one when nothing is left."""
    shown = "".join(" " if unicodedata.category(character)[0] == "C" else character for character in stem)
    return " ".join(_UNFIT.sub(" ", shown).split()).strip(". ")[:LONGEST].strip() or UNNAMED
