"""What one stage of the product is: its settings, and the names of all that it owns."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aws_cdk as cdk
from constructs import Node

from infra.parts.edge import OFF, edge_settings
from infra.parts.sizes import GPU_OFF
from shared.media.encoders import EXTRA_CODECS
from shared.media.workers import JOB_CPU_SECONDS, LAMBDA_CPU_SECONDS, MOST_INVOCATIONS

APPLICATION = "showreel"

GPU_FAMILIES = ("g4dn", "g5", "g6")
"""Machines whose GPU has an encoder: T4, A10G, L4. The large ones for computing, A100 and H100, have none."""


@dataclass(frozen=True)
class Stage:
    """The settings of a stage. Stages differ in settings only.

    Each is `-c name=value` of the CDK, or stands in cdk.json under context, stages, the stage's name.

    bundles         folder of what `make build` made: code/, layers/, worker-*.zip
    cors_origins    exact origins of the frontends, comma separated
    rate_scale      multiplies all rate limits
    csrf_mode       whose requests need a CSRF token: "cookie", "always" or "off", see shared/http/csrf.py
    clerk_issuer    of the Clerk instance whose users may come, "" without; `clerk_authorized_parties` are its frontends
    google_client_id, youtube_client_id   of OAuth clients at Google by which people log in, "" without
    oauth_redirects   exact addresses of frontends that Google sends browsers back to, comma separated
    google_endpoints  JSON: where Google is, if elsewhere, see shared/providers/oauth/google.py
    prices          JSON: what costs the stage other than the list prices, see shared/domains/jobs/rules/prices.py
    encoder         "ours", or "outside" when another service encodes
    renderer        "ours", or "remotion" when Remotion Lambda renders
    lambda_cpu_seconds   sources that cost more CPU time to encode than this go to Batch
    job_cpu_seconds      what a Batch worker gets of them
    gpu             family of machines with GPUs that encode what is for Batch: g4dn, g5 or g6; "off" without any
    extra_codecs    codecs that streams have besides H.264, comma separated: hevc, av1; "off" without any
    vmaf            "on" when workers measure how rungs look beside their source, for the manifest; or "off"
    transcriber     who writes down what has no text: "amazon", "embedded", or "none"
    transcriber_python   the interpreter that the embedded one runs in
    mail_from       the address that mail comes from; "" sends none
    mail_identity   what SES has verified of it: its domain, or the address itself
    frontend_url    where links in mails lead; "" is to pages of the API
    edge            "on": the API stands behind a distribution with a web ACL, and answers nobody else
    edge_domain     the name by which the API is asked then, "" for the one that CloudFront gives
    edge_certificate   ARN of its certificate, in us-east-1
    edge_secret     generation of the secret that the distribution shows the API; the next number rotates it
    most_workers    invocations that encode one source at the same time, 100 at most are of use
    """

    name: str
    bundles: Path
    cors_origins: str
    rate_scale: str
    token_issuer: str
    token_audience: str
    csrf_mode: str
    clerk_issuer: str
    clerk_authorized_parties: str
    google_client_id: str
    youtube_client_id: str
    oauth_redirects: str
    google_endpoints: str
    prices: str
    encoder: str
    renderer: str
    lambda_cpu_seconds: str
    job_cpu_seconds: str
    gpu: str
    extra_codecs: str
    vmaf: str
    most_workers: int
    access_token_minutes: str
    refresh_token_days: str
    worker_image: str
    transcriber: str
    transcriber_python: str
    mail_from: str
    mail_identity: str
    frontend_url: str
    edge: str
    edge_domain: str
    edge_certificate: str
    edge_secret: str

    @property
    def production(self) -> bool:
        """Whether data is kept when a stack goes."""
        return self.name == "prod"

    @property
    def has_gpu(self) -> bool:
        """Whether there is a queue of machines with GPUs."""
        return self.gpu != GPU_OFF

    @property
    def has_edge(self) -> bool:
        """Whether there is a distribution before the API."""
        return self.edge != OFF

    @property
    def removal(self) -> cdk.RemovalPolicy:
        """What happens to data when its stack goes; a first deployment that fails leaves none behind, in any stage."""
        return cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE if self.production else cdk.RemovalPolicy.DESTROY

    def named(self, name: str) -> str:
        """The real name of something of this stage; IAM and Lambda end names at 64 characters."""
        full = f"{APPLICATION}-{self.name}-{name}"
        if len(full) > 64:
            raise ValueError(f"{full} is longer than the 64 characters that AWS allows")
        return full

    @property
    def environment(self) -> dict[str, str]:
        """The settings that every function is told; what is not set is not told, since Batch refuses empty values."""
        told = {
            "STAGE": self.name,
            "CORS_ORIGINS": self.cors_origins,
            "RATE_SCALE": self.rate_scale,
            "TOKEN_ISSUER": self.token_issuer,
            "TOKEN_AUDIENCE": self.token_audience,
            "CSRF_MODE": self.csrf_mode,
            "CLERK_ISSUER": self.clerk_issuer,
            "CLERK_AUTHORIZED_PARTIES": self.clerk_authorized_parties,
            "GOOGLE_ENDPOINTS": self.google_endpoints,
            "PRICES": self.prices,
            "ENCODER": self.encoder,
            "RENDERER": self.renderer,
            "LAMBDA_CPU_SECONDS": self.lambda_cpu_seconds,
            "JOB_CPU_SECONDS": self.job_cpu_seconds,
            "GPU": self.gpu,
            "EXTRA_CODECS": self.extra_codecs,
            "VMAF": self.vmaf,
            "ACCESS_TOKEN_EXPIRE_MINUTES": self.access_token_minutes,
            "REFRESH_TOKEN_EXPIRE_DAYS": self.refresh_token_days,
            "TRANSCRIBER": self.transcriber,
            "TRANSCRIBER_PYTHON": self.transcriber_python,
            "MAIL_FROM": self.mail_from,
            "FRONTEND_URL": self.frontend_url,
            "OAUTH_REDIRECTS": self.oauth_redirects,
            "GOOGLE_CLIENT_ID": self.google_client_id,
            "YOUTUBE_CLIENT_ID": self.youtube_client_id,
        }
        return {name: value for name, value in told.items() if value}


_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:\d{1,5})?")

LOCAL_ORIGINS = "http://localhost:5173,http://127.0.0.1:5173"
_ADDRESS = re.compile(r"[A-Za-z0-9._+-]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)+")
_ISSUER = re.compile(r"https://[a-z0-9.-]+|http://127\.0\.0\.1:\d{1,5}")
_PAGE = re.compile(rf"({_ISSUER.pattern}|http://localhost:\d{{1,5}})/[A-Za-z0-9/._~-]{{0,200}}")
_OAUTH = {"google_client_id": "", "youtube_client_id": "", "oauth_redirects": "", "google_endpoints": "{}"}
_CLIENT_ID = re.compile(r"[A-Za-z0-9._-]{1,200}")
_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?"), "number"
_WHOLE = re.compile(r"[0-9]{1,6}"), "whole number"
_NUMBERS = {
    "rate_scale": _NUMBER,
    "lambda_cpu_seconds": _NUMBER,
    "access_token_minutes": _WHOLE,
    "refresh_token_days": _WHOLE,
}

_CHOICES = {
    "gpu": (GPU_OFF, *GPU_FAMILIES),
    "vmaf": ("on", OFF),
    "transcriber": ("amazon", "embedded", "none"),
    "csrf_mode": ("cookie", "always", "off"),
}
PYTHON_IMAGE = "public.ecr.aws/docker/library/python:3.13-slim"


def stage_of(node: Node) -> Stage:
    """The stage that the CDK context asks for."""
    name = str(node.try_get_context("stage") or "dev")
    own = (node.try_get_context("stages") or {}).get(name, {})

    def context(key: str, default: str) -> str:
        given = (node.try_get_context(key), own.get(key))
        return str(next((one for one in given if one is not None), default))

    if name not in ("dev", "staging", "prod"):
        raise ValueError(f"-c stage={name}: there are dev, staging and prod")
    if context("jwt_algorithm", "RS256") != "RS256":
        raise ValueError("-c jwt_algorithm: only RS256, since a shared secret would let every verifier sign tokens")
    origins = context("cors_origins", LOCAL_ORIGINS if name == "dev" else "")
    _check_origins(name, origins)
    for key in _NUMBERS:
        _check_number(key, context(key, "1"))
    root = Path(__file__).parents[2]
    mail_from = _formed("mail_from", context("mail_from", ""), _ADDRESS, "me@example.org")
    return Stage(
        name=name,
        bundles=root / context("bundles", "build"),
        cors_origins=origins,
        rate_scale=context("rate_scale", "1"),
        token_issuer=context("token_issuer", f"{APPLICATION}-{name}"),
        token_audience=context("token_audience", f"{APPLICATION}-users"),
        csrf_mode=_choice("csrf_mode", context("csrf_mode", "cookie")),
        **_clerk(context("clerk_issuer", ""), context("clerk_authorized_parties", "")),
        **_oauth({key: context(key, default) for key, default in _OAUTH.items()}),
        prices=_prices(context("prices", "{}")),
        encoder=context("encoder", "ours"),
        renderer=context("renderer", "ours"),
        lambda_cpu_seconds=context("lambda_cpu_seconds", str(LAMBDA_CPU_SECONDS)),
        job_cpu_seconds=context("job_cpu_seconds", str(JOB_CPU_SECONDS)),
        gpu=_choice("gpu", context("gpu", GPU_OFF)),
        extra_codecs=_extra_codecs(context("extra_codecs", OFF), context("gpu", OFF)),
        vmaf=_choice("vmaf", context("vmaf", OFF)),
        most_workers=int(context("most_workers", str(MOST_INVOCATIONS))),
        access_token_minutes=context("access_token_minutes", "15"),
        refresh_token_days=context("refresh_token_days", "7"),
        worker_image=context("worker_image", PYTHON_IMAGE),
        transcriber=_choice("transcriber", context("transcriber", "amazon")),
        transcriber_python=context("transcriber_python", ""),
        mail_from=mail_from,
        mail_identity=context("mail_identity", mail_from.rpartition("@")[2]),
        frontend_url=_formed("frontend_url", context("frontend_url", ""), _ORIGIN, "https://app.example.org"),
        **edge_settings(context),
    )


def _check_origins(name: str, origins: str) -> None:
    if not origins:
        raise ValueError(f"-c cors_origins: name the exact origins of the frontends of stage {name}, comma separated")
    for origin in origins.split(","):
        if not _ORIGIN.fullmatch(origin):
            raise ValueError(f"-c cors_origins: {origin!r} is no exact origin such as https://app.example.org")


def _check_number(key: str, given: str) -> None:
    form, meaning = _NUMBERS[key]
    if not form.fullmatch(given) or not float(given):
        raise ValueError(f"-c {key}: {given!r} is no {meaning} above 0")


def _clerk(issuer: str, parties: str) -> dict[str, str]:
    if issuer and not _ISSUER.fullmatch(issuer):
        raise ValueError(f"-c clerk_issuer: {issuer!r} is no address such as https://clerk.example.org")
    if issuer and not all(map(_ORIGIN.fullmatch, parties.split(","))):
        raise ValueError(f"-c clerk_authorized_parties: {parties!r} names no exact origins of frontends")
    return {"clerk_issuer": issuer, "clerk_authorized_parties": parties}


def _oauth(given: dict[str, str]) -> dict[str, str]:
    """The settings of logins with Google, refused unless they are whole."""
    clients = [_formed(key, given[key], _CLIENT_ID, "123-abc") for key in ("google_client_id", "youtube_client_id")]
    redirects = given["oauth_redirects"].split(",")
    if any(clients) and not all(map(_PAGE.fullmatch, redirects)):
        raise ValueError(f"-c oauth_redirects: {redirects} names no exact addresses such as https://app.example.org/in")
    places = _json("google_endpoints", given["google_endpoints"])
    known = {"authorize": _PAGE, "token": _PAGE, "keys": _PAGE, "issuer": _ISSUER}
    if not all(name in known and known[name].fullmatch(str(place)) for name, place in places.items()):
        raise ValueError(f"-c google_endpoints: {places} has more than addresses of {', '.join(known)}")
    return given


def _extra_codecs(given: str, gpu: str) -> str:
    codecs = given.split(",")
    if given != OFF and (set(codecs) - set(EXTRA_CODECS) or len(set(codecs)) < len(codecs)):
        raise ValueError(f"-c extra_codecs: {given!r} is neither {OFF} nor a list of {', '.join(EXTRA_CODECS)}")
    if OFF not in (given, gpu):
        raise ValueError("-c extra_codecs: GPUs make H.264 alone, so leave either extra_codecs or gpu off")
    return given


def _choice(key: str, given: str) -> str:
    if given not in _CHOICES[key]:
        raise ValueError(f"-c {key}: {given!r} is none of {', '.join(_CHOICES[key])}")
    return given


def _formed(key: str, given: str, form: re.Pattern[str], example: str) -> str:
    if given and not form.fullmatch(given):
        raise ValueError(f"-c {key}: {given!r} is not of the form {example}")
    return given


def _prices(text: str) -> str:
    """The setting `prices`, refused when it is no object of numbers."""
    if not all(type(price) in (int, float) and price >= 0 for price in _json("prices", text).values()):
        raise ValueError(f"-c prices: {text!r} is no JSON object of numbers")
    return text


def _json(key: str, text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if isinstance(found, dict):
        return found
    raise ValueError(f"-c {key}: {text!r} is no JSON object")
