"""Where the pictures of people are."""

DEFAULT_AVATAR = "/public/avatar.svg"
DEFAULT_AVATAR_PICTURE = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96" width="96" height="96">'
    b'<rect width="96" height="96" fill="#d5dae1"/><circle cx="48" cy="38" r="17" fill="#8b95a3"/>'
    b'<path d="M14 96c0-22 15-34 34-34s34 12 34 34z" fill="#8b95a3"/></svg>'
)


def avatar_path(user_id: str, picture_id: str) -> str:
    """Where a user's picture lies, from the beginning of media addresses: pictures of people are public."""
    return f"/public/avatars/{user_id}/{picture_id}.jpg"


def avatar_address(picture: str, base: str) -> str:
    """Where anybody can fetch a user's picture: "" has the one of those who have chosen none.

    picture  a path from the beginning of media addresses, or a whole address elsewhere
    base     the media server's address
    """
    shown = picture or DEFAULT_AVATAR
    return base.rstrip("/") + shown if shown.startswith("/") else shown


def avatar_picture(address: str, base: str) -> str:
    """The picture that has this address: what is kept of it, since the media server may move."""
    picture = address.removeprefix(base.rstrip("/"))
    return "" if picture == DEFAULT_AVATAR else picture
