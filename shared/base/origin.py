"""The secret by which the edge proves to the API that a request came through it.

The last two generations are kept, so that functions take the next one before the edge shows it. Functions of endpoints
know digests alone: whoever reads their settings cannot pose as the edge.
"""

import hashlib
import hmac
import json

from shared.base import aws
from shared.base.settings import setting

SECRET_VARIABLE = "ORIGIN_SECRET"
PARAMETER_VARIABLE = "ORIGIN_DIGESTS_PARAMETER"
SECRET_BYTES = 32


def is_shown(sent: str, digests: str) -> bool:
    """Whether what a request shows is a value with one of these digests (comma separated)."""
    shown = _digest(sent)
    return any(hmac.compare_digest(shown, known) for known in digests.split(","))


def prepare(generation: str) -> None:
    """Make the value of a generation unless there is one, and write the digests of all that are kept."""
    import secrets

    store, name = aws.client("secretsmanager"), setting(SECRET_VARIABLE)
    kept = parse(store.get_secret_value(SecretId=name)["SecretString"])
    if list(kept)[-1:] != [generation]:
        value = kept.pop(generation, "") or secrets.token_urlsafe(SECRET_BYTES)
        kept = dict([*kept.items(), (generation, value)][-2:])
        store.put_secret_value(SecretId=name, SecretString=json.dumps(kept))
    digests = ",".join(_digest(value) for value in kept.values())
    aws.client("ssm").put_parameter(Name=setting(PARAMETER_VARIABLE), Value=digests, Overwrite=True)


def parse(text: str) -> dict[str, str]:
    """Values by generation, the latest last; none while the secret holds the placeholder that it was created with."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()
