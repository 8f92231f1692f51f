"""DELETE /api/v1/auth/mfa: turn the second factor off."""

from functions.api.credentials._models import Enabled, PasswordAndCode
from shared.contract.declare import Compute, delete
from shared.contract.permissions import person
from shared.contract.resources import AUDIT, LIMITS, PASSWORD_PEPPER, SEALING, USERS
from shared.domains.accounts.service.second_factor import SecondFactorService
from shared.http.caller import Caller
from shared.http.serve import serve


@delete(
    "/api/v1/auth/mfa",
    caller=person(joined=True),
    errors=((401, "INVALID_CREDENTIALS"), (409, "CONFLICT"), (423, "ACCOUNT_LOCKED")),
    compute=Compute(memory=1769),
    needs=(
        *(USERS.batch_get, USERS.update, LIMITS.batch_get, LIMITS.update, LIMITS.delete),
        *(PASSWORD_PEPPER.read, SEALING.decrypt("mfa"), AUDIT.put),
    ),
)
async def disable_mfa(wish: PasswordAndCode, caller: Caller, factors: SecondFactorService) -> Enabled:
    """Turn the second factor off by the password and a code of the app, or a recovery code."""
    factors.disable(caller.require_user(), caller.username, wish.password, wish.mfa_code, caller.address)
    return Enabled(enabled=False)


handler = serve(disable_mfa)
