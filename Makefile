# Every target sets up what it needs first. PYTHON=/path/to/python3.12 chooses the interpreter.
.DEFAULT_GOAL := help
.PHONY: help setup npm transcriber up down mail demo test check fix mutate synth build openapi bench where service-token role verify-audit backup restore deploy doctor lock

STAGE ?= dev
RUN := .venv/bin/python -m
BOOTSTRAP := $(or $(shell command -v python3),$(PYTHON),python3) infra/bootstrap.py
# Node, npm and the tools of the environment come first on PATH
export PATH := $(CURDIR)/.venv/bin:$(PATH)

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1\t\2/' | while IFS="$$(printf '\t')" read -r name text; do printf '  make %-15s %s\n' "$$name" "$$text"; done

setup: ## make .venv from the lock; a prerequisite of every other target
	@$(BOOTSTRAP)

npm: ## the npm packages: CDK command line, player, sample film
	@$(BOOTSTRAP) --npm

transcriber: setup ## the engine that writes down speech on the local stack, 430 MB in .transcriber
	@$(BOOTSTRAP) --transcriber

up: setup ## start the local stack and keep it up; PORT= chooses the port
	@$(RUN) infra.local up

down: setup ## end the local stack, also one that the demo kept
	@$(RUN) infra.local down

mail: setup ## the mails that the local stack has sent, the newest last
	@$(RUN) infra.mail

demo: npm ## upload a film to a local stack and play its stream; FILE= takes yours, KEEP=1 leaves the stack up
	@$(RUN) infra.local demo

test: npm transcriber ## run all tests, in two processes
	@$(RUN) pytest -n 2

check: setup ## format, lint, types, import contracts, house rules, freshness of what is generated
	@$(RUN) infra.checks

fix: setup ## format, and mend what the linter can mend
	@$(RUN) ruff check --fix-only --quiet .
	@$(RUN) ruff format .

mutate: setup ## say how many faults in the code that lets people in the tests notice; GROUP= chooses some
	@$(RUN) infra.mutate $(GROUP)

synth: setup ## CloudFormation templates of STAGE= in build/cdk.out
	@$(RUN) infra.synth "$(STAGE)"

build: setup ## layers, code and worker bundles for AWS in build/
	@$(RUN) infra.build

openapi: setup ## write docs/openapi.json, docs/endpoints.md and docs/differences.md
	@$(RUN) infra.openapi
	@$(RUN) infra.local.differences > docs/differences.md

bench: npm ## measure against the limits, into bench/results.json
	@$(RUN) bench

where: setup ## the file that serves ROUTE="GET /api/videos/{video_id}"
	@$(RUN) infra.where "$(ROUTE)"

service-token: setup ## a service token for NAME= with PERMISSIONS= from the local stack, or from STAGE=
	@$(RUN) infra.service_token "$(NAME)" "$(STAGE)"

role: setup ## give LOGIN= the ROLE= viewer, user, creator or admin, on the local stack or in STAGE=
	@$(RUN) infra.role "$(LOGIN)" "$(ROLE)" "$(STAGE)"

verify-audit: setup ## look whether the audit trail is what it was when its days were sealed, on the local stack or in STAGE=
	@$(RUN) infra.verify_audit "$(STAGE)"

backup: setup ## the rows of STAGE= into the new folder INTO=
	@$(RUN) infra.restore backup "$(STAGE)" "$(INTO)"

restore: setup ## STAGE= as it was: AT=2026-01-31T12:00:00Z, or FROM= a backup; tells what it would do, and does it with DO=yes
	@$(RUN) infra.restore restore "$(STAGE)" "$(AT)" "$(FROM)" "$(DO)"

deploy: npm ## build and deploy STAGE= to your AWS account
	@$(RUN) infra.deploy "$(STAGE)"

doctor: setup ## read the account's quotas for STAGE= and say what to ask for
	@$(RUN) infra.doctor "$(STAGE)"

COMPILE := .tools/bin/uv pip compile --quiet --generate-hashes --no-header --no-emit-index-url
lock: setup ## resolve requirements.in and layers/*/requirements.in again; pins that still fit are kept
	@$(COMPILE) --universal --python-version 3.11 --output-file requirements.txt requirements.in
	@$(COMPILE) --universal --python-version 3.11 --output-file infra/transcriber.txt infra/transcriber.in
	@for layer in $(dir $(wildcard layers/*/requirements.in)); do \
		$(COMPILE) --python-platform aarch64-manylinux_2_28 --python-version 3.13 --only-binary :all: \
			--constraint requirements.txt --output-file $${layer}requirements.txt $${layer}requirements.in || exit 1; \
	done
