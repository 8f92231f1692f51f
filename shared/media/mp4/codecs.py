"""Codec strings for CODECS attributes (RFC 6381), read from the sample description, never from settings."""

import struct

from shared.media.mp4.boxes import BoxError

FIRST_ENTRY = 16
"""Offset of the first sample entry in an stsd box: header, version and flags, entry count."""
PROFILE_SPACES = ("", "A", "B", "C")


def entry_kind(stsd: bytes) -> str:
    """The four letters of the first entry of an stsd box, such as avc1."""
    return stsd[FIRST_ENTRY + 4 : FIRST_ENTRY + 8].decode("latin-1")


def codec_string(stsd: bytes) -> str:
    """The codec string of the first entry of an stsd box, such as avc1.640028 or mp4a.40.2."""
    kind = entry_kind(stsd)
    if kind in {"avc1", "avc3"}:
        config = _payload(stsd, b"avcC")
        return f"{kind}.{stsd[config + 1]:02X}{stsd[config + 2]:02X}{stsd[config + 3]:02X}"
    if kind in {"hvc1", "hev1"}:
        return _hevc(kind, stsd[_payload(stsd, b"hvcC") :])
    if kind == "av01":
        return _av1(stsd[_payload(stsd, b"av1C") :])
    if kind == "mp4a":
        return _mp4a(stsd)
    raise BoxError(f"no codec string is known for {kind!r}")


def _payload(stsd: bytes, kind: bytes) -> int:
    at = stsd.find(kind, FIRST_ENTRY)
    if at < 0:
        raise BoxError(f"a sample entry without {kind!r}")
    return at + 4


def _hevc(kind: str, config: bytes) -> str:
    space, tier, profile = PROFILE_SPACES[config[1] >> 6], "H" if config[1] & 32 else "L", config[1] & 31
    compatibility = int(f"{struct.unpack_from('>I', config, 2)[0]:032b}"[::-1], 2)
    constraints = config[6:12].rstrip(b"\0")
    parts = [kind, f"{space}{profile}", f"{compatibility:X}", f"{tier}{config[12]}"]
    return ".".join(parts + [f"{value:X}" for value in constraints])


def _av1(config: bytes) -> str:
    """Profile, level and tier, bit depth; what follows has the default of BT.709 in studio range, and is left out.

    AV1 Codec ISO Media File Format Binding, section 5.
    """
    profile, level = config[1] >> 5, config[1] & 31
    tier = "H" if config[2] & 0x80 else "M"
    depth = (12 if config[2] & 0x20 else 10) if config[2] & 0x40 else 8
    return f"av01.{profile}.{level:02}{tier}.{depth:02}"


def _mp4a(stsd: bytes) -> str:
    """MPEG-4 audio: object type indication and audio object type, out of the nested descriptors of esds."""
    at = _payload(stsd, b"esds") + 4
    at = _descriptor(stsd, at, 3) + 3
    at = _descriptor(stsd, at, 4)
    object_type = stsd[at]
    at = _descriptor(stsd, at + 13, 5)
    return f"mp4a.{object_type:x}.{stsd[at] >> 3}"


def _descriptor(stsd: bytes, at: int, tag: int) -> int:
    """Offset of the body of a descriptor, whose length takes one to four bytes."""
    if stsd[at] != tag:
        raise BoxError("sound without an MPEG-4 descriptor")
    at += 1
    while stsd[at] & 0x80:
        at += 1
    return at + 1
