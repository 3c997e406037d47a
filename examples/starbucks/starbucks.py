"""Store locations in a DynamoDB table: load a CSV, then ask by country, state, city, postcode.

    python starbucks.py load sample.csv
    python starbucks.py query --country US --state CA --city "San Marisol"
    python starbucks.py counts

Needs boto3 and nothing else. The endpoint is http://localhost:8000 unless --endpoint-url says
otherwise; `--endpoint-url aws` means AWS itself.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

import boto3
from boto3.dynamodb.conditions import Key
from botocore.exceptions import BotoCoreError, ClientError

TABLE = "StarbucksLocations"
INDEX = "StoreLocationIndex"
LOCAL_ENDPOINT = "http://localhost:8000"
SEPARATOR = "#"

# Column of the file, and the attribute it becomes. What is empty is not stored.
COLUMNS = {
    "Brand": "Brand",
    "Store Number": "StoreNumber",
    "Store Name": "StoreName",
    "Ownership Type": "OwnershipType",
    "Street Address": "StreetAddress",
    "City": "City",
    "State/Province": "State",
    "Country": "Country",
    "Postcode": "Postcode",
    "Phone Number": "PhoneNumber",
    "Timezone": "Timezone",
    "Longitude": "Longitude",
    "Latitude": "Latitude",
}


def connect(endpoint: str, region: str) -> Any:
    """The DynamoDB resource. A local server gets made-up keys, so that none need be set."""
    if endpoint == "aws":
        return boto3.resource("dynamodb", region_name=region)
    if urlsplit(endpoint).hostname in ("localhost", "127.0.0.1", "::1"):
        os.environ.setdefault("AWS_ACCESS_KEY_ID", "local")
        os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "local")
    return boto3.resource("dynamodb", region_name=region, endpoint_url=endpoint)


def create_table(dynamodb: Any) -> Any:
    """The table with its index; the one that is there already is used as it is."""
    try:
        table = dynamodb.create_table(
            TableName=TABLE,
            KeySchema=[{"AttributeName": "StoreNumber", "KeyType": "HASH"}],
            AttributeDefinitions=[
                {"AttributeName": "StoreNumber", "AttributeType": "S"},
                {"AttributeName": "Country", "AttributeType": "S"},
                {"AttributeName": "StateCityPostcode", "AttributeType": "S"},
            ],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": INDEX,
                    "KeySchema": [
                        {"AttributeName": "Country", "KeyType": "HASH"},
                        {"AttributeName": "StateCityPostcode", "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "ALL"},
                }
            ],
            BillingMode="PAY_PER_REQUEST",
        )
    except dynamodb.meta.client.exceptions.ResourceInUseException:
        table = dynamodb.Table(TABLE)
    table.wait_until_exists()
    return table


def place(state: str, city: str = "", postcode: str = "") -> str:
    """STATE#CITY#POSTCODE in capitals: every query is a prefix of this."""
    return SEPARATOR.join(part.strip().upper() for part in (state, city, postcode))


def prefix(state: str | None, city: str | None, postcode: str | None) -> str:
    """What the index key of a matching store begins with; a given part must match whole, except
    the last postcode, of which the beginning is enough."""
    parts = [part.strip().upper() for part in (state, city) if part is not None]
    begins = "".join(part + SEPARATOR for part in parts)
    return begins + (postcode or "").strip().upper()


def to_item(row: dict[str, str]) -> dict[str, str]:
    item = {attribute: row[column].strip() for column, attribute in COLUMNS.items()}
    item = {attribute: value for attribute, value in item.items() if value}
    item["StateCityPostcode"] = place(row["State/Province"], row["City"], row["Postcode"])
    return item


def read_rows(path: str) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def progress(items: Iterable[Any], total: int) -> Iterator[Any]:
    """Draws a bar on standard error, when that is a terminal."""
    shows = sys.stderr.isatty()
    for number, item in enumerate(items, 1):
        yield item
        if shows and (number % 100 == 0 or number == total):
            filled = 40 * number // total
            print(
                f"\r[{'#' * filled}{'.' * (40 - filled)}] {number:,} of {total:,}",
                end="\n" if number == total else "", file=sys.stderr, flush=True,
            )


def load(dynamodb: Any, path: str) -> int:
    """Writes every row. A store number that occurs twice keeps its last row: one batch may not
    hold two puts of one key, so the writer drops the earlier one."""
    table = create_table(dynamodb)
    rows = read_rows(path)
    began = time.monotonic()
    with table.batch_writer(overwrite_by_pkeys=["StoreNumber"]) as batch:
        for row in progress(rows, len(rows)):
            batch.put_item(Item=to_item(row))
    print(f"{len(rows):,} rows loaded in {time.monotonic() - began:.1f} s")
    return len(rows)


def pages(dynamodb: Any, country: str, begins: str, **more: Any) -> Iterator[dict[str, Any]]:
    """Every page of the answer: a page ends at 1 MB, LastEvaluatedKey says where to go on."""
    condition = Key("Country").eq(country.strip().upper())
    if begins:
        condition &= Key("StateCityPostcode").begins_with(begins)
    request = {"IndexName": INDEX, "KeyConditionExpression": condition, **more}
    table = dynamodb.Table(TABLE)
    while True:
        page = table.query(**request)
        yield page
        if "LastEvaluatedKey" not in page:
            return
        request["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def query(dynamodb: Any, country: str, begins: str, limit: int | None) -> int:
    shown = 0
    for page in pages(dynamodb, country, begins):
        for item in page["Items"]:
            if limit is not None and shown == limit:
                return shown
            print(
                f"{item['StoreNumber']:<14} {item.get('StoreName', ''):<36} "
                f"{item.get('StreetAddress', '')}, {item.get('City', '')}, "
                f"{item.get('State', '')} {item.get('Postcode', '')}"
            )
            shown += 1
    return shown


def count(dynamodb: Any, country: str, begins: str) -> int:
    return sum(page["Count"] for page in pages(dynamodb, country, begins, Select="COUNT"))


def counts(dynamodb: Any, country: str | None) -> Counter[str]:
    """Stores by country, or by state of one country."""
    found: Counter[str] = Counter()
    if country:
        for page in pages(dynamodb, country, "", ProjectionExpression="StateCityPostcode"):
            found.update(item["StateCityPostcode"].split(SEPARATOR)[0] for item in page["Items"])
        return found
    request: dict[str, Any] = {
        "IndexName": INDEX, "ProjectionExpression": "#c", "ExpressionAttributeNames": {
            "#c": "Country"},
    }
    table = dynamodb.Table(TABLE)
    while True:
        page = table.scan(**request)
        found.update(item["Country"] for item in page["Items"])
        if "LastEvaluatedKey" not in page:
            return found
        request["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--endpoint-url", default=LOCAL_ENDPOINT, help="or: aws")
    parser.add_argument("--region", default=os.environ.get("AWS_REGION", "eu-west-2"))
    commands = parser.add_subparsers(dest="command", required=True)
    loading = commands.add_parser("load", help="create the table and load a CSV file")
    loading.add_argument("file")
    asking = commands.add_parser("query", help="list the stores of a place")
    asking.add_argument("--country", required=True)
    asking.add_argument("--state")
    asking.add_argument("--city", help="needs --state")
    asking.add_argument("--postcode", help="needs --city; its beginning is enough")
    asking.add_argument("--count", action="store_true", help="only how many")
    asking.add_argument("--limit", type=int, help="show at most so many")
    counting = commands.add_parser("counts", help="count by country, or by state of a country")
    counting.add_argument("--country")
    commands.add_parser("drop", help="delete the table")
    return parser


def run(options: argparse.Namespace) -> None:
    dynamodb = connect(options.endpoint_url, options.region)
    if options.command == "load":
        load(dynamodb, options.file)
    elif options.command == "drop":
        dynamodb.Table(TABLE).delete()
    elif options.command == "counts":
        found = counts(dynamodb, options.country)
        for name, number in sorted(found.items(), key=lambda each: (-each[1], each[0])):
            print(f"{name:<4}{number:>8,}")
        print(f"all {sum(found.values()):>8,}")
    else:
        begins = prefix(options.state, options.city, options.postcode)
        if options.count:
            print(count(dynamodb, options.country, begins))
        else:
            print(f"{query(dynamodb, options.country, begins, options.limit):,} stores")


def main() -> int:
    parser = arguments()
    options = parser.parse_args()
    if options.command == "query":
        if options.city is not None and options.state is None:
            parser.error("--city needs --state")
        if options.postcode is not None and options.city is None:
            parser.error("--postcode needs --city")
    try:
        run(options)
    except (BotoCoreError, ClientError, OSError) as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
