"""POST /api/webhooks/clerk: Clerk reports of one of its users."""

from typing import Annotated

from pydantic import ConfigDict, Field, PrivateAttr, StringConstraints, model_validator

from shared.contract.declare import post
from shared.contract.permissions import SIGNATURE
from shared.contract.resources import AUDIT, CLERK_WEBHOOK, USERS
from shared.domains.accounts.model import ClerkPerson
from shared.domains.accounts.service.hearing import ClerkReportService
from shared.http.framework import BaseModel, Depends
from shared.http.serve import serve
from shared.http.signed import signed

_DELETED = "user.deleted"
_EVENTS = ("user.created", "user.updated", _DELETED)


class _Sent(BaseModel):
    """A part of the report. Clerk's own fields become more with its releases: those that mean nothing here pass."""

    model_config = ConfigDict(extra="ignore")


class ClerkVerification(_Sent):
    """How far an address is proven."""

    status: str | None = None


class ClerkAddress(_Sent):
    """One of the user's e-mail addresses."""

    id: str
    email_address: str
    verification: ClerkVerification | None = None


class ClerkUser(_Sent):
    """The user. Of a deleted one there is only the id; `updated_at` is in milliseconds."""

    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]{1,100}$")]
    updated_at: Annotated[int, Field(ge=0)] = 0
    email_addresses: Annotated[list[ClerkAddress], Field(max_length=100)] = Field(default_factory=list)
    primary_email_address_id: str | None = None
    username: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    image_url: str | None = None

    def person(self) -> ClerkPerson:
        """In the words of the domain."""
        addresses = [one for one in self.email_addresses if one.id == self.primary_email_address_id]
        address = addresses[0] if addresses else None
        verified = (
            address is not None and address.verification is not None and address.verification.status == "verified"
        )
        name = " ".join(filter(None, (self.first_name, self.last_name)))
        email = address.email_address if address else ""
        return ClerkPerson(self.id, email, verified, self.username or "", name, self.image_url or "")


class ClerkReport(_Sent):
    """What happened; of other things than users there are reports too."""

    type: Annotated[str, StringConstraints(max_length=100)]
    data: dict[str, object]
    _user: ClerkUser | None = PrivateAttr(None)

    @model_validator(mode="after")
    def _of_a_user(self) -> "ClerkReport":
        if self.type in _EVENTS:
            self._user = ClerkUser.model_validate(self.data)
        return self

    @property
    def user(self) -> ClerkUser | None:
        """Whom it is about; None for other reports."""
        return self._user


class ClerkReportTaken(BaseModel):
    """That the report has had its effect, now or before."""

    received: bool


@post(
    "/api/webhooks/clerk",
    caller=SIGNATURE,
    needs=(USERS.batch_get, USERS.get, USERS.put, USERS.update, USERS.check, AUDIT.put, CLERK_WEBHOOK.read),
    errors=((401, "UNAUTHORIZED"),),
)
async def report_clerk_user(
    report: ClerkReport, _signed: Annotated[None, Depends(signed(ClerkReportService.open))], reports: ClerkReportService
) -> ClerkReportTaken:
    """Take a report: a new or a changed user, or one that is gone; others are taken and mean nothing here."""
    if report.user and report.type == _DELETED:
        reports.deleted(report.user.id)
    elif report.user:
        reports.changed(report.user.person(), report.user.updated_at)
    return ClerkReportTaken(received=True)


handler = serve(report_clerk_user)
