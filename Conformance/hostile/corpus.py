"""Good requests, at least one for each operation: what the mutations start from."""

from __future__ import annotations

from typing import Any

from support.tables import INDEXED, attributes, index, keys, lst, m, n, on_demand, s
from support.vectors import elements, schema, stored, vector_index

TABLE, OTHER = "hostile", "hostile-other"
VECTORS = "hostile-vectors"
KEY = {"pk": s("a"), "sk": s("b")}
ITEM = {
    **KEY, "l1": s("x"), "l2": n(1), "g1": s("g"), "g2": n("2.5"),
    "a": lst(n(1), s("é"), m(b=n(2))), "ss": {"SS": ["a", "b"]}, "ns": {"NS": ["1", "-2e3"]},
    "bin": {"B": "AAEC"}, "t": {"BOOL": True}, "nil": {"NULL": True},
}
NAMES = {"ExpressionAttributeNames": {"#n": "name"}}
ARN = "arn:aws:dynamodb:eu-west-2:000000000000:table/" + TABLE


VECTOR_TABLE = on_demand(
    keys("pk"), attributes(pk="S", tenant="S", color="S"),
    VectorIndexes=[
        vector_index(), vector_index("scoped", search_schema=schema("tenant", "color"))],
)


def put(item: Any) -> dict[str, Any]:
    return {"PutRequest": {"Item": item}}


CORPUS: list[tuple[str, dict[str, Any]]] = [
    ("PutItem", {"TableName": TABLE, "Item": ITEM}),
    ("PutItem", {"TableName": TABLE, "Item": ITEM, "ReturnValues": "ALL_OLD",
                 "ConditionExpression": "attribute_not_exists(#n) OR size(pk) < :v", **NAMES,
                 "ExpressionAttributeValues": {":v": n(9)}, "ReturnConsumedCapacity": "INDEXES",
                 "ReturnItemCollectionMetrics": "SIZE"}),
    ("PutItem", {"TableName": TABLE, "Item": ITEM, "Expected": {
        "a": {"ComparisonOperator": "IN", "AttributeValueList": [n(1), n(2)]}}}),
    ("GetItem", {"TableName": TABLE, "Key": KEY, "ConsistentRead": True, **NAMES,
                 "ProjectionExpression": "a[2].b, #n, ss"}),
    ("GetItem", {"TableName": TABLE, "Key": KEY, "AttributesToGet": ["a", "b"]}),
    ("UpdateItem", {"TableName": TABLE, "Key": KEY, **NAMES, "ReturnValues": "ALL_NEW",
                    "UpdateExpression": "SET #n = if_not_exists(#n, :v) + :v, a[1] = :s REMOVE t "
                                        "ADD g2 :v DELETE ss :ss",
                    "ExpressionAttributeValues": {":v": n(1), ":s": s("q"), ":ss": {"SS": ["a"]}}}),
    ("UpdateItem", {"TableName": TABLE, "Key": KEY, "AttributeUpdates": {
        "x": {"Action": "ADD", "Value": n(1)}, "y": {"Action": "DELETE"}}}),
    ("DeleteItem", {"TableName": TABLE, "Key": KEY, "ReturnValues": "ALL_OLD",
                    "ConditionExpression": "attribute_exists(pk) AND a[0] BETWEEN :v AND :w",
                    "ExpressionAttributeValues": {":v": n(0), ":w": n(2)}}),
    ("Query", {"TableName": TABLE, "KeyConditionExpression": "pk = :p AND begins_with(sk, :s)",
               "FilterExpression": "contains(ss, :s) OR NOT (g2 IN (:n, :m))", "Limit": 5,
               "ExpressionAttributeValues": {":p": s("a"), ":s": s("b"), ":n": n(1), ":m": n(2)},
               "ExclusiveStartKey": KEY, "ScanIndexForward": False, "Select": "ALL_ATTRIBUTES"}),
    ("Query", {"TableName": TABLE, "IndexName": "gsi_keys", "KeyConditionExpression":
               "g1 = :g AND g2 BETWEEN :a AND :b", "ProjectionExpression": "pk, g2",
               "ExpressionAttributeValues": {":g": s("g"), ":a": n(0), ":b": n(9)}}),
    ("Query", {"TableName": TABLE, "IndexName": "lsi_all", "KeyConditions": {
        "pk": {"ComparisonOperator": "EQ", "AttributeValueList": [s("a")]},
        "l1": {"ComparisonOperator": "GT", "AttributeValueList": [s("a")]}},
        "QueryFilter": {"t": {"ComparisonOperator": "NOT_NULL"}, "a": {
            "ComparisonOperator": "CONTAINS", "AttributeValueList": [n(1)]}},
        "ConditionalOperator": "OR"}),
    ("Scan", {"TableName": TABLE, "Segment": 1, "TotalSegments": 3, "Limit": 10, **NAMES,
              "FilterExpression": "attribute_type(#n, :t)",
              "ExpressionAttributeValues": {":t": s("S")}}),
    ("Scan", {"TableName": TABLE, "IndexName": "gsi_all", "ExclusiveStartKey": {
        **KEY, "g1": s("g")}, "ScanFilter": {"a": {"ComparisonOperator": "NULL"}}}),
    ("BatchGetItem", {"RequestItems": {
        TABLE: {"Keys": [KEY, {"pk": s("c"), "sk": s("d")}], "ProjectionExpression": "a"},
        OTHER: {"Keys": [{"pk": s("x")}], "ConsistentRead": True}}}),
    ("BatchWriteItem", {"RequestItems": {
        TABLE: [put(ITEM), {"DeleteRequest": {"Key": {"pk": s("c"), "sk": s("d")}}}],
        OTHER: [put({"pk": s("x"), "v": n(1)})]}}),
    ("TransactWriteItems", {"ClientRequestToken": "token", "TransactItems": [
        {"Put": {"TableName": TABLE, "Item": ITEM}},
        {"Update": {"TableName": OTHER, "Key": {"pk": s("x")}, "UpdateExpression": "ADD v :v",
                    "ExpressionAttributeValues": {":v": n(1)}}},
        {"ConditionCheck": {"TableName": OTHER, "Key": {"pk": s("y")},
                            "ConditionExpression": "attribute_not_exists(pk)"}},
        {"Delete": {"TableName": OTHER, "Key": {"pk": s("z")}}}]}),
    ("TransactGetItems", {"TransactItems": [
        {"Get": {"TableName": TABLE, "Key": KEY, "ProjectionExpression": "a[0]"}},
        {"Get": {"TableName": OTHER, "Key": {"pk": s("x")}}}]}),
    ("CreateTable", {"TableName": "hostile-new", **INDEXED, "Tags": [{"Key": "a", "Value": "b"}],
                     "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
                     "DeletionProtectionEnabled": False}),
    ("CreateTable", {"TableName": "hostile-paid", "KeySchema": keys("pk"),
                     "AttributeDefinitions": attributes(pk="N"), "BillingMode": "PROVISIONED",
                     "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 2}}),
    ("UpdateTable", {"TableName": OTHER, "AttributeDefinitions": attributes(g="S"),
                     "GlobalSecondaryIndexUpdates": [{"Create": index("late", keys("g"))}]}),
    ("UpdateTable", {"TableName": OTHER, "TableClass": "STANDARD_INFREQUENT_ACCESS"}),
    ("UpdateTable", {"TableName": OTHER, "DeletionProtectionEnabled": False}),
    ("CreateTable", {"TableName": "hostile-new-vectors", **VECTOR_TABLE}),
    ("UpdateTable", {"TableName": OTHER, "AttributeDefinitions": attributes(h="S"),
                     "VectorIndexUpdates": [{"Create": vector_index(
                         search_schema=schema("h"))}]}),
    ("UpdateTable", {"TableName": OTHER, "VectorIndexUpdates": [{"Delete": {
        "IndexName": "vix"}}]}),
    ("PutItem", {"TableName": VECTORS, "ReturnConsumedCapacity": "INDEXES", "Item": {
        "pk": s("a"), "v": stored(1, -2.5, "1E-3"), "tenant": s("t"), "color": s("red")}}),
    ("SearchVectors", {"TableName": VECTORS, "IndexName": "vix", "TopK": 3,
                       "SearchVector": elements((1, 0.5, "1e-2")), **NAMES,
                       "ProjectionExpression": "pk, v[1], #n",
                       "ReturnConsumedCapacity": "TOTAL"}),
    ("SearchVectors", {"TableName": VECTORS, "IndexName": "scoped", "TopK": 100,
                       "SearchVector": elements((1, 2, 3)),
                       "SearchConditionExpression": "tenant = :t AND color = :c",
                       "ExpressionAttributeValues": {":t": s("t"), ":c": s("red")}}),
    ("DescribeTable", {"TableName": VECTORS}),
    ("DescribeTable", {"TableName": TABLE}),
    ("DeleteTable", {"TableName": "hostile-new"}),
    ("ListTables", {"Limit": 3, "ExclusiveStartTableName": "hostile"}),
    ("DescribeEndpoints", {}),
    ("DescribeLimits", {}),
    ("TagResource", {"ResourceArn": ARN, "Tags": [{"Key": "k", "Value": "v"}]}),
    ("UntagResource", {"ResourceArn": ARN, "TagKeys": ["k"]}),
    ("ListTagsOfResource", {"ResourceArn": ARN}),
    ("UpdateTimeToLive", {"TableName": OTHER, "TimeToLiveSpecification": {
        "Enabled": True, "AttributeName": "e"}}),
    ("DescribeTimeToLive", {"TableName": OTHER}),
    ("DescribeContinuousBackups", {"TableName": OTHER}),
    ("ExecuteStatement", {"Statement": f"SELECT pk, a[0] FROM \"{TABLE}\" WHERE pk = ? AND sk "
                          "BETWEEN 'a' AND 'z' AND NOT contains(ss, 'q') ORDER BY sk DESC",
                          "Parameters": [s("a")], "ConsistentRead": True, "Limit": 3,
                          "ReturnConsumedCapacity": "INDEXES"}),
    ("ExecuteStatement", {"Statement": f"SELECT * FROM \"{TABLE}\".\"gsi_all\" WHERE g1 IN ['g', "
                          "'h'] OR (size(pk) > 2 AND attribute_type(a, 'L'))"}),
    ("ExecuteStatement", {"Statement": f"INSERT INTO \"{TABLE}\" VALUE {{'pk': 'p', 'sk': ?, 'm': "
                          "{'n': [1, -2.5e3, <<'x', 'y'>>, NULL, true]}}",
                          "Parameters": [s("q")]}),
    ("ExecuteStatement", {"Statement": f"UPDATE {TABLE} SET g2 = g2 + 1 SET a = list_append(a, ?) "
                          "REMOVE t WHERE pk = 'a' AND sk = 'b' RETURNING ALL NEW *",
                          "Parameters": [lst(n(2))]}),
    ("ExecuteStatement", {"Statement": f"DELETE FROM \"{TABLE}\" WHERE pk = 'p' AND sk = 'q' AND "
                          "attribute_exists(m) RETURNING ALL OLD *"}),
    ("BatchExecuteStatement", {"Statements": [
        {"Statement": f"SELECT * FROM {TABLE} WHERE pk = ? AND sk = ?", "ConsistentRead": True,
         "Parameters": [s("a"), s("b")]},
        {"Statement": f"SELECT v FROM \"{OTHER}\" WHERE pk = 'x'"}]}),
    ("ExecuteTransaction", {"ClientRequestToken": "statements", "TransactStatements": [
        {"Statement": f"EXISTS(SELECT * FROM \"{OTHER}\" WHERE pk = 'y' AND v IS MISSING)"},
        {"Statement": f"UPDATE \"{OTHER}\" SET v = ? WHERE pk = 'x'", "Parameters": [n(1)]}]}),
    ("ExportTableToPointInTime", {"TableArn": ARN, "S3Bucket": "no-bucket", "S3Prefix": "p/q",
                                  "ExportType": "INCREMENTAL_EXPORT",
                                  "IncrementalExportSpecification": {
                                      "ExportFromTime": 1.5, "ExportToTime": 1e9,
                                      "ExportViewType": "NEW_IMAGE"}}),
    ("ExportTableToPointInTime", {"TableArn": ARN, "S3Bucket": "no-bucket", "ExportTime": 1e9,
                                  "FilterSpecification": {
                                      "FilterExpression": "a = :v", "ProjectionExpression": "#n",
                                      "ExpressionAttributeValues": {":v": n(1)}, **NAMES}}),
    ("ImportTable", {"S3BucketSource": {"S3Bucket": "no-bucket", "S3KeyPrefix": "p"},
                     "InputFormat": "CSV", "InputCompressionType": "ZSTD", "InputFormatOptions": {
                         "Csv": {"Delimiter": ";", "HeaderList": ["pk", "v"]}},
                     "TableCreationParameters": {"TableName": "hostile-import",
                                                 **on_demand(keys("pk"), attributes(pk="S"))}}),
    ("StartBulkPutItems", {"TableName": OTHER, "MaxWriteRequestUnits": 2048,
                           "InputS3Configuration": {"S3Bucket": "no-bucket", "S3KeyPrefix": "p",
                                                    "InputFormat": "DYNAMODB_JSON"},
                           "OutputS3Configuration": {"OutputType": ["ERROR"]}}),
    ("DescribeExport", {"ExportArn": ARN + "/export/01700000000000-0123abcd"}),
    ("ListExports", {"TableArn": ARN, "MaxResults": 2}),
]
