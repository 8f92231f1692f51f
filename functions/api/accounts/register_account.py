"""POST /api/auth/register: make an account, and be logged in."""

from functions.api.accounts._models import LoggedIn, RegisterRequest, device_of
from shared.contract.declare import Compute, post
from shared.contract.limits import AUTH
from shared.contract.resources import AUDIT, PASSWORD_PEPPER, SESSIONS, SIGNING_KEYS, USERS
from shared.domains.accounts.model import Registration
from shared.domains.accounts.service.entering import AccountService
from shared.http.request import ApiRequest
from shared.http.serve import serve


@post(
    "/api/auth/register",
    status=201,
    limits=(AUTH,),
    errors=((409, "CONFLICT"),),
    compute=Compute(memory=1769),
    needs=(USERS.put, SESSIONS.put, AUDIT.put, PASSWORD_PEPPER.read, SIGNING_KEYS.read),
)
async def register_account(wish: RegisterRequest, request: ApiRequest, accounts: AccountService) -> LoggedIn:
    """Make an account with a username and an e-mail address that nobody has, and begin its first session.

    A mail with a link confirms the address.
    """
    wanted = Registration(wish.username, wish.email, wish.password, wish.display_name)
    made = accounts.register(wanted, device_of(request))
    return LoggedIn.of(made, "Account created successfully")


handler = serve(register_account)
