"""Rules of names: what a username, an e-mail address and a display name may be, and which of them are the same."""

import re
import unicodedata

USERNAME_PATTERN = "^[a-zA-Z0-9_]{3,30}$"
DISPLAY_NAME_LENGTH = 50
EMAIL_LENGTH = 254

_USERNAME = re.compile(r"[a-zA-Z0-9_]{3,30}")
_LOCAL_PART = re.compile(r"[^\s@\"(),:;<>\[\]\\\x00-\x1f\x7f]{1,64}")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


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


def username_problems(username: str) -> list[str]:
    return [] if _USERNAME.fullmatch(username) else ["Use 3 to 30 letters, digits and underscores"]


def email_problems(email: str) -> list[str]:
    try:
        normalise_email(email)
    except ValueError:
        return ["Invalid email format"]
    return []


def display_name_problems(name: str | None) -> list[str]:
    if name is None or (0 < len(name.strip()) <= DISPLAY_NAME_LENGTH and is_text(name)):
        return []
    return [f"Use 1 to {DISPLAY_NAME_LENGTH} characters, not just spaces"]


def is_text(value: str) -> bool:
    """Whether UTF-8 can hold it: half of a surrogate pair is no character."""
    return not any("\ud800" <= character <= "\udfff" for character in value)


def username_key(username: str) -> str:
    """The key under which a username is unique."""
    return f"username#{normalise_username(username)}"


def email_key(email: str) -> str:
    """The key under which an address is unique."""
    return f"email#{normalise_email(email)}"


def login_key(login: str) -> str:
    """The key that a login names; one that cannot be an address names a key that cannot exist, and costs the same."""
    if "@" not in login:
        return username_key(login)
    try:
        return email_key(login)
    except ValueError:
        return f"email#{login}"


def made_username(email: str, number: int) -> str:
    """A username for who chose none: the address's local part, as far as it may be one, and four digits."""
    local = re.sub(r"[^a-zA-Z0-9_]+", "_", email.partition("@")[0]).strip("_")
    return f"{local[:24] or 'user'}_{number:04}"
