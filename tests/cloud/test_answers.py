"""The largest answers that the product gives, against what Lambda and DynamoDB take."""

import gzip
import hashlib
import json
from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest
from botocore.config import Config

from infra.parts.discovery import ROOT
from shared.base.idempotency import MAX_ITEM
from shared.domains.videos.rules.uploads import VIDEO_BYTES, plan_parts
from shared.domains.views.model import MOST_STEPS
from shared.media.ladder import RUNGS

ANSWER = 6 * 1024 * 1024
ENTRY = 6 * 1024
"""Bytes that an entry of a list may have: the longest is the address of a part."""

LISTED, TAG, RENDITION, SHARE, COUNT = 50, 4 * 50, 512, 5, 12
"""Videos of a page, and the bytes that a tag, the address of a rendition, a percentage and a number may have."""


def _of_a_page(most: int, size: int) -> int:
    """What all videos of a page have of something short, in entries."""
    return -(-LISTED * most * size // ENTRY)


MOST = {
    ".part_urls": len(plan_parts(VIDEO_BYTES)),
    ".uploaded_parts": len(plan_parts(VIDEO_BYTES)),
    ".headers.*": 10,  # of one request to S3
    ".keys": 3,  # the key that signs, the one before, the one after
    ".tags": 20,  # as the request allows
    ".quality_variants.*": len(RUNGS),
    ".metrics.retention_curve": 100,  # one for each hundredth of a video
    ".videos[].tags": _of_a_page(20, TAG),
    ".videos[].quality_variants.*": _of_a_page(len(RUNGS), RENDITION),
    ".videos[].metrics.retention_curve": _of_a_page(100, SHARE),
    ".viewers": -(-MOST_STEPS * COUNT // ENTRY),
    ".services.*": 10,  # that the product leans on
    ".jobs.*": 10,  # counters
}
"""Lists and maps in answers -> how many entries they can have, where the document has no bound for them."""

SESSION_TOKEN = "t+/=" * 500
"""Of a role; AWS promises no length, and recommends room for 4096."""


@pytest.fixture
def address() -> str:
    """Where a part goes, as long as it gets."""
    session = botocore.session.get_session()
    session.set_credentials("ASIA" + "X" * 16, "s" * 40, SESSION_TOKEN)
    client: Any = session.create_client("s3", region_name="ap-southeast-2", config=Config(signature_version="s3v4"))
    told = {
        "Bucket": "showreel-staging-media-123456789012",
        "Key": f"uploads/{'0' * 36}/source",
        "UploadId": "u" * 200,
        "PartNumber": 10_000,
        "ContentLength": 16 * 1024 * 1024,
    }
    return str(client.generate_presigned_url("upload_part", told, ExpiresIn=3600))


def test_addresses_of_all_parts_fit_into_one_answer(address: str) -> None:
    parts = plan_parts(VIDEO_BYTES)
    assert len(parts) == 128
    assert len(address) * len(parts) * 1.1 <= ANSWER / 4


def test_they_are_kept_for_a_repeated_request(address: str) -> None:
    """Compressed, since addresses differ in a number and a signature alone."""
    signed = [f"{address}&{hashlib.sha256(str(n).encode()).hexdigest()}" for n in range(128)]
    assert len(gzip.compress(json.dumps(signed).encode())) <= MAX_ITEM / 4


def lists(document: dict[str, Any], schema: dict[str, Any], path: str = "") -> Iterator[tuple[str, int | None]]:
    """(path, bound) of each list and map of a schema, in depth."""
    if ref := schema.get("$ref"):
        schema = document["components"]["schemas"][ref.rpartition("/")[2]]
    values = schema.get("additionalProperties")
    if schema.get("type") == "array":
        yield path, schema.get("maxItems")
        yield from lists(document, schema["items"], f"{path}[]")
    if isinstance(values, dict):
        yield f"{path}.*", schema.get("maxProperties")
        yield from lists(document, values, f"{path}.*")
    for name, inner in schema.get("properties", {}).items():
        yield from lists(document, inner, f"{path}.{name}")
    for inner in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
        yield from lists(document, inner, path)


def test_no_answer_grows_without_a_bound() -> None:
    """An endpoint with a new list says here, or by `max_length` in its model, how long it gets."""
    document = json.loads((ROOT / "docs" / "openapi.json").read_text())
    used = set()
    for operation in (one for methods in document["paths"].values() for one in methods.values()):
        for status, answer in operation["responses"].items():
            for content in answer.get("content", {}).values() if status.startswith("2") else ():
                found = dict(lists(document, content.get("schema", {})))
                used |= {path for path, bound in found.items() if bound is None}
                assert all(bound is not None or path in MOST for path, bound in found.items()), operation["operationId"]
                entries = sum(MOST[path] if bound is None else bound for path, bound in found.items())
                assert entries * ENTRY <= ANSWER / 2, operation["operationId"]
    assert used == MOST.keys()


def test_longest_entry_is_the_address_of_a_part(address: str) -> None:
    assert len(address) < ENTRY
