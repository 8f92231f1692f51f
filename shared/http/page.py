"""Small pages of the API for links in mails: a form that posts what its address says, and shows the answer.

Programs that look through mail follow links, so such a link only opens a page, and a person's click does the rest. A
page is the same for everybody: its script reads the token from the address, and nothing of a request is written to it.
"""

import base64
import hashlib
from html import escape

from shared.http.framework import Response

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:26rem;margin:15vh auto;padding:0 1rem;color:#1d2430}"
    "input,button{font:inherit;display:block;width:100%;box-sizing:border-box;padding:.6rem;margin:.3rem 0 1rem}"
    "button{border:0;border-radius:6px;background:#1f5fd6;color:#fff;cursor:pointer}button:disabled{opacity:.5}"
    "[role=status]{white-space:pre-line}"
)
_SCRIPT = """
const form = document.querySelector("form"), button = form.querySelector("button");
const said = document.querySelector("[role=status]"), token = new URLSearchParams(location.search).get("token");
history.replaceState(null, "", location.pathname);
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  button.disabled = true;
  said.textContent = "";
  try {
    const body = JSON.stringify({token, ...Object.fromEntries(new FormData(form))});
    const asked = await fetch(location.pathname.replace(/\\/auth\\/.*/, "/csrf-token"));
    const csrf = (await asked.json()).csrf_token;
    const headers = {"content-type": "application/json", accept: "application/json", "x-csrf-token": csrf};
    const answer = await fetch(location.pathname, {method: "POST", headers, body}), told = await answer.json();
    const problems = Object.values(told.error?.field_errors ?? {}).flat();
    said.textContent = answer.ok ? told.message : [told.error.message, ...problems].join("\\n");
    form.hidden = answer.ok || answer.status === 401;
  } catch {
    said.textContent = "There was no answer. Try again.";
  }
  button.disabled = false;
});
"""
_PASSWORD = (
    '<label>New password<input type="password" name="new_password" autocomplete="new-password" required></label>'
)


def _source(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def page(title: str, action: str, *, asks_password: bool = False) -> Response:
    """A page with one form, which posts to its own address. Nothing but its own script and style may run."""
    policy = (
        f"default-src 'none'; script-src {_source(_SCRIPT)}; style-src {_source(_STYLE)}; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    html = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="robots" content="noindex">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{escape(title)}</h1><form>{_PASSWORD if asks_password else ''}"
        f'<button>{escape(action)}</button></form><p role="status"></p>'
        f"<noscript><p>This page needs JavaScript.</p></noscript><script>{_SCRIPT}</script></body></html>"
    )
    headers = {"content-security-policy": policy, "cache-control": "no-store"}
    return Response(html, media_type="text/html", headers=headers)


def wants_json(accept: str) -> bool:
    """Whether a caller names JSON: browsers do not when they follow a link, nor do programs that look through mail."""
    kinds = [one.partition(";")[0].strip().lower() for one in accept.split(",")]
    return "text/html" not in kinds and any(kind.endswith(("/json", "+json")) for kind in kinds)
