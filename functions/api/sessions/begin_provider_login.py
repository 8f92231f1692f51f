"""GET /api/v1/auth/oauth/{provider}/authorize: where to send the browser of who logs in with a provider."""

from typing import Annotated

from functions.api.sessions._models import ProviderLogin
from shared.contract.declare import get
from shared.contract.limits import HOUR
from shared.contract.permissions import optional
from shared.contract.resources import OAUTH_CLIENTS
from shared.domains.accounts.service.oauth import OAuthService
from shared.http.caller import Caller
from shared.http.framework import Query
from shared.http.serve import serve


@get(
    "/api/v1/auth/oauth/{provider}/authorize",
    in_maintenance=True,
    caller=optional(fresh=True, recent=HOUR, by_hand=True),
    errors=((404, "NOT_FOUND"),),
    needs=(OAUTH_CLIENTS.read,),
)
async def begin_provider_login(
    provider: str,
    caller: Caller,
    providers: OAuthService,
    redirect_uri: Annotated[str | None, Query(min_length=1, max_length=500)] = None,
) -> ProviderLogin:
    """Begin a login with `google` or `youtube`, for ten minutes; logged in, begin to link one to the account.

    Keep `state` in the browser, and go on only when the provider sends the same one back: it proves to you that the
    login that ends is the one that began. The provider sends it to `redirect_uri`, which the stage must allow.
    """
    address, state = providers.begin(provider, redirect_uri, caller.user_id)
    return ProviderLogin(authorization_url=address, state=state)


handler = serve(begin_provider_login)
