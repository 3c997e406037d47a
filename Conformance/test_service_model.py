"""Nothing of AWS's service models is unknown to the server, and nothing new passes unnoticed.

When this fails because botocore is newer: see what is new, decide what becomes of it
(service_model/states.py), build and test that, then take the model over with
`python -m service_model.model` (in Conformance) and run `make conformance-page`.
"""

from __future__ import annotations

import pytest
from service_model import states
from service_model.model import SERVICES, differences, installed, known
from service_model.page import PAGE, page
from service_model.seen import seen
from support.raw import RawClient

TARGETS = {"dynamodb": "DynamoDB_20120810.", "dynamodbstreams": "DynamoDBStreams_20120810."}
OPERATIONS = [
    (service, name) for service in SERVICES for name in sorted(installed()[service]["operations"])
]


def test_botocore_has_nothing_that_we_do_not_know() -> None:
    found = differences(known(), installed())
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("service", "name"), OPERATIONS)
def test_the_server_knows(raw: RawClient, service: str, name: str) -> None:
    answer = raw.call(name, {}, {"X-Amz-Target": TARGETS[service] + name})
    assert answer.status == 200 or answer.code != "UnknownOperationException"


def test_it_would_say_so(raw: RawClient) -> None:
    assert raw.call("DescribeNothing", {}).code == "UnknownOperationException"


@pytest.mark.parametrize(("service", "name"), OPERATIONS)
def test_each_has_a_test_and_a_page(service: str, name: str) -> None:
    assert name in seen()["operations"], "no test of the suite sends it"
    assert (PAGE.parent / "operations" / f"{name}.md").exists()


def test_states_are_of_things_that_exist() -> None:
    models = known().values()
    assert states.OPERATIONS.keys() <= {name for model in models for name in model["operations"]}
    assert states.MEMBERS.keys() <= {
        f"{structure}.{member}"
        for model in models for structure, members in model["structures"].items()
        for member in members
    }


def test_what_was_seen_is_known() -> None:
    members = {
        f"{structure}.{member}"
        for model in known().values() for structure, found in model["structures"].items()
        for member in found
    }
    assert set(seen()["members"]) <= members


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text() == page(), "run `make conformance-page`"
