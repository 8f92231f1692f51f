"""The check of media addresses at the edge, run in Node, against what makes them and against the laptop's check."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from infra.local.assembly import _node_folder
from infra.local.media import object_key
from infra.parts.discovery import ROOT
from shared.domains.videos.model import Author, Video, Visibility
from shared.domains.videos.rules.addresses import MediaAddresses, mac
from shared.domains.videos.rules.keys import early_prefix, media_prefix
from tests.cloud.templates import Templates

SCRIPT = ROOT / "infra" / "parts" / "media_address.js"
FUNCTION_BYTES = 10 * 1024
CORS_S3_ORIGIN = "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf"
"""AWS's own policy: passes Origin and the Access-Control-Request-* on."""
KEY = "a key of the stage"
VIDEO_ID = "0192f0c1-2345-7abc-8def-0123456789ab"
NOW = 1_900_000_000
SOON = NOW + 3600

DRIVER = """
import { handler } from './address.mjs';
import { readFileSync } from 'node:fs';
const { now, uris } = JSON.parse(readFileSync(0, 'utf8'));
Date.now = () => now * 1000;
const answers = [];
for (const uri of uris) {
    const request = { method: 'GET', uri, querystring: {}, headers: {}, cookies: {} };
    answers.push(await handler({ version: '1.0', context: {}, viewer: {}, request }));
}
console.log(JSON.stringify(answers));
"""
STORE = "export default { kvs: () => ({ get: async (name) => ({ 'media-key': %s })[name] }) };"


class Edge:
    """The function of the edge with a key store of ours."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        store = folder / "node_modules" / "cloudfront"
        store.mkdir(parents=True)
        (store / "package.json").write_text('{"type": "module", "exports": "./index.js"}')
        (store / "index.js").write_text(STORE % json.dumps(KEY))
        (folder / "address.mjs").write_text(SCRIPT.read_text() + "\nexport { handler };\n")
        (folder / "driver.mjs").write_text(DRIVER)
        self._node = shutil.which("node", path=_node_folder()) or "node"

    def __call__(self, *uris: str, now: float = NOW) -> list[Any]:
        """For each address the path that the origin is asked for, or the status of a refusal."""
        told = json.dumps({"now": now, "uris": uris})
        command = [self._node, "driver.mjs"]
        done = subprocess.run(
            command, cwd=self._folder, input=told, capture_output=True, text=True, timeout=60, check=True
        )
        return [answer.get("uri", answer.get("statusCode")) for answer in json.loads(done.stdout)]


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Edge:
    return Edge(tmp_path_factory.mktemp("edge"))


def path(
    name: str = "master.m3u8", *, expiry: int = SOON, version: str = "1", signed: str | None = None, kind: str = "v"
) -> str:
    """A media path; `signed` replaces the part that the mac is over."""
    token = mac(KEY, VIDEO_ID, 1, expiry) if signed is None else signed
    return f"/{expiry}.{token}/{kind}/{VIDEO_ID}/{version}/{name}"


GOOD = [
    path(),
    path("1080p.mp4"),
    path("1080p_i.m3u8"),
    path(f"thumbnail-{VIDEO_ID}.jpg"),
    path("a" * 100),
    path(expiry=NOW),
    path(kind="early"),
    path(f"480p-{'0af' * 8}.m4s", kind="early"),
    "/public/avatars/0192f0c1/1.jpg",
    "/public/placeholder.svg",
]
OTHER = "0192f0c1-2345-7abc-8def-0123456789ac"
BAD = {
    "no token": f"/v/{VIDEO_ID}/1/master.m3u8",
    "wrong mac": path(signed="0" * 32),
    "shorter mac": path(signed=mac(KEY, VIDEO_ID, 1, SOON)[:31]),
    "longer mac": path(signed=mac(KEY, VIDEO_ID, 1, SOON) + "0"),
    "upper case mac": path(signed=mac(KEY, VIDEO_ID, 1, SOON).upper()),
    "no mac": path(signed=""),
    "mac of another key": path(signed=mac("another", VIDEO_ID, 1, SOON)),
    "mac of another expiry": path(signed=mac(KEY, VIDEO_ID, 1, SOON + 1)),
    "expired": path(expiry=NOW - 1),
    "expiry with a zero before it": path().replace(f"/{SOON}", f"/0{SOON}"),
    "expiry that is no number": path().replace(f"/{SOON}", "/9999999x99"),
    "expiry of 13 digits": path().replace(f"/{SOON}", "/9999999999999"),
    "another version": path(version="2"),
    "version with a zero before it": path(version="01"),
    "another video": path().replace(VIDEO_ID, OTHER),
    "two dots": path(".."),
    "one dot": path("."),
    "hidden": path(".htaccess"),
    "dots within": path("../2/master.m3u8"),
    "dots encoded": path("%2e%2e/2/master.m3u8"),
    "dots and slash encoded": path("%2e%2e%2f2%2fmaster.m3u8"),
    "slash encoded": path("a%2fb"),
    "encoded twice": path("%252e%252e"),
    "backslash": path("..\\2\\master.m3u8"),
    "folder": path("folder/name"),
    "no name": path(""),
    "name too long": path("a" * 101),
    "line break": path("master.m3u8\n"),
    "line break encoded": path("master.m3u8%0a"),
    "null": path("master.m3u8\x00"),
    "letters that look alike": path("mаster.m3u8"),
    "digits of another script": path().replace("/1/", "/١/"),
    "two slashes": path().replace("/v/", "//v/"),
    "other prefix": path(kind="work"),
    "early, another version": path(kind="early", version="2"),
    "early, expired": path(kind="early", expiry=NOW - 1),
    "early, no token": f"/early/{VIDEO_ID}/1/master.m3u8",
    "early, folder": path("folder/name", kind="early"),
    "prefix that begins alike": path(kind="earlyv"),
    "query within": path("master.m3u8?x=1"),
    "root": "/",
    "nothing": "",
    "key of the store": "/config/media-key.json",
    "public with dots": "/public/../config/media-key.jpg",
    "public with dots encoded": "/public/%2e%2e/config/media-key.jpg",
    "public of another type": "/public/media-key.json",
    "public alone": "/public/.jpg",
}


def test_function_fits_the_edge(cloud: Templates) -> None:
    [function] = cloud.of("AWS::CloudFront::Function")
    assert function.properties["FunctionCode"] == SCRIPT.read_text()
    assert len(SCRIPT.read_bytes()) <= FUNCTION_BYTES
    assert function.properties["FunctionConfig"]["Runtime"] == "cloudfront-js-2.0"
    assert len(function.properties["FunctionConfig"]["KeyValueStoreAssociations"]) == 1
    assert function.properties["AutoPublish"] is True
    assert len(function.properties["Name"]) <= 64
    [distribution] = cloud.of("AWS::CloudFront::Distribution")
    behaviour = distribution.properties["DistributionConfig"]["DefaultCacheBehavior"]
    assert [one["EventType"] for one in behaviour["FunctionAssociations"]] == ["viewer-request"]
    assert "CacheBehaviors" not in distribution.properties["DistributionConfig"], "no path gets by the check"
    assert behaviour["OriginRequestPolicyId"] == CORS_S3_ORIGIN, "S3 answers 400 to a preflight without its headers"


def test_function_uses_what_the_edge_has() -> None:
    """Runtime 2.0 of CloudFront: these modules alone, no timers, no network, nothing evaluated."""
    text = re.sub(r"//.*", "", SCRIPT.read_text())
    assert set(re.findall(r"import \w+ from '([^']+)'", text)) <= {"cloudfront", "crypto", "querystring", "buffer"}
    assert not re.findall(r"\b(require|eval|Function|setTimeout|fetch|XMLHttpRequest|process|import\()", text)
    assert not re.findall(r"\(\?<|\\p\{|/[a-z]*[vs]\b[a-z]*\.", text), "regular expressions beyond ES 2017"
    assert "?." not in text
    assert "??" not in text


def test_token_is_stripped(edge: Edge) -> None:
    stripped = [uri if uri.startswith("/public/") else uri[uri.index("/", 1) :] for uri in GOOD]
    assert edge(*GOOD) == stripped


def test_everything_else_is_refused(edge: Edge) -> None:
    assert dict(zip(BAD, edge(*BAD.values()), strict=True)) == dict.fromkeys(BAD, 403)


def test_address_ends_with_its_second(edge: Edge) -> None:
    assert edge(path(), now=SOON) == [f"/v/{VIDEO_ID}/1/master.m3u8"]
    assert edge(path(), now=SOON + 1) == [403]


def test_laptop_decides_alike(edge: Edge) -> None:
    uris = [*GOOD, *BAD.values()]
    local = [object_key(uri, KEY.encode(), NOW) for uri in uris]
    assert [403 if key is None else f"/{key}" for key in local] == edge(*uris)


@pytest.mark.parametrize("visibility", Visibility)
def test_addresses_that_we_give_out_are_good(edge: Edge, visibility: Visibility) -> None:
    video = Video(
        id=VIDEO_ID,
        owner_id=OTHER,
        author=Author(id=OTHER, username="ada", display_name="Ada"),
        title="A film",
        created_at="2030-03-17T17:46:40Z",
        updated_at="2030-03-17T17:46:40Z",
        visibility=visibility,
        version=12,
    )
    addresses = MediaAddresses("https://media.example/", KEY, video, NOW)
    names = ["master.m3u8", "2160p.mp4", "a" * 100]
    given = [*(addresses.of(name) for name in names), addresses.early]
    uris = [address.removeprefix("https://media.example") for address in given]
    found = [*(f"{media_prefix(VIDEO_ID, 12)}{name}" for name in names), f"{early_prefix(VIDEO_ID, 12)}master.m3u8"]
    assert edge(*uris) == [f"/{key}" for key in found]
    assert edge(*uris, now=NOW + 6 * 3600 - 1) == edge(*uris)
