"""The settings of the edge, refused unless they are whole."""

import re
from collections.abc import Callable

OFF, ON = "off", "on"
"""Of settings that add something, in a stage that does without and in one that has it."""

_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
_CERTIFICATE = re.compile(r"arn:aws:acm:us-east-1:\d{12}:certificate/[a-z0-9-]+")
_GENERATION = re.compile(r"[1-9][0-9]{0,5}")


def edge_settings(context: Callable[[str, str], str]) -> dict[str, str]:
    """What a stage knows of its edge; `context` is the value of a setting, or its default."""
    edge, generation = context("edge", OFF), context("edge_secret", "1")
    domain, certificate = context("edge_domain", ""), context("edge_certificate", "")
    if edge not in (OFF, ON):
        raise ValueError(f"-c edge: {edge!r} is none of {OFF}, {ON}")
    if not _GENERATION.fullmatch(generation):
        raise ValueError(f"-c edge_secret: {generation!r} is no whole number above 0")
    if domain and not _HOST.fullmatch(domain):
        raise ValueError(f"-c edge_domain: {domain!r} is not of the form api.example.org")
    if domain and not _CERTIFICATE.fullmatch(certificate):
        raise ValueError(f"-c edge_certificate: {certificate!r} is no ARN of a certificate in us-east-1")
    return {"edge": edge, "edge_domain": domain, "edge_certificate": certificate, "edge_secret": generation}
