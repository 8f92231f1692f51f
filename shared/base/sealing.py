"""Secrets of users at rest: sealed with data keys of KMS, each to the one place where it is kept.

A sealed text is `v1.<data key as KMS wrapped it>.<nonce and ciphertext>` in base64url: AES-256-GCM, whose associated
data name the version, the purpose, the table, the owner and the field. In another's row, or in another field, it does
not open. The purpose is also the encryption context of the data key, by which KMS itself tells functions apart.
"""

import json
import os
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

from shared.base import base64url, clock
from shared.base.aws import client
from shared.base.errors import UnavailableError
from shared.base.settings import setting

VERSION = "v1"
KEPT_SECONDS = 300
KEPT = 100
"""So many data keys are kept at most, each for so long; KMS is asked for others."""
READ_SECONDS = 5
NONCE = 12

_BROKEN = ("InvalidCiphertextException", "IncorrectKeyException")
_OUTAGES = ("KMSInternalException", "DependencyTimeoutException", "ThrottlingException", "KeyUnavailableException")


class SealError(Exception):
    """A sealed text does not open: it was changed, or belongs to another place."""


@dataclass(frozen=True)
class Place:
    """Where a secret is kept. `purpose` is what the needs name, such as "mfa"; `owner` a user's id."""

    purpose: str
    table: str
    owner: str
    field: str

    @property
    def associated(self) -> bytes:
        """What the ciphertext is bound to."""
        return json.dumps([VERSION, self.purpose, self.table, self.owner, self.field]).encode()


@dataclass(frozen=True)
class _DataKey:
    plain: bytes
    wrapped: bytes
    until: float


_keys: OrderedDict[tuple[str, bytes], _DataKey] = OrderedDict()
"""By purpose, and by the wrapped key; under b"" the one that seals."""


def forget() -> None:
    """Drop all data keys (tests)."""
    _keys.clear()


def seal(secret: str, place: Place) -> str:
    """The sealed form of a secret. Needs SEALING.generate(purpose); UnavailableError when KMS does not answer."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    key, nonce = _sealing_key(place.purpose), os.urandom(NONCE)
    sealed = nonce + AESGCM(key.plain).encrypt(nonce, secret.encode(), place.associated)
    return f"{VERSION}.{base64url.encode(key.wrapped)}.{base64url.encode(sealed)}"


def unseal(sealed: str, place: Place) -> str:
    """The secret. Needs SEALING.decrypt(purpose); SealError unless it was sealed for this place."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    version, *parts = sealed.split(".")
    if version != VERSION or len(parts) != 2:
        raise SealError(f"a sealed text begins with {VERSION} and has three parts")
    wrapped, content = (_decoded(part) for part in parts)
    key = _opening_key(place.purpose, wrapped)
    try:
        return AESGCM(key.plain).decrypt(content[:NONCE], content[NONCE:], place.associated).decode()
    except (InvalidTag, ValueError) as error:
        raise SealError(f"{place.field} of {place.owner} was not sealed for this place") from error


def _sealing_key(purpose: str) -> _DataKey:
    if found := _kept(purpose, b""):
        return found
    told = {"KeyId": setting("SEALING_KEY"), "KeySpec": "AES_256", "EncryptionContext": {"purpose": purpose}}
    answer = _asked("generate_data_key", told)
    key = _DataKey(answer["Plaintext"], answer["CiphertextBlob"], clock.now() + KEPT_SECONDS)
    _keep(purpose, b"", key)
    _keep(purpose, key.wrapped, key)
    return key


def _opening_key(purpose: str, wrapped: bytes) -> _DataKey:
    if found := _kept(purpose, wrapped):
        return found
    told = {"KeyId": setting("SEALING_KEY"), "CiphertextBlob": wrapped, "EncryptionContext": {"purpose": purpose}}
    key = _DataKey(_asked("decrypt", told)["Plaintext"], wrapped, clock.now() + KEPT_SECONDS)
    _keep(purpose, wrapped, key)
    return key


def _asked(operation: str, told: Mapping[str, object]) -> dict[str, bytes]:
    from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

    try:
        answer: dict[str, bytes] = getattr(client("kms", READ_SECONDS), operation)(**told)
    except ParamValidationError as error:
        raise SealError("a sealed text names no data key") from error
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in _BROKEN:
            raise SealError("the data key of a sealed text does not open") from error
        if code not in _OUTAGES:
            raise
        raise UnavailableError("Secrets cannot be opened at the moment") from error
    except BotoCoreError as error:
        raise UnavailableError("Secrets cannot be opened at the moment") from error
    return answer


def _kept(purpose: str, name: bytes) -> _DataKey | None:
    found = _keys.get((purpose, name))
    if found and clock.now() >= found.until:
        del _keys[purpose, name]
        return None
    return found


def _keep(purpose: str, name: bytes, key: _DataKey) -> None:
    _keys[purpose, name] = key
    _keys.move_to_end((purpose, name))
    while len(_keys) > KEPT:
        _keys.popitem(last=False)


def _decoded(text: str) -> bytes:
    try:
        return base64url.decode(text)
    except ValueError as error:
        raise SealError("a sealed text is base64url") from error
