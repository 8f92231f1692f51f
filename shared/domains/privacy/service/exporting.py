"""Exports as people ask for them."""

from dataclasses import dataclass

from shared.base import audit, logs
from shared.base.audit import Action
from shared.base.aws import hand_over
from shared.base.errors import UnavailableError
from shared.base.ids import is_id, new_id
from shared.base.objects import Objects
from shared.base.settings import setting
from shared.domains.jobs.rules.naming import disposition
from shared.domains.privacy.errors import ExportNotFoundError
from shared.domains.privacy.model import Export, Status
from shared.domains.privacy.rules.archives import FILE_NAME, URL_SECONDS, archive_key
from shared.domains.privacy.store.exports import ExportStore


@dataclass(frozen=True)
class ExportService:
    """Exports of somebody who asks for them."""

    exports: ExportStore

    @classmethod
    def open(cls) -> "ExportService":
        """The stage's."""
        return cls(ExportStore.open())

    def ask(self, user_id: str, tier: str) -> str:
        """Have all that is a user's made into an archive; the id of the export, of the one that is being made if any.

        RateLimitedError after three a day.
        """
        wanted = new_id()
        asked = audit.entry(Action.EXPORT_ASKED, user_id, export=wanted)
        export_id = self.exports.begin(user_id, wanted, tier, asked)
        if export_id == wanted:
            _tell(user_id, export_id)
        return export_id

    def get(self, user_id: str, export_id: str) -> tuple[Export, str | None]:
        """An export of the user's, and where it can be fetched for 15 minutes once it is made. ExportNotFoundError."""
        export = self.exports.get(user_id, export_id) if is_id(export_id) else None
        if export is None:
            raise ExportNotFoundError
        if export.status is not Status.COMPLETED:
            return export, None
        url = Objects(setting("MEDIA_BUCKET")).presigned(
            "get_object",
            archive_key(user_id, export_id),
            seconds=URL_SECONDS,
            ResponseContentDisposition=disposition(FILE_NAME),
        )
        return export, url


def _tell(user_id: str, export_id: str) -> None:
    """Have it made at once; if nobody hears it, the schedule takes it up."""
    try:
        hand_over("MAKE_EXPORTS_FUNCTION", {"user_id": user_id, "export_id": export_id})
    except UnavailableError as error:
        logs.log("WARNING", "an export waits for the schedule", export_id=export_id, reason=error.message)
