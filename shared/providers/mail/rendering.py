"""A mail as text and as HTML that says the same. What people chose, such as their names, is escaped."""

from html import escape

from shared.providers.mail.port import Mail

_FONT = "font:16px/1.5 sans-serif;color:#1d2430"
_BUTTON = "display:inline-block;padding:10px 18px;border-radius:6px;background:#1f5fd6;color:#fff;text-decoration:none"


def as_text(mail: Mail) -> str:
    """Paragraphs, and the address alone on its line, so that programs find its end."""
    link = (f"{mail.action}:\n{mail.link}",) if mail.link else ()
    return "\n\n".join((*mail.paragraphs, *link)) + "\n"


def as_html(mail: Mail) -> str:
    """The same, with a button; nothing in it is fetched from anywhere."""
    paragraphs = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in mail.paragraphs)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(mail.subject)}</title></head>'
        f'<body style="{_FONT}">{paragraphs}{_link(mail) if mail.link else ""}</body></html>'
    )


def _link(mail: Mail) -> str:
    link = escape(mail.link)
    return (
        f'<p><a href="{link}" style="{_BUTTON}">{escape(mail.action)}</a></p>'
        f'<p style="font-size:13px">Or copy this address into your browser:<br>{link}</p>'
    )
