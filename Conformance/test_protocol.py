"""The HTTP seam, below what an SDK shows: headers, shapes of errors, authentication, CORS."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from typing import Any

import pytest
from support.raw import CONTENT_TYPE, RawClient, RawResponse

SERIALIZATION = "com.amazon.coral.service#SerializationException"
CORAL_VALIDATION = "com.amazon.coral.validate#ValidationException"
SERVICE = "com.amazonaws.dynamodb.v20120810#"
GET = {"TableName": "no-such-table", "Key": {"pk": {"S": "a"}}}


def assert_envelope(answer: RawResponse) -> None:
    """What every answer to an API request carries."""
    assert re.fullmatch(r"[A-Z0-9]{52}", answer.headers["x-amzn-requestid"])
    assert answer.crc_holds
    assert answer.headers["content-type"] == CONTENT_TYPE
    assert int(answer.headers["content-length"]) == len(answer.body)


def test_success(raw: RawClient) -> None:
    answer = raw.call("ListTables", {})
    assert answer.status == 200
    assert_envelope(answer)
    assert isinstance(answer.json["TableNames"], list)


def test_request_ids_differ(raw: RawClient) -> None:
    ids = {raw.call("ListTables", {}).headers["x-amzn-requestid"] for _ in range(20)}
    assert len(ids) == 20


def test_a_service_error(raw: RawClient) -> None:
    answer = raw.call("GetItem", GET)
    assert answer.status == 400
    assert_envelope(answer)
    assert answer.json == {
        "__type": SERVICE + "ResourceNotFoundException",
        "message": "Requested resource not found",
    }


def test_a_model_constraint(raw: RawClient) -> None:
    answer = raw.call("ListTables", {"Limit": 0})
    assert answer.status == 400
    assert_envelope(answer)
    assert answer.type == CORAL_VALIDATION
    assert answer.json["message"].startswith("1 validation error detected: ")


def test_a_cancelled_transaction(raw: RawClient, hash_table: str, key: str) -> None:
    item = {"TableName": hash_table, "Key": {"pk": {"S": key}},
            "ConditionExpression": "attribute_exists(pk)"}
    answer = raw.call("TransactWriteItems", {"TransactItems": [{"ConditionCheck": item}]})
    assert answer.status == 400
    body = answer.json
    assert body["__type"] == SERVICE + "TransactionCanceledException"
    assert body["CancellationReasons"] == [
        {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"}
    ]
    assert "Transaction cancelled" in (body.get("Message") or body.get("message"))


def test_the_failed_condition_carries_the_item(
    raw: RawClient, hash_table: str, key: str
) -> None:
    item = {"pk": {"S": key}, "a": {"N": "1"}}
    assert raw.call("PutItem", {"TableName": hash_table, "Item": item}).status == 200
    answer = raw.call("PutItem", {
        "TableName": hash_table, "Item": item, "ConditionExpression": "attribute_not_exists(pk)",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    })
    assert answer.status == 400 and answer.json["Item"] == item
    assert answer.type == SERVICE + "ConditionalCheckFailedException"


WRONG_SHAPES: dict[str, Any] = {
    "no JSON": "hello",
    "cut off": '{"TableName": "abc"',
    "trailing comma": '{"TableName": "abc",}',
    "single quotes": "{'TableName': 'abc'}",
    "a bare word": '{"TableName": nope}',
    "a leading zero": '{"Limit": 01}',
    "a raw control character": b'{"TableName": "a\x01b"}',
    "invalid UTF-8": b'{"TableName": "\xff\xfe"}',
    "an array": "[]",
    "a string": '"abc"',
    "a number as name": {"TableName": 5},
    "an object as name": {"TableName": {}},
    "a list as name": {"TableName": []},
    "a list as key": {"TableName": "abc", "Key": []},
    "a string as key": {"TableName": "abc", "Key": "a"},
    "a string as value": {"TableName": "abc", "Key": {"a": "b"}},
    "a list as value": {"TableName": "abc", "Key": {"a": []}},
    "a JSON number as N": {"TableName": "abc", "Key": {"a": {"N": 3}}},
    "a JSON number as S": {"TableName": "abc", "Key": {"a": {"S": 3}}},
    "a boolean as S": {"TableName": "abc", "Key": {"a": {"S": True}}},
    "a string as BOOL": {"TableName": "abc", "Key": {"a": {"BOOL": "true"}}},
    "a string as SS": {"TableName": "abc", "Key": {"a": {"SS": "x"}}},
    "a number in SS": {"TableName": "abc", "Key": {"a": {"SS": [1]}}},
    "a string as L": {"TableName": "abc", "Key": {"a": {"L": "x"}}},
    "a list as M": {"TableName": "abc", "Key": {"a": {"M": []}}},
    "a string in L": {"TableName": "abc", "Key": {"a": {"L": ["x"]}}},
    "bad base64": {"TableName": "abc", "Key": {"a": {"B": "!!!!"}}},
    "base64 of a wrong length": {"TableName": "abc", "Key": {"a": {"B": "abc"}}},
    "a string as flag": {"TableName": "abc", "ConsistentRead": "yes"},
    "an object as flag": {"TableName": "abc", "ConsistentRead": {}},
}


@pytest.mark.parametrize("case", WRONG_SHAPES)
def test_wrong_shapes_are_serialization_errors(raw: RawClient, case: str) -> None:
    answer = raw.call("GetItem", WRONG_SHAPES[case])
    assert answer.status == 400
    assert answer.type == SERIALIZATION, answer.body
    assert_envelope(answer)
    assert "message" not in answer.json  # this layer spells it Message, or gives none


@pytest.mark.parametrize(
    "operation, body",
    [("TransactGetItems", {"TransactItems": "x"}), ("CreateTable", {"KeySchema": {}}),
     ("BatchGetItem", {"RequestItems": []}), ("ListTables", {"Limit": "5"}),
     ("TagResource", {"Tags": ["x"]}), ("PutItem", {"Item": "x"}), ("Query", {"Limit": []}),
     ("UpdateItem", {"ExpressionAttributeNames": {"#a": 1}}), ("Scan", {"Segment": True}),
     ("TransactWriteItems", {"TransactItems": [{"Put": "x"}]}),
     ("BatchWriteItem", {"RequestItems": {"abc": {}}})],
)
def test_wrong_shapes_of_other_operations(raw: RawClient, operation: str, body: Any) -> None:
    answer = raw.call(operation, body)
    assert (answer.status, answer.type) == (400, SERIALIZATION), answer.body


def test_an_empty_body(raw: RawClient) -> None:
    answer = raw.call("GetItem", b"")
    assert answer.status == 400 and answer.type in (SERIALIZATION, CORAL_VALIDATION)


def test_unknown_members_are_ignored(raw: RawClient) -> None:
    answer = raw.call("ListTables", {"Nope": [1, {"x": None}], "Limit": 1})
    assert answer.status == 200


def test_null_members_are_absent(raw: RawClient, hash_table: str, key: str) -> None:
    answer = raw.call("GetItem", {
        "TableName": hash_table, "Key": {"pk": {"S": key}}, "ProjectionExpression": None,
        "ExpressionAttributeNames": None, "ConsistentRead": None,
    })
    assert answer.status == 200 and answer.json == {}


def test_escapes_in_strings(raw: RawClient, hash_table: str, key: str) -> None:
    body = (
        '{"TableName":"%s","Item":{"pk":{"S":"%s"},'
        '"\\u0061\\/":{"S":"\\ud83d\\ude00\\n\\t\\"\\\\\\u0000"}}}' % (hash_table, key)
    )
    assert raw.call("PutItem", body).status == 200
    got = raw.call("GetItem", {"TableName": hash_table, "Key": {"pk": {"S": key}}}).json
    assert got["Item"]["a/"] == {"S": '😀\n\t"\\\0'}


def test_a_long_answer_is_gzipped_when_asked(
    raw: RawClient, hash_table: str, key: str
) -> None:
    item = {"pk": {"S": key}, "a": {"S": "abc" * 5000}}
    raw.call("PutItem", {"TableName": hash_table, "Item": item})
    request = {"TableName": hash_table, "Key": {"pk": {"S": key}}}
    plain = raw.call("GetItem", request)
    assert "content-encoding" not in plain.headers and plain.json["Item"] == item
    packed = raw.call("GetItem", request, {"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert len(packed.body) < len(plain.body) / 10
    assert gzip.decompress(packed.body) == plain.body
    assert int(packed.headers["x-amz-crc32"]) == zlib.crc32(packed.body)


def test_a_gzipped_request(raw: RawClient) -> None:
    answer = raw.call(
        "ListTables", gzip.compress(b'{"Limit": 1}'), {"Content-Encoding": "gzip"}
    )
    assert answer.status == 200 and isinstance(answer.json["TableNames"], list)
    answer = raw.call("ListTables", b"not gzip at all", {"Content-Encoding": "gzip"})
    assert 400 <= answer.status < 500


@pytest.mark.parametrize(
    "target", ["", "DynamoDB_20120810.", "DynamoDB_20120810.Nope", "DynamoDB_20110101.ListTables",
               "ListTables", "DynamoDB_20120810.listtables", "DynamoDB_20120810.ListTables.x"]
)
def test_unknown_targets(raw: RawClient, target: str) -> None:
    answer = raw.call("ListTables", {}, {"X-Amz-Target": target})
    assert answer.status == 400
    assert answer.type == "com.amazon.coral.service#UnknownOperationException"


def test_no_target(raw: RawClient) -> None:
    headers = raw.signed("POST", "/", b"{}", {"Content-Type": CONTENT_TYPE})
    answer = raw.send("POST", "/", b"{}", headers)
    assert answer.status == 400
    assert answer.type == "com.amazon.coral.service#UnknownOperationException"


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", ""])
def test_other_content_types_are_no_operations(raw: RawClient, content_type: str) -> None:
    answer = raw.call("ListTables", {}, {"Content-Type": content_type})
    assert 400 <= answer.status < 500


class TestAuthentication:
    """Checked before the request is read, whatever its body says."""

    def test_none(self, raw: RawClient) -> None:
        answer = raw.call("ListTables", {}, signs=False)
        assert answer.status == 400
        assert answer.code == "MissingAuthenticationTokenException"
        assert answer.message.startswith("Request is missing Authentication Token")

    @pytest.mark.parametrize("header", ["AWS4-HMAC-SHA256 ", "AWS4-HMAC-SHA256 Credential=a"])
    def test_incomplete(self, raw: RawClient, header: str) -> None:
        answer = raw.call(
            "ListTables", {}, {"Authorization": header, "X-Amz-Date": "20260101T000000Z"},
            signs=False,
        )
        assert answer.status == 400 and answer.code == "IncompleteSignatureException"
        assert "Authorization header requires 'Signature' parameter." in answer.message

    def test_without_a_date(self, raw: RawClient) -> None:
        header = (
            "AWS4-HMAC-SHA256 Credential=a/20260101/eu-west-2/dynamodb/aws4_request, "
            "SignedHeaders=host, Signature=" + "0" * 64
        )
        answer = raw.call("ListTables", {}, {"Authorization": header}, signs=False)
        assert answer.status == 400 and answer.code == "IncompleteSignatureException"

    def test_header_and_query(self, raw: RawClient) -> None:
        answer = raw.call("ListTables", {}, path="/?X-Amz-Algorithm=AWS4-HMAC-SHA256")
        assert answer.status == 400 and answer.code == "InvalidSignatureException"
        assert answer.message == (
            "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP "
            "header."
        )


@pytest.mark.ours
class TestCrossOrigin:
    def test_no_headers_without_an_origin(self, raw: RawClient) -> None:
        assert "access-control-allow-origin" not in raw.call("ListTables", {}).headers

    def test_an_origin_is_answered(self, raw: RawClient) -> None:
        answer = raw.call("ListTables", {}, {"Origin": "http://example.test"})
        assert answer.headers["access-control-allow-origin"] in ("*", "http://example.test")
        assert "x-amz-crc32" in answer.headers["access-control-expose-headers"].lower()

    def test_a_preflight(self, raw: RawClient) -> None:
        answer = raw.send("OPTIONS", "/", headers={
            "Origin": "http://example.test", "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "x-amz-target,authorization",
        })
        assert answer.status in (200, 204)
        assert answer.headers["access-control-allow-origin"] in ("*", "http://example.test")
        assert "POST" in answer.headers["access-control-allow-methods"]
        allowed = answer.headers["access-control-allow-headers"].lower()
        assert allowed == "*" or {"x-amz-target", "authorization"} <= {
            each.strip() for each in allowed.split(",")
        }
        assert int(answer.headers["access-control-max-age"]) > 0


class TestPaths:
    def test_get_is_healthy(self, raw: RawClient) -> None:
        answer = raw.send("GET", "/", headers={"Host": "dynamodb.example.test:8000"})
        assert answer.status == 200
        assert answer.body.decode().strip().startswith("healthy: dynamodb.example.test")

    @pytest.mark.parametrize("path", ["/nope", "/nope/more", "/%00", "/..", "//"])
    def test_other_paths(self, raw: RawClient, path: str) -> None:
        assert 400 <= raw.send("GET", path).status < 500

    @pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "FOO"])
    def test_other_methods(self, raw: RawClient, method: str) -> None:
        assert 400 <= raw.send(method, "/", b"{}").status < 500

    @pytest.mark.ours
    def test_health(self, raw: RawClient) -> None:
        assert raw.send("GET", "/health").status == 200

    @pytest.mark.ours
    def test_metrics_are_prometheus_text(self, raw: RawClient) -> None:
        raw.call("ListTables", {})
        answer = raw.send("GET", "/metrics")
        assert answer.status == 200
        assert answer.headers["content-type"].startswith("text/plain")
        line = re.compile(r'^[a-zA-Z_:][a-zA-Z0-9_:]*(\{[^}]*\})? [-+0-9.eEInfNa]+$')
        samples = [each for each in answer.body.decode().splitlines() if each[:1] not in ("#", "")]
        assert samples and all(line.match(each) for each in samples)
        assert any("ListTables" in each for each in samples)


@pytest.mark.ours
def test_an_oversized_body_is_cut_off(raw: RawClient) -> None:
    """17 MB: AWS takes 16. The server may answer 413 and close before it has read everything."""
    try:
        answer = raw.call("PutItem", b'{"TableName":"' + b"a" * (17 << 20) + b'"}')
    except (BrokenPipeError, ConnectionResetError):
        return
    assert answer.status == 413


def test_key_order_does_not_matter(raw: RawClient, hash_table: str, key: str) -> None:
    body = {"Key": {"pk": {"S": key}}, "TableName": hash_table}
    for each in (body, dict(reversed(body.items()))):
        assert raw.call("GetItem", json.dumps(each)).json == {}
