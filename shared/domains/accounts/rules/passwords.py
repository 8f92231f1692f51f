"""Rules of passwords: what one may be, and how it is hashed."""

import base64
import hashlib
import hmac
import re

from shared.domains.accounts.model import Edition
from shared.domains.accounts.rules.names import is_text

PASSWORD_LENGTHS = {Edition.WATCH: (8, 256), Edition.STUDIO: (12, 256)}
LONGEST_PASSWORD = 256
BCRYPT_COST = 12
HASH_VERSION = "v1"

NOBODYS_HASH = "v1$none$$2b$12$lyBNKv.icC2kkIE.5EouOepGhqnALyvRs2QzIaNKgo3m2ZvFwQ0OS"
"""A hash that no password has: an unknown login takes as long as a wrong password."""

_BCRYPT = re.compile(r"\$2b\$\d\d\$[./A-Za-z0-9]{53}")


def password_problems(password: str, edition: Edition) -> list[str]:
    """What a password lacks by the rule of the edition where it is set. It is taken exactly as sent, in any script."""
    shortest, longest = PASSWORD_LENGTHS[edition]
    demands = [
        (shortest <= len(password) <= longest, f"Use {shortest} to {longest} characters"),
        (any(character.isupper() for character in password), "Use at least one upper case letter"),
        (any(character.isdigit() for character in password), "Use at least one digit"),
        (is_text(password), "Use valid Unicode"),
    ]
    if edition is Edition.STUDIO:
        demands += [
            (any(character.islower() for character in password), "Use at least one lower case letter"),
            (any(not character.isalnum() for character in password), "Use at least one symbol"),
        ]
    return [problem for is_met, problem in demands if not is_met]


def pepper_id(pepper: str) -> str:
    """The name under which hashes refer to a pepper; it gives nothing of it away."""
    return hashlib.sha256(b"pepper-id:" + pepper.encode()).hexdigest()[:8]


def hash_password(password: str, peppers: list[str]) -> str:
    """`v1$<pepper id>$<bcrypt>`, with the first pepper."""
    import bcrypt

    hashed = bcrypt.hashpw(_peppered(password, peppers[0]), bcrypt.gensalt(BCRYPT_COST)).decode()
    return f"{HASH_VERSION}${pepper_id(peppers[0])}${hashed}"


def password_matches(password: str, stored: str, peppers: list[str]) -> bool:
    """Whether a password has this hash. Takes one bcrypt's time for any stored text, well-formed or not."""
    import bcrypt

    version, _, rest = stored.partition("$")
    named, _, hashed = rest.partition("$")
    pepper = next((pepper for pepper in peppers if pepper_id(pepper) == named), None)
    good = version == HASH_VERSION and pepper is not None and _BCRYPT.fullmatch(hashed) is not None
    against = hashed if good else NOBODYS_HASH.split("$", 2)[2]
    return bcrypt.checkpw(_peppered(password, pepper or peppers[0]), against.encode()) and good


def _peppered(password: str, pepper: str) -> bytes:
    """64 bytes without NUL for bcrypt, which stops at 72 and at NUL; keyed, so a leaked table alone is of no use."""
    digest = hmac.new(pepper.encode(), password.encode("utf-8", "surrogatepass"), hashlib.sha384).digest()
    return base64.b64encode(digest)
