"""GET /.well-known/jwks.json: the keys with which anybody can verify our tokens."""

from functions.api.accounts._models import PublicKeys
from shared.base.public_keys import published
from shared.contract.declare import get
from shared.contract.resources import PUBLIC_KEYS
from shared.http.serve import serve


@get("/.well-known/jwks.json", needs=(PUBLIC_KEYS.read,), shared_age=60, general=False, in_maintenance=True)
async def get_public_keys() -> PublicKeys:
    """The JWK set (RFC 7517) of the keys that sign now, that will sign soon, and that signed what still lives."""
    return PublicKeys.model_validate({"keys": published()})


handler = serve(get_public_keys)
