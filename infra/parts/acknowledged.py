"""Findings of the rule packs that are meant, each with its reason. Whatever is not here stops `make synth`."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from infra.parts.discovery import Room, rooms
from infra.parts.grants import SOCKETS_STAGE
from infra.parts.stage import Stage
from shared.contract.declare import Messages, Socket
from shared.contract.derived import needs_of
from shared.contract.needs import Kind, Need


@dataclass(frozen=True)
class Meant:
    """One finding that is meant.

    rule    the finding's id to the letter, for example AwsSolutions-IAM5[Resource::*]; {stage} is the stage's name
    where   the path of the construct, without `showreel-<stage>-`; here `*` stands for anything
    """

    rule: str
    where: str
    reason: str


_LOGGED = "An execution's whole history is kept by Step Functions for 90 days; the log adds what failed."
_TRACED = (
    "Requests are followed by request id and traceparent in the logs; X-Ray would give every role a grant on '*'"
    " and bills each trace."
)
_ANSWERED = "Whoever calls it waits for its answer and sees the error."
_KEPT = "The queue keeps what fails, and what fails too often goes where its redrive policy says."
_RUNTIME = "The layers' compiled packages and bytecode are built for Python 3.13, which Lambda supports until 2029."
_DEAD_END = "It is itself where lost messages end up; nothing consumes it that could fail."
_CALLER = (
    "Functions know their callers themselves: JWT, API key, service token or signature, declared in each file, and one"
    " test holds all endpoints to it. An authorizer would cost a second invocation a request."
)
_NO_WEB_ACL = "A web ACL would charge for every range that a player reads, and addresses carry a token that is checked."
_ANYWHERE = "Where films may be watched is not ours to decide."
_OWN_CERTIFICATE = (
    "CloudFront's own certificate fixes the lowest version at TLSv1; a domain of one's own comes with TLSv1.2."
)

_BATCH = "arn:<AWS::Partition>:batch:<AWS::Region>:<AWS::AccountId>"
_EXECUTIONS = "arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution"
_MACHINES = {"transcode": "transcodemachine28F91453", "render": "rendermachine7DEA173C"}
"""The machines whose work is shared out, and their ids in the template."""
_NAME_OF = '{{"Fn::Select":[6,{{"Fn::Split":[":",{{"Ref":"{}"}}]}}]}}'

_SOCKETS = "<socketsA331CD3D>"
_SOCKETS_ELSEWHERE = "showreel-{stage}-sockets-id"
"""The id of the WebSocket API in the template of its stack, and in others."""

MEANT = (
    Meant("AwsSolutions-L1", "*", _RUNTIME),
    Meant("Serverless-LambdaLatestVersion", "*", _RUNTIME),
    Meant("Serverless-LambdaTracing", "*", _TRACED),
    Meant("AwsSolutions-SF2", "pipeline/*-machine/Resource", _TRACED),
    Meant("Serverless-StepFunctionStateMachineXray", "pipeline/*-machine/Resource", _TRACED),
    Meant("AwsSolutions-SF1", "pipeline/*-machine/Resource", _LOGGED),
    Meant("AwsSolutions-APIG4", "*-route*", _CALLER),
    Meant(
        "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]",
        "realtime/logs-role/Resource",
        "What API Gateway wants of the one role that it logs WebSocket APIs under, account by account.",
    ),
    Meant("Serverless-SQSRedrivePolicy", "*/lost-*/Resource", _DEAD_END),
    Meant("AwsSolutions-CFR1", "media/distribution/Resource", _ANYWHERE),
    Meant("AwsSolutions-CFR2", "media/distribution/Resource", _NO_WEB_ACL),
    Meant("AwsSolutions-CFR4", "media/distribution/Resource", _OWN_CERTIFICATE),
    Meant(
        "AwsSolutions-SMG4",
        "data/signing-keys/Resource",
        "functions/schedules/rotate_signing_keys.py rotates it, which CloudFormation cannot know.",
    ),
    Meant(
        "AwsSolutions-SMG4",
        "data/password-pepper/Resource",
        "Every stored password depends on it: a change would lock everybody out.",
    ),
    Meant(
        "AwsSolutions-SMG4",
        "data/media-key/Resource",
        "A change would end every address that was issued; it is a decision, not a routine.",
    ),
    Meant(
        "AwsSolutions-SMG4",
        "data/cursor-key/Resource",
        "It signs places in lists, which give no right to what is listed; a change would break lists half read.",
    ),
    Meant(
        "AwsSolutions-SMG4", "data/*-webhook/Resource", "Shared with whoever signs, who must learn of a change first."
    ),
    Meant(
        "AwsSolutions-SMG4",
        "data/oauth-clients/Resource",
        "Google makes what it holds, and a new one begins in its console.",
    ),
    Meant(
        "AwsSolutions-S1",
        "data/seals/Resource",
        "Two functions of ours come to it, and what somebody else does shows in the versions of its objects.",
    ),
    Meant(
        "AwsSolutions-VPC7",
        "pipeline/batch/network/Resource",
        "Nothing listens in this network, and it stands empty unless a job runs; jobs log what they do.",
    ),
    Meant(
        "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role]",
        "pipeline/batch/*/InstanceProfileRole/Resource",
        "AWS keeps it in step with the agent that it is for.",
    ),
    Meant(
        "AwsSolutions-IAM5[Resource::*]",
        "pipeline/*-machine-role/Resource",
        "batch:DescribeJobs and the actions on log deliveries take no resource.",
    ),
    Meant(
        f"AwsSolutions-IAM5[Resource::{_BATCH}:job/*]",
        "pipeline/*-machine-role/Resource",
        "Batch makes the ids of jobs up, and knows no name of a queue in them.",
    ),
    *(
        Meant(
            f"AwsSolutions-IAM5[Resource::{_EXECUTIONS}:showreel-{{stage}}-{name}{end}]",
            f"pipeline/{name}-machine-role/Resource",
            "The map's executions, one a worker, are named by Step Functions.",
        )
        for name in _MACHINES
        for end in ("/*", ":*")
    ),
    *(
        Meant(
            f"AwsSolutions-IAM5[Resource::{_EXECUTIONS}:{_NAME_OF.format(_MACHINES[name])}{end}]",
            f"pipeline/{name}-machine/DistributedMapPolicy/Resource",
            "The CDK's own grant, which is not attached to our role and not in the template.",
        )
        for name in _MACHINES
        for end in (":*", "/*:*")
    ),
    Meant(
        "AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:s3:::cdk-hnb659fds-assets-<AWS::AccountId>-<AWS::Region>/*.zip]",
        "pipeline/*-job/role/DefaultPolicy/Resource",
        "A job that began before a deployment is tried again with the bundle that it began with, whose name is a hash.",
    ),
)


def meant_of_edge(stage: Stage) -> tuple[Meant, ...]:
    """What is meant in a stage with the edge."""
    if not stage.has_edge:
        return ()
    distribution = "edge/distribution/Resource"
    logged = (
        "API Gateway logs each request that gets through and the web ACL what it refused; CloudFront's log would hold"
        " queries, in which mailed links carry tokens."
    )
    rotated = "The setting edge_secret rotates it, since functions must take the next one before the edge shows it."
    found = (
        Meant("AwsSolutions-SMG4", "data/origin/Resource", rotated),
        Meant("AwsSolutions-CFR1", distribution, _ANYWHERE),
        Meant("AwsSolutions-CFR3", distribution, logged),
    )
    return found if stage.edge_domain else (*found, Meant("AwsSolutions-CFR4", distribution, _OWN_CERTIFICATE))


def all_meant(jobs: Iterable[str]) -> tuple[Meant, ...]:
    """The table, what follows from declarations, and what from the job definitions of these names."""
    revisions = (
        Meant(
            f"AwsSolutions-IAM5[Resource::{_BATCH}:job-definition/{job}:*]",
            "pipeline/*-machine-role/Resource",
            "An execution under way goes on with the revision that it began with.",
        )
        for job in jobs
    )
    return (*MEANT, *revisions, *dict.fromkeys(meant for room in rooms() for meant in _of(room)))


def _of(room: Room) -> Iterator[Meant]:
    if room.declaration.is_awaited:
        yield Meant("Serverless-LambdaDLQ", f"*/{room.name}/Resource", _ANSWERED)
    if isinstance(room.declaration, Messages):
        yield Meant("Serverless-LambdaEventSourceMappingDestination", f"consumers/{room.name}-source", _KEPT)
    for need in needs_of(room.declaration):
        yield from _of_need(room, need)


def _of_need(room: Room, need: Need) -> Iterator[Meant]:
    """The names of objects and executions are made at run time; a grant is as narrow as their prefix."""
    role, resource = f"*/{room.name}-*role/Resource", f"showreel-{{stage}}-{need.resource.name}"
    if need.wildcard:
        yield Meant("AwsSolutions-IAM5[Resource::*]", role, need.wildcard)
        yield Meant("Serverless-LambdaStarPermissions", role, need.wildcard)
    if need.resource.kind is Kind.BUCKET and need.path and not need.action.startswith("s3:List"):
        arn = f"arn:<AWS::Partition>:s3:::{resource}-<AWS::AccountId>/{need.path}*"
        yield Meant(f"AwsSolutions-IAM5[Resource::{arn}]", role, f"Keys under {need.path} are made at run time.")
    if need.resource.kind is Kind.MACHINE and need.path:
        arn = f"arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:{need.path}:{resource}:*"
        yield Meant(f"AwsSolutions-IAM5[Resource::{arn}]", role, "Executions are named at run time.")
    if need.resource.kind is Kind.SOCKETS:
        api = _SOCKETS if isinstance(room.declaration, Socket) else _SOCKETS_ELSEWHERE
        arn = f"arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>:{api}/{SOCKETS_STAGE}/{need.path}"
        reason = "API Gateway makes the ids of connections up as clients connect."
        yield Meant(f"AwsSolutions-IAM5[Resource::{arn}/@connections/*]", role, reason)
    if need.resource.kind is Kind.TRANSCRIPTION and not need.wildcard:
        arn = f"arn:<AWS::Partition>:transcribe:<AWS::Region>:<AWS::AccountId>:transcription-job/{resource}-*"
        yield Meant(f"AwsSolutions-IAM5[Resource::{arn}]", role, "Transcription jobs are named at run time.")
