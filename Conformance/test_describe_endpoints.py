"""DescribeEndpoints: one address, and it works."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import boto3


def test_one_address_that_works(client: Any, endpoint: str, region: str) -> None:
    (described,) = client.describe_endpoints()["Endpoints"]
    assert described["CachePeriodInMinutes"] > 0
    scheme = urlsplit(endpoint).scheme
    other = boto3.client(
        "dynamodb", region_name=region, endpoint_url=f"{scheme}://{described['Address']}"
    )
    assert isinstance(other.list_tables()["TableNames"], list)
