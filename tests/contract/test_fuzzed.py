"""Every operation of the OpenAPI document, asked what its schemas allow and what they do not.

No answer is a 5xx, and each has a status, a type and a form that the document names. Runs are the same each time.
"""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from infra.openapi import document
from infra.parts.discovery import endpoints, rooms
from shared.contract.derived import needs_of
from shared.contract.needs import Kind
from shared.contract.permissions import Identity
from shared.domains.accounts.service import mailing
from shared.domains.operations.service.maintenance import MaintenanceService
from tests.aws import Stage
from tests.callers import account, revive, service_token
from tests.contract.gateway import DOCUMENT, Gateway
from tests.mailbox import Mailbox

EXAMPLES = 10
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
SCHEMA = schemathesis.openapi.from_wsgi(DOCUMENT, Gateway())
OPERATIONS = [found.ok() for found in SCHEMA.get_all_operations() if isinstance(found, Ok)]
RULES = {room.name: endpoint.caller for room, endpoint in endpoints()}


@pytest.fixture(scope="module")
def proofs(lasting_stage: Stage) -> dict[Identity, str]:
    """What is shown to each kind of endpoint: as much as there can be."""
    user, admin = account(lasting_stage).token, account(lasting_stage, "admin").token
    return {
        Identity.OPTIONAL: user,
        Identity.USER: user,
        Identity.ADMIN: admin,
        Identity.SERVICE: service_token(lasting_stage, "internal:all"),
    }


@pytest.fixture
def ready(lasting_stage: Stage, proofs: dict[Identity, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A stage whose functions know all that they need; limits out of the way."""
    monkeypatch.setenv("RATE_SCALE", "100000")
    monkeypatch.setenv("FFMPEG_PATH", "/nowhere/ffmpeg")
    for need in {need for room in rooms() for need in needs_of(room.declaration)}:
        if need.resource.kind in (Kind.MACHINE, Kind.FUNCTION):
            monkeypatch.setenv(need.resource.variable, f"showreel-test-{need.resource.name}")
    monkeypatch.setenv("MAIL_FROM", "showreel@example.com")
    monkeypatch.setattr(mailing, "hand_over", Mailbox().hand_over)
    revive(lasting_stage, proofs[Identity.USER])
    revive(lasting_stage, proofs[Identity.ADMIN])
    with lasting_stage.unrecorded():  # what is made up for the endpoint of maintenance may have closed the stage
        MaintenanceService.open().set(enabled=False, message="", estimated_time=None)


def test_all_operations_of_the_document_are_asked() -> None:
    assert len(OPERATIONS) == sum(len(methods) for methods in document()["paths"].values())


@pytest.mark.parametrize("mode", list(GenerationMode), ids=str)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_no_request_gets_an_answer_that_the_document_does_not_name(
    ready: None, proofs: dict[Identity, str], operation: Any, mode: GenerationMode
) -> None:
    name = str(operation.definition.raw["operationId"]).partition("_alias")[0]
    proof = proofs.get(RULES[name].identity, "")
    headers = {"accept-encoding": "identity"} | ({"authorization": f"Bearer {proof}"} if proof else {})

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        case.call_and_validate(headers=headers, checks=CHECKS)

    try:
        ask()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE, "nothing that is allowed can be made up"
