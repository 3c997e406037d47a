"""What a program sees that has not everything installed, or checks its types."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


def run(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize("absent, imported, extra", [
    ("llama_index", "martlet.llamaindex", "llamaindex"),
    ("langchain_core", "martlet.langchain", "langchain"),
])
def test_without_the_framework_the_error_names_the_extra(
    absent: str, imported: str, extra: str
) -> None:
    ended = run(f"import sys; sys.modules[{absent!r}] = None; import {imported}")
    assert f'pip install "martlet[{extra}]"' in ended.stderr


def test_boto3_is_needed_by_stores_of_a_server_alone() -> None:
    ended = run("""
import sys, tempfile
sys.modules["boto3"] = None
from martlet.llamaindex import MartletVectorStore
MartletVectorStore.from_path(tempfile.mkdtemp()).get_nodes()
MartletVectorStore.from_table_name("t")
""")
    assert 'pip install "martlet[dynamodb]"' in ended.stderr


def test_the_package_itself_loads_no_framework() -> None:
    ended = run("import martlet, sys; print([m for m in ('numpy', 'boto3', 'llama_index',"
                " 'langchain_core') if m in sys.modules])")
    assert ended.stdout.strip() == "[]"


def test_types_are_strict() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "mypy", "--cache-dir=/dev/null", "--config-file",
         Path(__file__).with_name("mypy.ini"), "-p", "martlet"],
        capture_output=True, text=True, timeout=300)
    assert ended.returncode == 0, ended.stdout
