"""Options, servers, clients and tables for the conformance suite. See README.md."""

from __future__ import annotations

import itertools
import os
import tempfile
import uuid
from pathlib import Path
from typing import Any, Callable, Iterator

import boto3
import pytest
from botocore.config import Config
from botocore.credentials import Credentials
from service_model.seen import Seen
from support import server as server_module
from support.raw import RawClient
from support.server import Server
from support.tables import SHARED

LOCAL_KEY = "AKIDEXAMPLE"
LOCAL_SECRET = "example"  # local servers without configured keys accept any signature
TableFactory = Callable[..., str]


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("martlet")
    group.addoption("--store", choices=("rocksdb", "memory"), default="rocksdb")
    group.addoption("--endpoint-url", default="", help="run against this endpoint instead")
    group.addoption("--region", default=server_module.REGION)
    group.addoption("--seed", type=int, default=0, help="0: a new seed, printed")
    group.addoption("--kills", type=int, default=5, help="SIGKILLs in the crash test")
    group.addoption("--images", type=int, default=40, help="crash images; 0: all there are")
    group.addoption("--operations", type=int, default=3_000, help="operations of histories")
    group.addoption("--members", default="", help="note the members that tests use in this file")
    group.addoption(
        "--differential", type=int, default=0, help="requests to compare; 0: the short form"
    )
    group.addoption("--mutations", type=int, default=3_000, help="mutated requests")


def pytest_configure(config: pytest.Config) -> None:
    # Other people's clients read these; nothing in a developer's own profile may leak in.
    if "amazonaws.com" not in config.getoption("--endpoint-url"):
        os.environ["AWS_ACCESS_KEY_ID"] = LOCAL_KEY
        os.environ["AWS_SECRET_ACCESS_KEY"] = LOCAL_SECRET
        os.environ.pop("AWS_SESSION_TOKEN", None)
        os.environ.pop("AWS_PROFILE", None)
    os.environ["AWS_DEFAULT_REGION"] = config.getoption("--region")
    os.environ["AWS_EC2_METADATA_DISABLED"] = "true"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--endpoint-url"):
        return
    for item in items:
        if item.get_closest_marker("ours"):
            item.add_marker(pytest.mark.skip(reason="a promise of Martlet only"))


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> Iterator[Server | None]:
    """The session's server, or None when an endpoint was named."""
    if request.config.getoption("--endpoint-url"):
        yield None
        return
    if not server_module.binary().exists():
        pytest.exit(f"no server at {server_module.binary()}: build it or set MARTLET_BIN", 2)
    with tempfile.TemporaryDirectory(prefix="martlet-conformance-") as directory:
        memory = request.config.getoption("--store") == "memory"
        place = ["--in-memory"] if memory else ["--data", directory]
        # Web pages may read what AWS answers; here that has to be asked for.
        running = Server(*place, "--cors", "*").start()
        try:
            yield running
            assert running.running(), f"the server died: {running.stderr()}"
            assert running.stop() == 0, "SIGTERM must end in exit status 0"
        finally:
            running.close()


@pytest.fixture
def disk_only(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--store") == "memory":
        pytest.skip("there is nothing to survive in memory")


@pytest.fixture(scope="session")
def endpoint(request: pytest.FixtureRequest, server: Server | None) -> str:
    return server.url if server else str(request.config.getoption("--endpoint-url")).rstrip("/")


@pytest.fixture(scope="session")
def region(request: pytest.FixtureRequest) -> str:
    return str(request.config.getoption("--region"))


@pytest.fixture(scope="session")
def members(request: pytest.FixtureRequest) -> Iterator[Seen]:
    """What passes between the tests and the server, noted at the end if that was asked for."""
    noted = Seen()
    yield noted
    if path := str(request.config.getoption("--members")):
        noted.add_to(Path(path))


@pytest.fixture(scope="session")
def client(endpoint: str, region: str, members: Seen) -> Any:
    """A low-level client that sends what it is given: the server has to refuse it."""
    config = Config(
        parameter_validation=False,
        retries={"total_max_attempts": 1},
        max_pool_connections=32,
        read_timeout=60,
    )
    client = boto3.client("dynamodb", region_name=region, endpoint_url=endpoint, config=config)
    members.watch(client)
    return client


@pytest.fixture(scope="session")
def streams(endpoint: str, region: str, members: Seen) -> Any:
    """A client of the streams service, which is at the same address except on AWS."""
    config = Config(
        parameter_validation=False, retries={"total_max_attempts": 1}, read_timeout=60
    )
    url = endpoint
    if "amazonaws.com" in endpoint:
        url = endpoint.replace("//dynamodb.", "//streams.dynamodb.")
    client = boto3.client(
        "dynamodbstreams", region_name=region, endpoint_url=url, config=config
    )
    members.watch(client)
    return client


@pytest.fixture(scope="session")
def resource(endpoint: str, region: str, members: Seen) -> Any:
    resource = boto3.resource("dynamodb", region_name=region, endpoint_url=endpoint)
    members.watch(resource.meta.client)
    return resource


@pytest.fixture(scope="session")
def raw(endpoint: str, region: str) -> RawClient:
    found = boto3.Session().get_credentials()
    assert found is not None
    frozen = found.get_frozen_credentials()
    keys = Credentials(frozen.access_key, frozen.secret_key, frozen.token)
    return RawClient(endpoint, keys, region)


@pytest.fixture(scope="session")
def run_name() -> str:
    """Begins every table name of this run, so that runs against one account do not meet."""
    return f"mc-{uuid.uuid4().hex[:8]}"


_names = itertools.count(1)


@pytest.fixture
def name(run_name: str) -> str:
    """A table name that does not exist."""
    return f"{run_name}-{next(_names)}"


@pytest.fixture
def key() -> str:
    """A partition key value that no other test uses."""
    return f"key-{next(_names)}-{uuid.uuid4().hex[:6]}"


def create(client: Any, table_name: str, request: dict[str, Any]) -> str:
    answer = client.create_table(TableName=table_name, **request)
    if answer["TableDescription"]["TableStatus"] != "ACTIVE":
        waiter = client.get_waiter("table_exists")
        waiter.wait(TableName=table_name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    return table_name


def drop(client: Any, table_name: str) -> None:
    try:
        client.delete_table(TableName=table_name)
    except client.exceptions.ResourceNotFoundException:
        pass


@pytest.fixture
def table(client: Any, run_name: str) -> Iterator[TableFactory]:
    """`table(**request)` creates a table of its own for this test, deleted afterwards."""
    made: list[str] = []

    def factory(**request: Any) -> str:
        made.append(f"{run_name}-{next(_names)}")
        return create(client, made[-1], request)

    yield factory
    for table_name in made:
        drop(client, table_name)


@pytest.fixture(scope="session")
def shared(client: Any, run_name: str) -> Iterator[Callable[[str], str]]:
    """`shared("range")` is the session's table of that schema, created on first use."""
    made: dict[str, str] = {}

    def factory(schema: str) -> str:
        if schema not in made:
            made[schema] = create(client, f"{run_name}-{schema}", SHARED[schema])
        return made[schema]

    yield factory
    for table_name in made.values():
        drop(client, table_name)


@pytest.fixture(scope="session")
def hash_table(shared: Callable[[str], str]) -> str:
    """pk: S."""
    return shared("hash")


@pytest.fixture(scope="session")
def range_table(shared: Callable[[str], str]) -> str:
    """pk: S, sk: S."""
    return shared("range")


@pytest.fixture(scope="session")
def number_hash_table(shared: Callable[[str], str]) -> str:
    """pk: N."""
    return shared("numberhash")


@pytest.fixture(scope="session")
def number_range_table(shared: Callable[[str], str]) -> str:
    """pk: S, sk: N."""
    return shared("numberrange")


@pytest.fixture(scope="session")
def binary_table(shared: Callable[[str], str]) -> str:
    """pk: B, sk: B."""
    return shared("binary")


@pytest.fixture(scope="session")
def indexed_table(shared: Callable[[str], str]) -> str:
    """pk: S, sk: S, two local and three global indexes; see support/tables.py."""
    return shared("indexed")


@pytest.fixture(scope="session")
def seed(request: pytest.FixtureRequest) -> int:
    """The run's seed; a test that uses it must print it."""
    given = int(request.config.getoption("--seed"))
    return given or int.from_bytes(os.urandom(4), "big")
