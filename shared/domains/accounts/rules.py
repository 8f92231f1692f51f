"""Rules of accounts: what a username, an address and a password may be, and how passwords are hashed."""

import base64
import hashlib
import hmac
import re
import unicodedata

from shared.domains.accounts.errors import InvalidRegistrationError
from shared.domains.accounts.model import Registration

USERNAME_PATTERN = "^[a-zA-Z0-9_]{3,30}$"
DISPLAY_NAME_LENGTH = 50
EMAIL_LENGTH = 254
PASSWORD_LENGTHS = (8, 256)
BCRYPT_COST = 12
HASH_VERSION = "v1"

NOBODYS_HASH = "v1$none$$2b$12$lyBNKv.icC2kkIE.5EouOepGhqnALyvRs2QzIaNKgo3m2ZvFwQ0OS"
"""A hash that no password has: an unknown login takes as long as a wrong password."""

_USERNAME = re.compile(r"[a-zA-Z0-9_]{3,30}")
_LOCAL_PART = re.compile(r"[^\s@\"(),:;<>\[\]\\\x00-\x1f\x7f]{1,64}")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_BCRYPT = re.compile(r"\$2b\$\d\d\$[./A-Za-z0-9]{53}")


# ------------------------------------------------------------------------------------------------------------ names


def normalise_username(username: str) -> str:
    """The form in which usernames are unique: letter case does not tell two apart."""
    return username.lower()


def normalise_email(email: str) -> str:
    """The form in which addresses are unique: lower case, NFC, the domain as its ASCII (IDNA) form.

    Tags (name+tag@) stay: they are other addresses. Raises ValueError for what is not an address.
    """
    local, at, domain = unicodedata.normalize("NFC", email.strip()).rpartition("@")
    if not at or not _LOCAL_PART.fullmatch(local) or ".." in local or local.startswith(".") or local.endswith("."):
        raise ValueError("local part")
    ascii_domain = domain.lower() if domain.isascii() else domain.lower().encode("idna").decode()
    labels = ascii_domain.split(".")
    if len(labels) < 2 or labels[-1].isdigit() or not all(_LABEL.fullmatch(label) for label in labels):
        raise ValueError("domain")
    whole = f"{unicodedata.normalize('NFC', local.lower())}@{ascii_domain}"
    if len(whole.encode()) > EMAIL_LENGTH:
        raise ValueError("too long")
    return whole


# ----------------------------------------------------------------------------------------------------- registration


def check_registration(wish: Registration) -> None:
    """Raise InvalidRegistrationError that names every field in the wrong, with all its problems."""
    found = {
        "username": _username_problems(wish.username),
        "email": _email_problems(wish.email),
        "password": password_problems(wish.password),
        "display_name": _display_name_problems(wish.display_name),
    }
    problems = {field: messages for field, messages in found.items() if messages}
    if problems:
        raise InvalidRegistrationError(problems)


def _username_problems(username: str) -> list[str]:
    return [] if _USERNAME.fullmatch(username) else ["Use 3 to 30 letters, digits and underscores"]


def _email_problems(email: str) -> list[str]:
    try:
        normalise_email(email)
    except ValueError:
        return ["Invalid email format"]
    return []


def _display_name_problems(name: str | None) -> list[str]:
    if name is None or (0 < len(name.strip()) <= DISPLAY_NAME_LENGTH and _is_text(name)):
        return []
    return [f"Use 1 to {DISPLAY_NAME_LENGTH} characters, not just spaces"]


def password_problems(password: str) -> list[str]:
    """What a password lacks by the rule of the Watch edition. It is taken exactly as sent, in any script."""
    shortest, longest = PASSWORD_LENGTHS
    problems = []
    if not shortest <= len(password) <= longest:
        problems.append(f"Use {shortest} to {longest} characters")
    if not any(character.isupper() for character in password):
        problems.append("Use at least one upper case letter")
    if not any(character.isdigit() for character in password):
        problems.append("Use at least one digit")
    if not _is_text(password):
        problems.append("Use valid Unicode")
    return problems


def _is_text(value: str) -> bool:
    """Whether UTF-8 can hold it: half of a surrogate pair is no character."""
    return not any("\ud800" <= character <= "\udfff" for character in value)


# -------------------------------------------------------------------------------------------------------- passwords


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


def refresh_hash(jti: str) -> str:
    """What is stored of a refresh token."""
    return hashlib.sha256(jti.encode()).hexdigest()


DEFAULT_AVATAR = "/public/avatar.svg"
DEFAULT_AVATAR_PICTURE = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96" width="96" height="96">'
    b'<rect width="96" height="96" fill="#d5dae1"/><circle cx="48" cy="38" r="17" fill="#8b95a3"/>'
    b'<path d="M14 96c0-22 15-34 34-34s34 12 34 34z" fill="#8b95a3"/></svg>'
)


def avatar_path(user_id: str, picture_id: str) -> str:
    """Where a user's picture lies, from the beginning of media addresses: pictures of people are public."""
    return f"/public/avatars/{user_id}/{picture_id}.jpg"


def avatar_address(picture: str, base: str) -> str:
    """Where anybody can fetch a user's picture: "" has the one of those who have chosen none.

    picture  a path from the beginning of media addresses, or a whole address elsewhere
    base     the media server's address
    """
    shown = picture or DEFAULT_AVATAR
    return base.rstrip("/") + shown if shown.startswith("/") else shown


def avatar_picture(address: str, base: str) -> str:
    """The picture that has this address: what is kept of it, since the media server may move."""
    picture = address.removeprefix(base.rstrip("/"))
    return "" if picture == DEFAULT_AVATAR else picture
