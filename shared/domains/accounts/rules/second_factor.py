"""Rules of the second factor: codes of authenticator apps (RFC 6238: SHA-1, 6 digits, 30 s) and recovery codes."""

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Any

from shared.base.sealing import Place

PURPOSE = "mfa"
ISSUER = "Showreel"
STEP_SECONDS = 30
DRIFT = 1
"""Steps that a clock may be ahead or behind."""
RECOVERY_CODES = 10
RECOVERY_BYTES = 10
CODE_LENGTH = 32

_APP_CODE = re.compile(r"[0-9]{6}")
_RECOVERY_CODE = re.compile(r"[a-z2-7]{16}")


@dataclass(frozen=True)
class Proof:
    """A code that fits, as far as that can be told without the row of its user, which must still allow it.

    change, condition  of that row, with the names in `values`
    """

    change: str
    condition: str
    values: dict[str, Any]
    condition_values: dict[str, Any]


def place(user_id: str) -> Place:
    """What the secret of a user is sealed to."""
    return Place(PURPOSE, "users", user_id, "mfa_secret")


def new_secret() -> str:
    """160 bits in base32, as apps take them."""
    import pyotp

    return pyotp.random_base32()


def address_for_apps(secret: str, username: str) -> str:
    """What an app reads from a QR code."""
    import pyotp

    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=ISSUER)


def new_recovery_codes() -> list[str]:
    """Codes of 80 bits in groups of four, each good once when the app is lost."""
    made = (base64.b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode().lower() for _ in range(RECOVERY_CODES))
    return ["-".join(code[start : start + 4] for start in range(0, len(code), 4)) for code in made]


def normalised(code: str) -> str:
    """A code as it is compared: blanks, hyphens and letter case do not matter."""
    return re.sub(r"[\s-]", "", code).lower()


def recovery_hash(code: str, user_id: str) -> str:
    """What is kept of a recovery code; another one for each user."""
    return hashlib.sha256(f"recovery:{user_id}:{normalised(code)}".encode()).hexdigest()


def matching_step(secret: str, code: str, now: float) -> int | None:
    """The step of time that a code belongs to, None when it fits none near now. All are compared, in constant time."""
    import pyotp

    sent = normalised(code)
    if not _APP_CODE.fullmatch(sent):
        return None
    app, current = pyotp.TOTP(secret, interval=STEP_SECONDS), int(now // STEP_SECONDS)
    steps = range(current - DRIFT, current + DRIFT + 1)
    fitting = [step for step in steps if hmac.compare_digest(app.generate_otp(step), sent)]
    return fitting[-1] if fitting else None


def proof_of(step: int) -> Proof:
    """A code is good when no code of its step or a later one was used."""
    value = {":step": {"N": str(step)}}
    return Proof("SET mfa_step = :step", "(attribute_not_exists(mfa_step) OR mfa_step < :step)", value, value)


def proof_by_recovery(code: str, user_id: str) -> Proof | None:
    """A recovery code is good while its hash is kept; None for what cannot be one."""
    if not _RECOVERY_CODE.fullmatch(normalised(code)):
        return None
    kept = recovery_hash(code, user_id)
    taken = {":codes": {"SS": [kept]}}
    return Proof("DELETE recovery_codes :codes", "contains(recovery_codes, :code)", taken, {":code": {"S": kept}})
