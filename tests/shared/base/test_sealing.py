"""Secrets of users at rest."""

import base64
from dataclasses import replace

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.base import aws, sealing
from shared.base.errors import UnavailableError
from shared.base.sealing import Place, SealError, seal, unseal
from tests.aws import Stage
from tests.clock import TurnedClock

BEHIND_THE_KEYS_NAME = 51
"""moto writes the id of the key before what it wraps, and says that a changed one does not exist; AWS does not."""

ADA = Place("mfa", "users", "ada", "mfa_secret")


@pytest.mark.parametrize("secret", ["JBSWY3DPEHPK3PXP", "", "ключ 🔑", "a" * 10_000])
def test_what_is_sealed_opens_in_its_place(stage: Stage, secret: str) -> None:
    sealed = seal(secret, ADA)
    assert sealed.startswith("v1.")
    assert unseal(sealed, ADA) == secret
    if secret:
        assert secret not in sealed
        assert base64.b64encode(secret.encode()).decode().rstrip("=") not in sealed


@pytest.mark.parametrize("other", [{"owner": "bob"}, {"table": "grants"}, {"field": "token"}])
def test_case_29_a_secret_pasted_elsewhere_does_not_open(stage: Stage, other: dict[str, str]) -> None:
    sealed = seal("secret", ADA)
    with pytest.raises(SealError):
        unseal(sealed, replace(ADA, **other))
    stage.restart()
    with pytest.raises(SealError):
        unseal(sealed, replace(ADA, **other))


def test_case_29_places_do_not_run_into_one_another(stage: Stage) -> None:
    sealed = seal("secret", Place("mfa", "users", "a", "bc"))
    with pytest.raises(SealError):
        unseal(sealed, Place("mfa", "users", "ab", "c"))


def test_kms_itself_keeps_purposes_apart(stage: Stage) -> None:
    sealed = seal("secret", ADA)
    stage.restart()
    with pytest.raises(SealError, match="data key"):
        unseal(sealed, replace(ADA, purpose="oauth"))
    assert [str(call) for call in stage.calls].count("kms:Decrypt") == 1


@given(st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_sealed_text_that_was_changed_anywhere_does_not_open(stage: Stage, data: st.DataObject) -> None:
    sealed = seal("secret", ADA)
    place = data.draw(st.one_of(st.integers(0, 2), st.integers(BEHIND_THE_KEYS_NAME, len(sealed) - 1)))
    sign = data.draw(st.sampled_from("AZaz09-_.=+/é"))
    changed = sealed[:place] + sign + sealed[place + 1 :]
    if decoded(changed) != decoded(sealed):
        with pytest.raises(SealError):
            unseal(changed, ADA)


def decoded(sealed: str) -> list[bytes | str]:
    """What the text says: the last letter of a part has bits that say nothing."""
    parts: list[bytes | str] = []
    for part in sealed.split("."):
        try:
            parts.append(base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True))
        except ValueError:
            parts.append(part)
    return [sealed.split(".", maxsplit=1)[0], *parts[1:]]


@pytest.mark.parametrize("text", ["", "v1", "v1.", "v1..", "v2.AA.AA", "v1.AA.AA.AA", "secret", "v1.AA.", "v1.é.é"])
def test_what_is_no_sealed_text_does_not_open(stage: Stage, text: str) -> None:
    with pytest.raises(SealError):
        unseal(text, ADA)


def test_two_sealed_texts_of_one_secret_differ(stage: Stage) -> None:
    assert seal("secret", ADA) != seal("secret", ADA)


def test_a_data_key_is_kept_for_five_minutes(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    turned = TurnedClock()
    monkeypatch.setattr("shared.base.clock.now", turned)
    assert stage.calls_of(lambda: [unseal(seal("secret", ADA), ADA) for _ in range(3)]) == ["kms:GenerateDataKey"]
    sealed = seal("secret", ADA)
    turned.advance(sealing.KEPT_SECONDS - 1)
    assert stage.calls_of(lambda: unseal(sealed, ADA)) == []
    turned.advance(1)
    assert stage.calls_of(lambda: unseal(sealed, ADA)) == ["kms:Decrypt"]
    assert stage.calls_of(lambda: seal("secret", ADA)) == ["kms:GenerateDataKey"]


def test_only_so_many_data_keys_are_kept(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "KEPT", 3)
    texts = []
    for _ in range(5):
        sealing.forget()
        texts.append(seal("secret", ADA))
    sealing.forget()
    assert stage.calls_of(lambda: [unseal(text, ADA) for text in texts]) == ["kms:Decrypt"] * 5
    assert stage.calls_of(lambda: unseal(texts[-1], ADA)) == []
    assert stage.calls_of(lambda: unseal(texts[0], ADA)) == ["kms:Decrypt"]


@pytest.mark.parametrize("code", ["KMSInternalException", "DependencyTimeoutException"])
def test_an_outage_is_503(stage: Stage, code: str) -> None:
    sealed = seal("secret", ADA)
    stage.restart()
    with stage.refusing("kms", "Decrypt", code) as fired, pytest.raises(UnavailableError):
        unseal(sealed, ADA)
    with stage.refusing("kms", "GenerateDataKey", code) as more, pytest.raises(UnavailableError):
        seal("secret", ADA)
    assert fired
    assert more
    assert unseal(sealed, ADA) == "secret"


def test_silence_is_503(stage: Stage) -> None:
    aws.client("kms", sealing.READ_SECONDS)
    with (
        stage.cut_off("kms", "GenerateDataKey", ConnectTimeoutError, after=False) as fired,
        pytest.raises(UnavailableError),
    ):
        seal("secret", ADA)
    assert len(fired) == 3


def test_a_right_that_is_missing_is_no_outage(stage: Stage) -> None:
    with stage.refusing("kms", "GenerateDataKey", "AccessDeniedException") as fired, pytest.raises(ClientError):
        seal("secret", ADA)
    assert fired
