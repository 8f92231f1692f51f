"""Answers: the error envelope, the headers that every answer carries, compression."""

import base64
import gzip
import hashlib
import json
import re
from typing import Any

from shared.base import clock
from shared.base.context import current
from shared.base.errors import AppError
from shared.http.request import ApiRequest

Answer = dict[str, Any]
"""What a Lambda hands to API Gateway: statusCode, headers, body, isBase64Encoded, cookies."""

GZIP_FROM = 1024

SECURITY_HEADERS = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-xss-protection": "1; mode=block",
}


def status_of(error: AppError, studio: bool) -> int:
    """The status of an error in the edition that was called."""
    return error.studio_status if studio and error.studio_status else error.status


def error_answer(error: AppError, request: ApiRequest) -> Answer:
    """The envelope around an error, or RFC 9457 problem details when the caller asks for them."""
    status = status_of(error, request.studio)
    body: dict[str, Any] = {
        "code": error.studio_code if request.studio else error.code,
        "message": error.message,
        "details": error.details,
        "field_errors": error.field_errors,
        "request_id": request.request_id,
        "timestamp": clock.timestamp(),
    }
    if retry_after := getattr(error, "retry_after", None):
        body["retry_after"] = retry_after
    kind = "application/json"
    if "application/problem+json" in request.headers.get("accept", ""):
        kind = "application/problem+json"
        content = {"type": "about:blank", "title": body["code"], "status": status, "detail": error.message, **body}
    else:
        content = {"success": False, "error": body}
    headers = {"content-type": kind, **{name.lower(): value for name, value in error.headers.items()}}
    if status == 401:
        headers.setdefault("www-authenticate", "Bearer")
    return {"statusCode": status, "headers": headers, "body": json.dumps(content)}


def finish(answer: Answer, request: ApiRequest, *, shared_age: int, extra: dict[str, str]) -> Answer:
    """Add what every answer carries, and compress a long body for those who take gzip."""
    headers = {name.lower(): value for name, value in (answer.get("headers") or {}).items()}
    headers.pop("content-length", None)  # the gateway counts what it sends
    headers = {**SECURITY_HEADERS, **headers}
    headers.update({name.lower(): value for name, value in extra.items()})
    headers["x-request-id"] = request.request_id
    if current().acting_as:
        headers["x-impersonated-by"] = current().actor
    if request.trace_parent:
        headers["traceparent"] = request.trace_parent
    headers.setdefault("cache-control", _cache_control(answer, request, shared_age))
    headers["vary"] = "Authorization, X-API-Key, Origin, Accept-Encoding"
    done: Answer = {**answer, "headers": headers}
    if shared_age and request.method == "GET" and done["statusCode"] == 200:
        done = _tagged(done, request)
    if _worth_compressing(done) and takes_gzip(request.headers.get("accept-encoding", "")):
        headers["content-encoding"] = "gzip"
        done["body"] = base64.b64encode(gzip.compress(done["body"].encode(), 5, mtime=0)).decode()
        done["isBase64Encoded"] = True
    return done


_NO_WEIGHT = re.compile(r"0(\.0{0,3})?")


def takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding takes gzip: named, or by "*", and not with the weight 0 (RFC 9110 12.5.3)."""
    weights = {}
    for one in accepted.lower().split(","):
        coding, _, parameter = one.partition(";")
        weights[coding.strip()] = parameter.replace(" ", "").removeprefix("q=") or "1"
    weight = weights.get("gzip", weights.get("x-gzip", weights.get("*", "0")))
    return not _NO_WEIGHT.fullmatch(weight)


def _tagged(answer: Answer, request: ApiRequest) -> Answer:
    """The answer with its ETag, or 304 when the caller has it. Weak: one tag stands for all encodings (RFC 9110)."""
    headers, body = answer["headers"], str(answer.get("body") or "")
    headers["etag"] = f'W/"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'
    known = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    if "*" not in known and headers["etag"].removeprefix("W/") not in known:
        return answer
    kept = {name: value for name, value in headers.items() if name not in ("content-type", "content-length")}
    return {"statusCode": 304, "headers": kept, "body": ""}


def _cache_control(answer: Answer, request: ApiRequest, shared_age: int) -> str:
    if request.method != "GET" or answer["statusCode"] >= 400:
        return "no-store"
    if "authorization" in request.headers or "x-api-key" in request.headers:
        return "private, no-store"
    return f"public, max-age=0, s-maxage={shared_age}" if shared_age else "no-store"


def _worth_compressing(answer: Answer) -> bool:
    return not answer.get("isBase64Encoded") and len(answer.get("body") or "") >= GZIP_FROM
