"""What is asked of accounts, sessions, credentials and keys: for each endpoint its main path."""

from collections.abc import Callable

from bench.crowd import PASSWORD
from bench.world import World
from shared.base import tokens
from shared.base.ids import new_id
from shared.domains.accounts.rules.mailed import Purpose
from shared.domains.privacy.service.archiving import ArchiveService

Request = Callable[[], object]


def get(name: str, path: str) -> Callable[[World], Request]:
    return lambda world: lambda: world.ask(name, "GET", path)


def _refresh(world: World) -> Request:
    with world.stage.unrecorded():
        token = world.register()["tokens"]["refresh_token"]
    body = {"refresh_token": token}
    return lambda: world.ask("accounts.refresh_tokens", "POST", "/api/auth/refresh", body)


def _log_in(world: World) -> Request:
    with world.stage.unrecorded():
        name = world.register()["user"]["username"]
    body = {"login": name, "password": PASSWORD}
    return lambda: world.ask("accounts.log_in", "POST", "/api/auth/login", body)


def _enter(name: str, path: str, refresh: bool = False) -> Callable[[World], Request]:
    """A creator who logs in, or who refreshes."""

    def prepare(world: World) -> Request:
        with world.stage.unrecorded():
            user = world.register()["user"]
            body = {"email": user["email"], "password": PASSWORD}
            if refresh:
                told = world.ask("sessions.log_in_creator", "POST", "/api/v1/auth/login", body).json
                body = {"refresh_token": told["refresh_token"]}
        return lambda: world.ask(f"sessions.{name}", "POST", path, body)

    return prepare


def _as_another(name: str, method: str, path: str, body: object = None) -> Callable[[World], Request]:
    """Somebody else, who has just registered."""

    def prepare(world: World) -> Request:
        token = world.newcomer()
        return lambda: world.ask(name, method, path, body, token=token)

    return prepare


def _end_session(world: World) -> Request:
    """Another session of the user's."""
    session = world.session()
    path = f"/api/v1/auth/sessions/{session.id}"
    parameters = {"session_id": session.id}
    return lambda: world.ask("sessions.end_session", "DELETE", path, token=world.token, parameters=parameters)


def _register_creator(world: World) -> Request:
    address = f"{new_id()}@example.com"
    body = {"email": address, "password": "Correct horse battery 1", "full_name": "Ada"}
    return lambda: world.ask("sessions.register_creator", "POST", "/api/v1/auth/register", body)


def _ask_for_mail(name: str, path: str) -> Callable[[World], Request]:
    return lambda world: lambda: world.ask(name, "POST", path, {"email": world.user.email})


def _open_verification(world: World) -> Request:
    """A program that asks for JSON, which costs more than the page."""
    query, headers = f"token={world.mailed_token(Purpose.VERIFY_EMAIL)}", {"accept": "application/json"}
    name, path = "credentials.open_email_verification", "/api/v1/auth/verify-email"
    return lambda: world.ask(name, "GET", path, query=query, headers=headers)


def _verify_email(world: World) -> Request:
    body = {"token": world.mailed_token(Purpose.VERIFY_EMAIL)}
    return lambda: world.ask("credentials.verify_email", "POST", "/api/v1/auth/verify-email", body)


def _reset_password(world: World) -> Request:
    body = {"token": world.mailed_token(Purpose.RESET_PASSWORD), "new_password": f"{PASSWORD}!"}
    return lambda: world.ask("credentials.reset_password", "POST", "/api/v1/auth/password-reset/confirm", body)


def _enroll_mfa(world: World) -> Request:
    token = world.newcomer()
    return lambda: world.ask("credentials.enroll_mfa", "POST", "/api/v1/auth/mfa/enroll", token=token)


def _confirm_mfa(world: World) -> Request:
    token, code, _ = world.enrolled()
    path = "/api/v1/auth/mfa/confirm"
    return lambda: world.ask("credentials.confirm_mfa", "POST", path, {"mfa_code": code}, token=token)


def _disable_mfa(world: World) -> Request:
    token, code, recovery_code = world.enrolled()
    with world.stage.unrecorded():
        world.ask("credentials.confirm_mfa", "POST", "/api/v1/auth/mfa/confirm", {"mfa_code": code}, token=token)
    world.busy(token)
    body = {"password": PASSWORD, "mfa_code": recovery_code}
    return lambda: world.ask("credentials.disable_mfa", "DELETE", "/api/v1/auth/mfa", body, token=token)


def _on_key(name: str, method: str, tail: str = "") -> Callable[[World], Request]:
    def prepare(world: World) -> Request:
        path = f"/api/v1/api-keys/{world.key()}{tail}"
        return lambda: world.own(name, method, path)

    return prepare


def _create_key(world: World) -> Request:
    body = {"name": "Nightly", "scopes": ["videos:read"]}
    return lambda: world.own("keys.create_api_key", "POST", "/api/v1/api-keys", body)


def _as_administrator(name: str, method: str, path: str, body: object = None) -> Callable[[World], Request]:
    def prepare(world: World) -> Request:
        token = world.administrator()
        return lambda: world.ask(name, method, path, body, token=token)

    return prepare


OAUTH = "/api/v1/auth/oauth/google"


def _begin_provider_login(world: World) -> Request:
    parameters = {"provider": "google"}
    return lambda: world.ask("sessions.begin_provider_login", "GET", f"{OAUTH}/authorize", parameters=parameters)


def _finish_provider_login(world: World) -> Request:
    """Somebody who is new: their account takes more writes, and as many calls as a login of who is not."""
    parameters = {"provider": "google"}
    with world.stage.unrecorded():
        told = world.ask("sessions.begin_provider_login", "GET", f"{OAUTH}/authorize", parameters=parameters).json
        code, state = world.provider.log_in(told["authorization_url"], new_id())
    body = {"code": code, "state": state}
    return lambda: world.ask("sessions.finish_provider_login", "POST", OAUTH, body, parameters=parameters)


def _impersonate(world: World) -> Request:
    token, path = world.administrator(), f"/api/v1/admin/users/{world.user.id}/impersonate"
    parameters = {"user_id": world.user.id}
    return lambda: world.ask("admin.impersonate_user", "POST", path, token=token, parameters=parameters)


def _delete_account(world: World) -> Request:
    """Somebody who has just registered."""
    token = world.newcomer()
    with world.stage.unrecorded():
        me = world.ask("accounts.get_own_account", "GET", "/api/v1/users/me", token=token).json
    body = {"confirmation": me["username"], "password": PASSWORD}
    return lambda: world.ask("accounts.delete_own_account", "DELETE", "/api/v1/users/me", body, token=token)


def _get_export(world: World) -> Request:
    """Somebody's whose archive is made."""
    token = world.newcomer()
    with world.stage.unrecorded():
        path = "/api/v1/users/me/export"
        export_id = world.ask("accounts.export_own_data", "POST", path, token=token).json["export_id"]
        ArchiveService.open().make(tokens.verify(token, "access").user_id, export_id)
    parameters = {"export_id": export_id}
    name, path = "accounts.get_own_export", f"{path}/{export_id}"
    return lambda: world.ask(name, "GET", path, token=token, parameters=parameters)


PEOPLE: dict[str, Callable[[World], Request]] = {
    "get_public_keys": get("accounts.get_public_keys", "/.well-known/jwks.json"),
    "log_in": _log_in,
    "get_me": lambda world: lambda: world.own("accounts.get_me", "GET", "/api/auth/me"),
    "refresh_tokens": _refresh,
    "resend_verification": _ask_for_mail("credentials.resend_verification", "/api/v1/auth/verify-email/resend"),
    "open_email_verification": _open_verification,
    "verify_email": _verify_email,
    "request_password_reset": _ask_for_mail("credentials.request_password_reset", "/api/v1/auth/password-reset"),
    "open_password_reset": get("credentials.open_password_reset", "/api/v1/auth/password-reset/confirm"),
    "reset_password": _reset_password,
    "enroll_mfa": _enroll_mfa,
    "confirm_mfa": _confirm_mfa,
    "disable_mfa": _disable_mfa,
    "register_account": lambda world: world.register,
    "get_profile": lambda world: lambda: world.own("accounts.get_profile", "GET", "/api/user/profile"),
    "edit_profile": _as_another("accounts.edit_profile", "PATCH", "/api/user/profile", {"bio": "New"}),
    "get_own_account": lambda world: lambda: world.own("accounts.get_own_account", "GET", "/api/v1/users/me"),
    "get_usage": lambda world: lambda: world.own("accounts.get_usage", "GET", "/api/v1/users/me/usage"),
    "edit_own_account": _as_another("accounts.edit_own_account", "PATCH", "/api/v1/users/me", {"full_name": "New"}),
    "issue_ticket": lambda world: lambda: world.own("connections.issue_ticket", "POST", "/api/ws/ticket"),
    "delete_own_account": _delete_account,
    "export_own_data": _as_another("accounts.export_own_data", "POST", "/api/v1/users/me/export"),
    "get_own_export": _get_export,
    "register_creator": _register_creator,
    "log_in_creator": _enter("log_in_creator", "/api/v1/auth/login"),
    "begin_provider_login": _begin_provider_login,
    "finish_provider_login": _finish_provider_login,
    "renew_session": _enter("renew_session", "/api/v1/auth/refresh", refresh=True),
    "log_out": _as_another("sessions.log_out", "POST", "/api/v1/auth/logout"),
    "list_sessions": _as_another("sessions.list_sessions", "GET", "/api/v1/auth/sessions"),
    "end_session": _end_session,
    "change_password": _as_another(
        "sessions.change_password",
        "POST",
        "/api/v1/auth/password",
        {"current_password": PASSWORD, "new_password": "Another horse battery 2"},
    ),
    "list_audit_entries": _as_administrator("admin.list_audit_entries", "GET", "/api/v1/admin/audit"),
    "list_reports": _as_administrator("admin.list_reports", "GET", "/api/v1/admin/reports"),
    "report_clerk_user": lambda world: world.report_clerk_user,
    "sync_account": lambda world: lambda: world.own("accounts.sync_account", "POST", "/api/auth/sync"),
    "list_users": _as_administrator("admin.list_users", "GET", "/api/v1/users/"),
    "impersonate_user": _impersonate,
    "set_maintenance": _as_administrator(
        "admin.set_maintenance", "POST", "/api/v1/admin/maintenance", {"enabled": False}
    ),
    "get_csrf_token": get("accounts.get_csrf_token", "/api/v1/csrf-token"),
    "list_api_keys": lambda world: lambda: world.own("keys.list_api_keys", "GET", "/api/v1/api-keys"),
    "create_api_key": _create_key,
    "rotate_api_key": _on_key("keys.rotate_api_key", "POST", "/rotate"),
    "delete_api_key": _on_key("keys.delete_api_key", "DELETE"),
}
"""Endpoint -> what sets its main path up and gives its request."""
