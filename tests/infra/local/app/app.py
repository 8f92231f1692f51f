"""A small CDK app with what the local stack has to hold up: functions, an API, Batch, state machines, events, media."""

import os
import shutil
from pathlib import Path
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_apigatewayv2 as apigw
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_batch as batch
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secrets
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn

ROOT = Path(__file__).resolve().parent


def bundle() -> Path:
    """The code of all functions, as a build would have made it."""
    folder = Path(os.environ["CDK_OUTDIR"]).parent / "code"
    for name in ("functions", "shared"):
        shutil.copytree(ROOT / name, folder / name, dirs_exist_ok=True)
    return folder


class Data(cdk.Stack):
    """What both other stacks refer to."""

    def __init__(self, app: cdk.App) -> None:
        super().__init__(
            app, "test-data", synthesizer=cdk.DefaultStackSynthesizer(generate_bootstrap_version_rule=False)
        )
        self.bucket = s3.Bucket(self, "bucket", versioned=True, event_bridge_enabled=True, enforce_ssl=True)
        self.secret = secrets.Secret(self, "key")
        cdk.CfnOutput(self, "MediaBucketName", value=self.bucket.bucket_name)
        cdk.CfnOutput(self, "MediaKeySecretArn", value=self.secret.secret_arn)


class Main(cdk.Stack):
    """Functions, API, jobs, machines."""

    def __init__(self, app: cdk.App, data: Data) -> None:
        super().__init__(
            app, "test-main", synthesizer=cdk.DefaultStackSynthesizer(generate_bootstrap_version_rule=False)
        )
        self.data = data
        self.echo = self.function("echo")
        data.bucket.grant_put(self.echo, "allowed/*")
        self.function("broken")
        self.api()
        queue, definition = self.jobs()
        self.machines(queue, definition)
        self.events()
        self.consumers()

    def function(self, name: str) -> lambda_.Function:
        return lambda_.Function(
            self,
            name,
            function_name=f"test-{name}",
            handler=f"functions.{name}.handler",
            timeout=cdk.Duration.seconds(3),
            runtime=lambda_.Runtime.PYTHON_3_13,
            memory_size=256,
            code=lambda_.Code.from_asset(str(bundle())),
            environment={
                "BUCKET": self.data.bucket.bucket_name,
                "CDN_BASE_URL": "https://d111.cloudfront.net",
                "FFMPEG_PATH": "/opt/bin/ffmpeg",
            },
        )

    def api(self) -> None:
        cors = apigw.CorsPreflightOptions(
            allow_origins=["https://app.example.com"], allow_methods=[apigw.CorsHttpMethod.GET]
        )
        http = apigw.HttpApi(self, "http", cors_preflight=cors)
        http.add_routes(
            path="/greet",
            methods=[apigw.HttpMethod.GET],
            integration=integrations.HttpLambdaIntegration("echo", self.echo),
        )
        cdk.CfnOutput(self, "ApiUrl", value=http.api_endpoint)

    def jobs(self) -> tuple[batch.JobQueue, batch.EcsJobDefinition]:
        vpc = ec2.Vpc(self, "vpc", max_azs=1, nat_gateways=0, restrict_default_security_group=False)
        compute = batch.ManagedEc2EcsComputeEnvironment(
            self,
            "compute",
            vpc=vpc,
            minv_cpus=0,
            maxv_cpus=4,
            vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC),
        )
        ordered = batch.OrderedComputeEnvironment(compute_environment=compute, order=1)
        queue = batch.JobQueue(self, "queue", compute_environments=[ordered])
        role = iam.Role(
            self, "job-role", role_name="test-job", assumed_by=iam.ServicePrincipal("ecs-tasks.amazonaws.com")
        )
        self.data.bucket.grant_put(role, "jobs/*")
        definition = batch.EcsJobDefinition(
            self,
            "definition",
            parameters={"word": "default"},
            container=batch.EcsEc2ContainerDefinition(
                self,
                "container",
                image=ecs.ContainerImage.from_registry("python"),
                cpu=1,
                memory=cdk.Size.mebibytes(64),
                command=["echo", "Ref::word"],
                job_role=role,
                environment={"BUCKET": self.data.bucket.bucket_name},
            ),
        )
        cdk.CfnOutput(self, "Queue", value=queue.job_queue_arn)
        cdk.CfnOutput(self, "Definition", value=definition.job_definition_arn)
        return queue, definition

    def machines(self, queue: batch.JobQueue, definition: batch.EcsJobDefinition) -> None:
        job = {
            "Type": "Task",
            "Resource": "arn:aws:states:::batch:submitJob.sync",
            "End": True,
            "Arguments": {
                "JobName": "job",
                "JobQueue": queue.job_queue_arn,
                "JobDefinition": definition.job_definition_arn,
                "ContainerOverrides": {"Command": "{% $states.input.command %}"},
            },
            "Output": "{% $states.result.Status %}",
        }
        submit = iam.PolicyStatement(
            actions=["batch:SubmitJob"],
            resources=[
                queue.job_queue_arn,
                f"arn:aws:batch:*:*:job-definition/{definition.job_definition_name}:*",
                definition.job_definition_arn,
            ],
        )
        watch = iam.PolicyStatement(
            actions=["events:PutTargets", "events:PutRule", "events:DescribeRule"],
            resources=[
                self.format_arn(
                    service="events", resource="rule", resource_name="StepFunctionsGetEventsForBatchJobsRule"
                )
            ],
        )
        end = iam.PolicyStatement(
            actions=["batch:TerminateJob"],
            resources=[self.format_arn(service="batch", resource="job", resource_name="*")],
        )
        self.machine("Job", {"job": job}, submit, watch, end)
        self.machine("JobDenied", {"job": job}, watch, end)
        self.waiting_machines()
        self.machine("Slow", {"wait": {"Type": "Wait", "Seconds": 20, "End": True}}, TimeoutSeconds=1)
        self.machine("Failing", {"fail": {"Type": "Fail", "Error": "Odd", "Cause": "as asked"}})
        self.machine(
            "Map",
            {"map": self.distributed_map()},
            iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=[self.echo.function_arn]),
            iam.PolicyStatement(
                actions=["states:StartExecution"],
                resources=[
                    self.format_arn(
                        service="states",
                        resource="stateMachine",
                        resource_name="test-Map",
                        arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
                    )
                ],
            ),
        )

    def waiting_machines(self) -> None:
        call = iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=[self.echo.function_arn])
        wait = {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
            "Arguments": {"FunctionName": self.echo.function_arn, "Payload": {}},
            "HeartbeatSeconds": 1,
            "End": True,
        }
        self.machine("Callback", {"wait": wait}, call)
        failing = self.format_arn(
            service="states",
            resource="stateMachine",
            resource_name="test-Failing",
            arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
        )
        begin = {
            "Type": "Task",
            "Resource": "arn:aws:states:::states:startExecution",
            "Arguments": {
                "StateMachineArn": failing,
                "Name": "{% $states.input.name %}",
                "Input": "{% $states.input %}",
            },
            "Catch": [{"ErrorEquals": ["StepFunctions.ExecutionAlreadyExistsException"], "Next": "caught"}],
            "End": True,
        }
        start = iam.PolicyStatement(actions=["states:StartExecution"], resources=[failing])
        self.machine("Starter", {"begin": begin, "caught": {"Type": "Pass", "Output": "caught", "End": True}}, start)

    def distributed_map(self) -> dict[str, Any]:
        call = {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "End": True,
            "Arguments": {
                "FunctionName": self.echo.function_arn,
                "Payload": {"do": "double", "number": "{% $states.input.number %}"},
            },
            "Output": "{% $states.result.Payload.doubled %}",
        }
        return {
            "Type": "Map",
            "Items": "{% [1..$states.input.count] %}",
            "End": True,
            "ItemSelector": {"number": "{% $states.context.Map.Item.Value %}"},
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
                "StartAt": "call",
                "States": {"call": call},
            },
            "Output": "{% {'sum': $sum($states.result)} %}",
        }

    def machine(self, name: str, states: dict[str, Any], *statements: iam.PolicyStatement, **more: Any) -> None:
        role = iam.Role(
            self,
            f"{name}-role",
            role_name=f"test-{name}-machine",
            assumed_by=iam.ServicePrincipal("states.amazonaws.com"),
        )
        definition = {"QueryLanguage": "JSONata", "StartAt": next(iter(states)), "States": states, **more}
        made = sfn.CfnStateMachine(
            self,
            name,
            role_arn=role.role_arn,
            state_machine_name=f"test-{name}",
            definition_string=self.to_json_string(definition),
        )
        for statement in statements:
            role.add_to_policy(statement)
        cdk.CfnOutput(self, f"{name}Machine", value=made.attr_arn)

    def events(self) -> None:
        queue = sqs.Queue(self, "status", queue_name="test-status")
        pattern = events.EventPattern(
            source=["aws.states"],
            detail_type=["Step Functions Execution Status Change"],
            detail={"status": ["FAILED", "TIMED_OUT", "ABORTED"]},
        )
        events.Rule(self, "rule", event_pattern=pattern, targets=[targets.SqsQueue(queue)])
        created = events.EventPattern(
            source=["aws.s3"], detail_type=["Object Created"], detail={"object": {"key": [{"prefix": "allowed/"}]}}
        )
        arrived = sqs.Queue(self, "arrived", queue_name="test-arrived")
        events.Rule(self, "created", event_pattern=created, targets=[targets.SqsQueue(arrived)])

    def consumers(self) -> None:
        consume = self.function("consume")
        self.data.bucket.grant_put(consume, "records/*")
        key, both = dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING), dynamodb.StreamViewType
        table = dynamodb.Table(
            self, "followed", table_name="test-followed", partition_key=key, stream=both.NEW_AND_OLD_IMAGES
        )
        lost = sqs.Queue(self, "lost", queue_name="test-lost")
        consume.add_event_source(
            sources.DynamoEventSource(
                table,
                starting_position=lambda_.StartingPosition.TRIM_HORIZON,
                report_batch_item_failures=True,
                bisect_batch_on_error=True,
                retry_attempts=1,
                on_failure=sources.SqsDlq(lost),
                filters=[lambda_.FilterCriteria.filter({"eventName": ["INSERT"]})],
            )
        )
        hidden = cdk.Duration.seconds(3)
        redrive = sqs.DeadLetterQueue(queue=lost, max_receive_count=1)
        queue = sqs.Queue(self, "left", queue_name="test-left", visibility_timeout=hidden, dead_letter_queue=redrive)
        consume.add_event_source(sources.SqsEventSource(queue, report_batch_item_failures=True))


app = cdk.App(outdir=os.environ.get("CDK_OUTDIR"), analytics_reporting=False, tree_metadata=False)
Main(app, Data(app))
app.synth()
