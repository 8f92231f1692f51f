"""What can go wrong with exports."""

from shared.base.errors import NotFoundError


class ExportNotFoundError(NotFoundError):
    """There is no such export, it is forgotten, or it is somebody else's."""

    def __init__(self) -> None:
        """One message for all."""
        super().__init__("There is no such export: it is kept for seven days")
