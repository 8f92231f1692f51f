"""New devices: an account learns from where it is entered, and its owner is told of what it did not know.

Only an address that is confirmed gets such a mail: whoever gave somebody else's would decide when mail goes there.
"""

from typing import Any

from shared.base import clock
from shared.base.settings import setting
from shared.domains.accounts.model import Credentials, Device
from shared.domains.accounts.rules.devices import is_new, noted
from shared.domains.accounts.rules.letters import device_letter
from shared.domains.accounts.service.mailing import sends_mail
from shared.domains.accounts.store.devices import remembering
from shared.domains.accounts.store.sessions import SessionStore
from shared.domains.accounts.store.users import AccountStore
from shared.domains.accounts.store.writes import Write
from shared.providers.mail.port import Mailer
from shared.providers.mail.ses import SesMailer


def remembered(found: Credentials, device: Device, entered_by: str) -> list[Write]:
    """The writes that a login makes so that its device is known; [] when it is. As `store.devices.remembering`."""
    devices = noted(found.devices, device, clock.now())
    return [] if devices is None else remembering(found, devices, entered_by)


def told(found: Credentials, device: Device) -> str:
    """The address that gets a mail about a login from a device: "" unless it is new among those `found`."""
    wanted = sends_mail() and found.user.email_verified and is_new(found.devices, device)
    return found.user.email if wanted else ""


class DeviceNoticeService:
    """Sends the mail about a new device."""

    def __init__(self, accounts: AccountStore, sessions: SessionStore, mailer: Mailer) -> None:
        """Use `open()`."""
        self._accounts = accounts
        self._sessions = sessions
        self._mailer = mailer

    @classmethod
    def open(cls) -> "DeviceNoticeService":
        """The accounts and the provider of the stage."""
        return cls(AccountStore.open(), SessionStore.open(), SesMailer.open())

    def send(self, email: str, session_id: str) -> bool:
        """Send one mail for the session of a new device, also when it has ended; whether one was sent now.

        Safe to run again: what was sent is noted with the session.
        """
        found = self._accounts.credentials(email)
        session = self._sessions.untold(found.user.id, session_id) if found else None
        if found is None or session is None or not found.user.email_verified:
            return False
        places: dict[str, Any] = {"api": setting("API_URL"), "frontend": setting("FRONTEND_URL", "")}
        self._mailer.send(device_letter(found.user.email, session, **places))
        self._sessions.mark_told(session)
        return True
