"""A mail as text and as HTML."""

from html.parser import HTMLParser

from shared.providers.mail.port import Mail
from shared.providers.mail.rendering import as_html, as_text

LINK = "https://app.example.org/reset?token=a-b_c&next=1"
MAIL = Mail("ada@example.com", "Reset <it>", ('Hello <b>"Ada" & co</b>,', "Somebody asked."), "Set a password", LINK)


class Reader(HTMLParser):
    """What a mail program makes of it."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    return reader


def test_text_has_the_link_alone_on_its_line() -> None:
    assert LINK in as_text(MAIL).splitlines()
    assert 'Hello <b>"Ada" & co</b>,' in as_text(MAIL).splitlines()


def test_what_people_chose_is_escaped_in_html() -> None:
    found = read(as_html(MAIL))
    assert "b" not in found.tags
    assert 'Hello <b>"Ada" & co</b>,' in found.text


def test_html_says_what_the_text_says_and_leads_to_the_same_address() -> None:
    found = read(as_html(MAIL))
    assert [value for name, value in found.attributes if name == "href"] == [LINK]
    for paragraph in (*MAIL.paragraphs, MAIL.action, LINK):
        assert paragraph in found.text


def test_case_56_html_fetches_nothing_and_runs_nothing() -> None:
    found = read(as_html(MAIL))
    assert not {"img", "link", "script", "iframe"} & set(found.tags)
    assert not [name for name, _ in found.attributes if name in ("src", "srcset") or name.startswith("on")]
