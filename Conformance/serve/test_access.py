"""Permissions, accounts and regions as clients meet them: servers with keys, told apart."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from support.server import REGION, Server

KEYS = {
    "accessKeys": [
        {"accessKeyId": "root", "secretAccessKey": "root-secret", "allow": "admin"},
        {
            "accessKeyId": "reader", "secretAccessKey": "reader-secret", "sessionToken": "token",
            "account": "111122223333", "user": "anna", "allow": "read",
        },
        {
            "accessKeyId": "clerk", "secretAccessKey": "clerk-secret", "allow": "write",
            "tables": ["orders*"],
        },
        {
            "accessKeyId": "keeper", "secretAccessKey": "keeper-secret",
            "grants": [{"allow": "admin", "tables": ["orders"]}, {"allow": "read"}],
        },
    ]
}
TABLE = {
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
    "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
}
KEY = {"pk": {"S": "1"}}
ClientFactory = Callable[..., Any]


def connect(
    url: str, key: str, secret: str | None = None, token: str | None = None,
    service: str = "dynamodb", region: str = REGION,
) -> Any:
    return boto3.client(
        service, endpoint_url=url, region_name=region, aws_access_key_id=key,
        aws_secret_access_key=secret or f"{key}-secret", aws_session_token=token,
        config=Config(retries={"total_max_attempts": 1}),
    )


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("keys")
    path = folder / "keys.json"
    path.write_text(json.dumps(KEYS))
    path.chmod(0o600)
    server = Server("--in-memory", "--access-keys", str(path)).start()
    assert "may read the secrets" not in server.stderr()
    root = connect(server.url, "root")
    for name in ("orders", "orders-old", "secrets"):
        root.create_table(TableName=name, **TABLE)
        root.put_item(TableName=name, Item=KEY)
    yield server
    assert server.stop() == 0
    server.close()


def denied(call: Callable[..., Any], **arguments: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    error = caught.value.response["Error"]
    assert error["Code"] == "AccessDeniedException", error
    return str(error["Message"])


def test_a_reader_reads_and_does_not_write(keyed: Server) -> None:
    reader = connect(keyed.url, "reader", token="token")
    assert reader.get_item(TableName="orders", Key=KEY)["Item"] == KEY
    assert reader.list_tables()["TableNames"] == ["orders", "orders-old", "secrets"]
    assert denied(reader.put_item, TableName="orders", Item=KEY) == (
        "User: arn:aws:iam::111122223333:user/anna is not authorized to perform: dynamodb:PutItem "
        f"on resource: arn:aws:dynamodb:{REGION}:000000000000:table/orders because no "
        "identity-based policy allows the dynamodb:PutItem action"
    )
    denied(reader.delete_table, TableName="orders")
    arn = reader.describe_table(TableName="orders")["Table"]["TableArn"]
    denied(reader.tag_resource, ResourceArn=arn, Tags=[{"Key": "a", "Value": "b"}])


def test_a_key_of_some_tables_sees_no_others(keyed: Server) -> None:
    clerk = connect(keyed.url, "clerk")
    clerk.put_item(TableName="orders", Item=KEY)
    clerk.put_item(TableName="orders-old", Item=KEY)
    message = denied(clerk.get_item, TableName="secrets", Key=KEY)
    assert "dynamodb:GetItem" in message and message.count("table/secrets") == 1
    # Whether there is such a table is not told either.
    denied(clerk.get_item, TableName="nowhere", Key=KEY)
    denied(clerk.list_tables)
    denied(clerk.delete_table, TableName="orders")
    assert clerk.describe_endpoints()["Endpoints"]


def test_an_index_stream_or_backup_belongs_to_its_table(keyed: Server) -> None:
    root = connect(keyed.url, "root")
    clerk = connect(keyed.url, "clerk")
    backup = root.create_backup(TableName="secrets", BackupName="once")["BackupDetails"]
    denied(clerk.describe_backup, BackupArn=backup["BackupArn"])
    streams = connect(keyed.url, "clerk", service="dynamodbstreams")
    of_root = connect(keyed.url, "root", service="dynamodbstreams")
    mine = root.describe_table(TableName="orders")["Table"]["LatestStreamArn"]
    theirs = root.describe_table(TableName="secrets")["Table"]["LatestStreamArn"]
    assert streams.describe_stream(StreamArn=mine)["StreamDescription"]["StreamArn"] == mine
    denied(streams.describe_stream, StreamArn=theirs)
    shard = of_root.describe_stream(StreamArn=theirs)["StreamDescription"]["Shards"][0]
    place = {
        "StreamArn": theirs, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"
    }
    denied(streams.get_shard_iterator, **place)
    iterator = of_root.get_shard_iterator(**place)["ShardIterator"]
    denied(streams.get_records, ShardIterator=iterator)


def test_every_table_of_a_request_counts(keyed: Server) -> None:
    clerk = connect(keyed.url, "clerk")
    assert "table/secrets" in denied(
        clerk.batch_get_item,
        RequestItems={"orders": {"Keys": [KEY]}, "secrets": {"Keys": [KEY]}},
    )
    assert "dynamodb:BatchWriteItem" in denied(
        clerk.batch_write_item,
        RequestItems={"secrets": [{"PutRequest": {"Item": KEY}}]},
    )
    assert "dynamodb:PutItem" in denied(
        clerk.transact_write_items,
        TransactItems=[
            {"Delete": {"TableName": "orders", "Key": KEY}},
            {"Put": {"TableName": "secrets", "Item": KEY}},
        ],
    )
    assert clerk.get_item(TableName="orders", Key=KEY)["Item"] == KEY, "nothing was deleted"
    assert "dynamodb:PartiQLSelect" in denied(
        clerk.execute_statement, Statement="SELECT * FROM secrets WHERE pk = '1'"
    )
    assert "dynamodb:PartiQLInsert" in denied(
        clerk.batch_execute_statement,
        Statements=[
            {"Statement": "INSERT INTO orders VALUE {'pk': '2'}"},
            {"Statement": "INSERT INTO secrets VALUE {'pk': '2'}"},
        ],
    )
    assert "dynamodb:PartiQLDelete" in denied(
        clerk.execute_transaction,
        TransactStatements=[{"Statement": "DELETE FROM secrets WHERE pk = '1'"}],
    )
    reader = connect(keyed.url, "reader", token="token")
    reader.execute_statement(Statement="SELECT * FROM secrets WHERE pk = '1'")
    assert "dynamodb:PartiQLUpdate" in denied(
        reader.execute_statement, Statement="UPDATE orders SET a = 1 WHERE pk = '1'"
    )


def test_a_restore_needs_its_source_and_its_target(keyed: Server) -> None:
    keeper = connect(keyed.url, "keeper")
    backup = keeper.create_backup(TableName="orders", BackupName="once")["BackupDetails"]
    assert "table/orders-copy" in denied(
        keeper.restore_table_from_backup,
        TargetTableName="orders-copy", BackupArn=backup["BackupArn"],
    )
    assert "table/secrets" in denied(
        keeper.export_table_to_point_in_time,
        TableArn=f"arn:aws:dynamodb:{REGION}:000000000000:table/secrets", S3Bucket="bucket",
    )


def code(call: Callable[..., Any], **arguments: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return str(caught.value.response["Error"]["Code"])


def test_a_wrong_key_secret_or_token_is_refused(keyed: Server) -> None:
    assert code(connect(keyed.url, "nobody").list_tables) == "UnrecognizedClientException"
    wrong = connect(keyed.url, "root", secret="guessed")
    assert code(wrong.list_tables) == "InvalidSignatureException"
    assert code(connect(keyed.url, "reader").list_tables) == "UnrecognizedClientException"
    stolen = connect(keyed.url, "reader", token="other")
    assert code(stolen.list_tables) == "UnrecognizedClientException"


def test_a_file_that_others_may_read_is_told_of(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_text(json.dumps(KEYS))
    path.chmod(0o644)
    server = Server("--in-memory", "--access-keys", str(path)).start()
    assert "may read the secrets" in server.stderr()
    assert server.stop() == 0
    server.close()


def test_regions_and_accounts_have_data_of_their_own_and_keep_it(tmp_path: Path) -> None:
    server = Server("--data", str(tmp_path / "data"), "--separate", "both").start()
    places = [
        (key, region) for key in ("111122223333", "444455556666", "somebody")
        for region in (REGION, "us-west-2")
    ]
    for number, (key, region) in enumerate(places):
        client = connect(server.url, key, region=region)
        assert client.list_tables()["TableNames"] == []
        client.create_table(TableName=f"table-{number}", **TABLE)
        arn = client.describe_table(TableName=f"table-{number}")["Table"]["TableArn"]
        account = key if key.isdigit() else "000000000000"
        assert arn == f"arn:aws:dynamodb:{region}:{account}:table/table-{number}"
    # Whoever has no account shares that of the server.
    assert connect(server.url, "else").list_tables()["TableNames"] == ["table-4"]
    assert server.stop() == 0
    server.start()
    for number, (key, region) in enumerate(places):
        client = connect(server.url, key, region=region)
        assert client.list_tables()["TableNames"] == [f"table-{number}"]
    assert server.stop() == 0
    server.close()
    # Without the option the server has the tables of its own region and account.
    server = Server("--data", str(tmp_path / "data")).start()
    assert connect(server.url, "111122223333").list_tables()["TableNames"] == ["table-4"]
    assert server.stop() == 0
    server.close()


def test_a_key_with_an_account_has_its_data(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    keys = [
        {"accessKeyId": name, "secretAccessKey": f"{name}-secret", "account": account,
         "allow": "admin"}
        for name, account in (
            ("anna", "111122223333"), ("ben", "111122223333"), ("carl", "444455556666"),
        )
    ]
    path.write_text(json.dumps({"accessKeys": keys}))
    server = Server(
        "--in-memory", "--access-keys", str(path), "--separate", "accounts"
    ).start()
    connect(server.url, "anna").create_table(TableName="shared", **TABLE)
    assert connect(server.url, "ben").list_tables()["TableNames"] == ["shared"]
    assert connect(server.url, "carl").list_tables()["TableNames"] == []
    assert server.stop() == 0
    server.close()
