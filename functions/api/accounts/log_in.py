"""POST /api/auth/login: begin a session with a username or an e-mail address, and a password."""

from functions.api.accounts._models import LoggedIn, LoginRequest
from shared.contract.declare import Compute, post
from shared.contract.limits import AUTH
from shared.contract.resources import PASSWORD_PEPPER, SESSIONS, SIGNING_KEYS, USERS
from shared.domains.accounts.service import AccountService
from shared.http.serve import serve


@post(
    "/api/auth/login",
    limits=(AUTH,),
    errors=((401, "UNAUTHORIZED"),),
    compute=Compute(memory=1769),
    needs=(USERS.get, SESSIONS.put, PASSWORD_PEPPER.read, SIGNING_KEYS.read),
)
async def log_in(wish: LoginRequest, accounts: AccountService) -> LoggedIn:
    """Begin a session. An unknown login and a wrong password get the same answer in the same time."""
    return LoggedIn.of(accounts.log_in(wish.login, wish.password), "Logged in successfully")


handler = serve(log_in)
