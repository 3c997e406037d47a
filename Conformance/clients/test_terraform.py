"""Terraform: create, a clean plan, a change, destroy. Needs the binary and the AWS provider."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

SOURCE = Path(__file__).parent / "terraform" / "main.tf"
MIRRORS = (
    os.environ.get("TERRAFORM_PROVIDERS", ""),
    "/opt/tf-plugins",
    "/usr/local/share/terraform/plugins",
    str(Path.home() / ".terraform.d" / "plugins"),
)
Run = Callable[..., subprocess.CompletedProcess[str]]


def provider_directory() -> str | None:
    """A file-system mirror that holds the AWS provider for this machine."""
    machine = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), "")
    for mirror in filter(None, MIRRORS):
        packages = Path(mirror) / "registry.terraform.io" / "hashicorp" / "aws"
        if any(packages.glob(f"*/linux_{machine}/*")):
            return mirror
    return None


@pytest.fixture
def terraform(endpoint: str, region: str, name: str, tmp_path: Path) -> Iterator[Run]:
    program = shutil.which("terraform")
    if program is None:
        pytest.skip("no terraform binary")
    providers = provider_directory()
    if providers is None:
        pytest.skip("no AWS provider in a local mirror (set TERRAFORM_PROVIDERS)")
    shutil.copy(SOURCE, tmp_path)
    environment = {
        **os.environ,
        "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1", "TF_CLI_CONFIG_FILE": os.devnull,
        "TF_VAR_endpoint": endpoint, "TF_VAR_region": region, "TF_VAR_table": name,
        "TF_VAR_owner": "nobody",
    }

    def run(*arguments: str, expects: int = 0, **variables: str) -> Any:
        done = subprocess.run(
            [program, *arguments], cwd=tmp_path, capture_output=True, text=True, timeout=300,
            check=False,
            env={**environment, **{f"TF_VAR_{key}": value for key, value in variables.items()}},
        )
        assert done.returncode == expects, done.stdout[-3000:] + done.stderr[-3000:]
        return done

    run("init", "-input=false", "-no-color", f"-plugin-dir={providers}")
    yield run


def test_create_plan_change_destroy(terraform: Run, client: Any, name: str) -> None:
    apply = ("apply", "-auto-approve", "-input=false", "-no-color")
    plan = ("plan", "-detailed-exitcode", "-input=false", "-no-color")
    terraform(*apply)
    described = client.describe_table(TableName=name)["Table"]
    assert described["GlobalSecondaryIndexes"][0]["IndexName"] == "by-status"
    expiry = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    assert expiry["AttributeName"] == "expires"
    assert described["TableArn"] == json.loads(terraform("output", "-json").stdout)["arn"]["value"]
    terraform(*plan, expects=0)  # nothing to do: what we describe is what was declared

    terraform(*apply, owner="somebody")
    tags = client.list_tags_of_resource(ResourceArn=described["TableArn"])["Tags"]
    assert {tag["Key"]: tag["Value"] for tag in tags} == {
        "project": "conformance", "owner": "somebody"
    }
    terraform(*plan, expects=0, owner="somebody")

    terraform("destroy", "-auto-approve", "-input=false", "-no-color", owner="somebody")
    assert name not in client.list_tables(ExclusiveStartTableName=name[:-1])["TableNames"]
