"""POST /api/auth/login: begin a session with a username or an e-mail address, and a password."""

from functions.api.accounts._models import LoggedIn, LoginRequest, device_of
from shared.contract.declare import Compute, post
from shared.contract.limits import AUTH
from shared.contract.resources import (
    AUDIT,
    LIMITS,
    PASSWORD_PEPPER,
    SEALING,
    SESSIONS,
    SIGNING_KEYS,
    USERS,
)
from shared.domains.accounts.service.entering import AccountService
from shared.http.request import ApiRequest
from shared.http.serve import serve


@post(
    "/api/auth/login",
    limits=(AUTH,),
    errors=((401, "UNAUTHORIZED"), (423, "ACCOUNT_LOCKED")),
    compute=Compute(memory=1769),
    needs=(
        *(
            USERS.batch_get,
            USERS.check,
            USERS.update,
            SEALING.decrypt("mfa"),
            LIMITS.batch_get,
            LIMITS.update,
            LIMITS.delete,
        ),
        *(SESSIONS.put, SESSIONS.query, PASSWORD_PEPPER.read, SIGNING_KEYS.read, AUDIT.put),
    ),
    in_maintenance=True,
)
async def log_in(wish: LoginRequest, request: ApiRequest, accounts: AccountService) -> LoggedIn:
    """Begin a session. An unknown login and a wrong password get the same answer in the same time.

    After five wrong passwords or codes from one address it has to wait for a quarter of an hour. Who has a second
    factor sends `mfa_code`; without it the answer to a right password is 401 with the detail MFA_REQUIRED.
    A login from a device that is new to the account is told to its address by mail, once that is confirmed.
    `follower_count` and `following_count` may be a minute old here.
    """
    entered = accounts.log_in(wish.login, wish.password, device_of(request), mfa_code=wish.mfa_code)
    return LoggedIn.of(entered, "Logged in successfully")


handler = serve(log_in)
