"""What of that which Clerk says of somebody can be taken over."""

from shared.domains.accounts.rules.names import DISPLAY_NAME_LENGTH, is_text

ADDRESS_LENGTH = 500


def shown_name(name: str) -> str:
    """A display name, cut to its length; "" when there is none that can be shown."""
    return name.strip()[:DISPLAY_NAME_LENGTH].strip() if is_text(name) else ""


def shown_picture(address: str) -> str:
    """The address of a picture; "" for what is none."""
    return address if address.startswith("https://") and len(address) <= ADDRESS_LENGTH else ""
