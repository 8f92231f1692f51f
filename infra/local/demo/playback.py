"""Playing the stream: in headless Chromium where there is one, else by fetching and decoding every byte range."""

import http.server
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx
import imageio_ffmpeg

from infra.local.demo.client import DemoError
from infra.local.settings import ROOT

PLAYER = ROOT / "node_modules" / "hls.js" / "dist" / "hls.min.js"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BROWSER_SECONDS = 60
DECODE_SECONDS = 600
QUIET = (
    "--headless=new --no-sandbox --disable-gpu --no-first-run"
    " --disable-background-networking --disable-component-update"
)
PAGE = """<!doctype html><meta charset="utf-8"><title>Showreel</title>
<style>body { margin: 0 } video { width: 100vw; height: 100vh; object-fit: contain; background: #000 }</style>
<video id="film" muted playsinline></video>
<script src="/hls.js"></script><script>
const film = document.getElementById('film'), errors = [];
async function until(test, what) {
    for (let i = 0; i < 400; i++) { if (test()) { return; } await new Promise(done => setTimeout(done, 50)); }
    throw new Error('timed out: ' + what + ' at ' + film.currentTime + ' s; ' + JSON.stringify(errors));
}
// What hls.js gives up itself, because the film moved on meanwhile, it reports like an error; nothing went wrong.
function watch(hls) {
    hls.on(Hls.Events.ERROR, (_, told) => {
        if (told.details !== Hls.ErrorDetails.INTERNAL_ABORTED) { errors.push([told.type, told.details, told.fatal]); }
    });
}
window.play = async address => {
    const hls = new Hls();
    watch(hls);
    hls.loadSource(address);
    hls.attachMedia(film);
    await until(() => film.duration > 0 && film.readyState >= 2, 'first frame');
    const start = film.currentTime;
    await film.play();
    await until(() => film.currentTime > Math.min(start + 1, film.duration * 0.3), 'playing');
    const played = film.currentTime;
    film.currentTime = film.duration * 0.7;
    await until(() => !film.seeking && film.readyState >= 2, 'seeking');
    const later = Math.min(film.duration * 0.7 + 0.5, film.duration - 0.05);
    await until(() => film.ended || film.currentTime > later, 'playing on');
    return {duration: film.duration, played, at: film.currentTime, width: film.videoWidth, height: film.videoHeight,
            levels: hls.levels.map(level => level.height), errors};
};
</script>"""


def browser_path() -> str | None:
    """The program of a Chromium on this machine, if any."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def play_in_browser(program: str, master: str, picture: Path | None = None) -> dict[str, Any]:
    """Play and seek with hls.js; what the player saw: duration, levels, size, errors."""
    from playwright.sync_api import Error, sync_playwright

    try:
        with player_page() as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=program, args=QUIET.split(), timeout=BROWSER_SECONDS * 1000
            )
            page = browser.new_page(viewport={"width": 960, "height": 540})
            page.set_default_timeout(BROWSER_SECONDS * 1000)
            page.goto(address)
            seen: dict[str, Any] = page.evaluate("address => window.play(address)", master)
            if picture:
                page.screenshot(path=picture)
            browser.close()
    except Error as error:
        raise DemoError(f"the stream does not play: {error.message[:500]}") from None
    return seen


@contextmanager
def player_page() -> Iterator[str]:
    """A page with a player on a port of its own; its address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = PLAYER.read_bytes() if self.path == "/hls.js" else PAGE.encode()
            self.send_response(200)
            self.send_header("content-type", "text/javascript" if self.path == "/hls.js" else "text/html")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *_: Any) -> None:  # noqa: A002 - the name is the base class's
            """Say nothing: the console belongs to the demo."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.shutdown()


def decode_everything(master: str) -> dict[str, Any]:
    """Fetch every playlist and every byte range, and decode all of it with FFmpeg; frames per playlist."""
    with httpx.Client(timeout=60) as client:
        names = _names(_fetch(client, master).decode())
        frames = {name: _decode(client, urljoin(master, name)) for name in names}
    return {"levels": names, "frames": frames}


def _names(playlist: str) -> list[str]:
    listed = [line for line in playlist.splitlines() if line and not line.startswith("#")]
    return [*listed, *re.findall(r'TYPE=AUDIO.*URI="([^"]+)"', playlist)]


def _fetch(client: httpx.Client, address: str, byte_range: tuple[int, int] | None = None) -> bytes:
    headers = {"range": f"bytes={byte_range[1]}-{byte_range[1] + byte_range[0] - 1}"} if byte_range else {}
    answer = client.get(address, headers=headers)
    if answer.status_code != (206 if byte_range else 200):
        raise DemoError(f"{address} answered {answer.status_code}")
    return answer.content


def _decode(client: httpx.Client, address: str) -> int:
    playlist = _fetch(client, address).decode()
    file = urljoin(address, re.findall(r'EXT-X-MAP:URI="([^"]+)"', playlist)[0])
    ranges = re.findall(r'BYTERANGE[:=]"?(\d+)@(\d+)', playlist)
    data = b"".join(_fetch(client, file, (int(size), int(start))) for size, start in ranges)
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(),
        "-v",
        "error",
        "-xerror",
        "-f",
        "mp4",
        "-i",
        "pipe:0",
        "-f",
        "null",
        "-",
    ]
    command[1:1] = ["-progress", "pipe:1", "-nostats"]
    done = subprocess.run(command, input=data, capture_output=True, timeout=DECODE_SECONDS, check=False)
    if done.returncode:
        raise DemoError(f"{address} cannot be decoded: {done.stderr.decode()[:300]}")
    counted = re.findall(rb"frame=(\d+)", done.stdout)
    return int(counted[-1]) if counted else 0
