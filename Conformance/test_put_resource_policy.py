"""PutResourcePolicy: what is kept, revisions, and what is no policy."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.check import INVALID, NOT_FOUND, VALIDATION, Part, refuses
from support.policies import ACCOUNT, MISSING, ROOT, arn_of, policy, statement
from support.tables import HASH

DOCUMENT = INVALID + "Invalid policy document: "


def kept(client: Any, arn: str) -> str:
    return str(client.get_resource_policy(ResourceArn=arn)["Policy"])


@pytest.mark.ours  # AWS makes the second change wait for 15 seconds
def test_a_change_has_a_later_revision(client: Any, table: Any) -> None:
    arn = arn_of(client, table(**HASH))
    first = client.put_resource_policy(ResourceArn=arn, Policy=policy())["RevisionId"]
    changed = policy(statement(Action="dynamodb:Query"))
    second = client.put_resource_policy(ResourceArn=arn, Policy=changed)["RevisionId"]
    assert len(first) == len(second) == 13 and first < second
    assert client.get_resource_policy(ResourceArn=arn)["RevisionId"] == second
    assert kept(client, arn) == changed


@pytest.mark.parametrize(
    "written",
    [
        json.dumps(json.loads(policy()), indent=4),
        policy(statement(Principal={"AWS": [ACCOUNT, ROOT]}, Action=["dynamodb:GetItem"])),
        policy(statement(Effect="allow", Resource=["*"])),
        json.dumps({"Statement": statement(), "Version": "2012-10-17"}),
    ],
    ids=["white space", "lists", "small letters", "one statement, another order"],
)
def test_the_same_in_other_words(client: Any, table: Any, written: str) -> None:
    arn = arn_of(client, table(**HASH))
    first = client.put_resource_policy(ResourceArn=arn, Policy=policy())["RevisionId"]
    assert client.put_resource_policy(ResourceArn=arn, Policy=written)["RevisionId"] == first
    assert kept(client, arn) == policy()


@pytest.mark.ours
def test_without_a_version_it_is_another_document(client: Any, table: Any) -> None:
    arn = arn_of(client, table(**HASH))
    bare = policy(version=None)
    first = client.put_resource_policy(ResourceArn=arn, Policy=bare)["RevisionId"]
    assert kept(client, arn) == policy(version="2008-10-17")
    assert client.put_resource_policy(ResourceArn=arn, Policy=bare)["RevisionId"] == first
    again = client.put_resource_policy(ResourceArn=arn, Policy=kept(client, arn))["RevisionId"]
    assert again > first


def test_everything_a_statement_may_have(client: Any, table: Any) -> None:
    arn = arn_of(client, table(**HASH))
    whole = policy(
        {"Sid": "a"} | statement(
            Action=["dynamodb:GetItem", "dynamodb:Query"], Resource=["*", "x"],
            Condition={"Bool": {"aws:SecureTransport": "true"}, "Null": {"a": ["b", 1.50, None]}},
        ),
        {"Sid": "é\"\\"} | statement(Effect="Deny", Principal="*"),
    )
    client.put_resource_policy(ResourceArn=arn, Policy=whole)
    assert json.loads(kept(client, arn)) == json.loads(whole)


@pytest.mark.ours
def test_expected_revisions(client: Any, table: Any) -> None:
    name = table(**HASH)
    arn = arn_of(client, name)
    put = client.put_resource_policy
    refuses(put, "PolicyNotFoundException",
            MISSING + "Requested update for policy with revision id 1, but table "
            f"{name} has no associated policy.",
            ResourceArn=arn, Policy=policy(), ExpectedRevisionId="1")
    first = put(ResourceArn=arn, Policy=policy(), ExpectedRevisionId="NO_POLICY")["RevisionId"]
    changed = policy(statement(Action="dynamodb:Query"))
    refuses(put, "PolicyNotFoundException",
            MISSING + "Requested policy update expecting none to be present for table "
            f"{name}, but a policy exists with revision id {first}.",
            ResourceArn=arn, Policy=changed, ExpectedRevisionId="NO_POLICY")
    second = put(ResourceArn=arn, Policy=changed, ExpectedRevisionId=first)["RevisionId"]
    refuses(put, "PolicyNotFoundException",
            MISSING + f"Requested update for policy with revision id {first}, but the policy "
            f"associated to target table {name} has revision id {second}.",
            ResourceArn=arn, Policy=policy(), ExpectedRevisionId=first)
    assert kept(client, arn) == changed


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ("", "This policy contains invalid Json"),
        ("[]", "This policy contains invalid Json"),
        ("{not json", "This policy contains invalid Json"),
        ("null", "This text appears not to be a policy"),
        ("{}", "Syntax error at position (1,3)"),
        ('{"Statement":[]}', "Could not parse the policy: Statement is empty!"),
        ('{"Statement":[{}]}', "Missing required field Effect"),
        (policy(statement(Resource=None)), "Missing required field Resource"),
        (policy(statement(Action=None)), "Missing required field Action"),
        (policy({"Sid": "a"} | statement(), {"Sid": "a"} | statement()),
         "The Statement Ids in the policy are not unique"),
        (policy(statement(Principal=ACCOUNT)), Part("Syntax error at position")),
    ],
)
def test_no_policy(client: Any, hash_table: str, document: str, text: str) -> None:
    arn = arn_of(client, hash_table)
    expected = Part(DOCUMENT + text) if isinstance(text, Part) else DOCUMENT + text
    refuses(client.put_resource_policy, VALIDATION, expected, ResourceArn=arn, Policy=document)
    refuses(client.get_resource_policy, "PolicyNotFoundException", MISSING + arn, ResourceArn=arn)


@pytest.mark.parametrize("principal", ["*", {"AWS": "*"}, {"AWS": [ROOT, "*"]}])
def test_everyone(client: Any, hash_table: str, principal: Any) -> None:
    refuses(
        client.put_resource_policy, VALIDATION,
        "Resource-based policy grants unbounded access in one or more elements. Please revise the "
        "policy to ensure least-privilege form of access",
        ResourceArn=arn_of(client, hash_table), Policy=policy(statement(Principal=principal)),
    )


def test_size_counts_white_space(client: Any, table: Any) -> None:
    arn = arn_of(client, table(**HASH))
    longest = policy().ljust(20_480)
    client.put_resource_policy(ResourceArn=arn, Policy=longest)
    refuses(
        client.put_resource_policy, VALIDATION,
        INVALID + "Maximum policy size of 20480 bytes exceeded",
        ResourceArn=arn, Policy=longest + " ",
    )


@pytest.mark.ours
def test_a_stream_has_its_own(client: Any, table: Any) -> None:
    name = table(
        **HASH, StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"})
    arn = arn_of(client, name)
    stream = client.describe_table(TableName=name)["Table"]["LatestStreamArn"]
    document = policy(statement(Action="dynamodb:GetRecords"))
    revision = client.put_resource_policy(ResourceArn=stream, Policy=document)["RevisionId"]
    assert kept(client, stream) == document
    refuses(client.get_resource_policy, "PolicyNotFoundException", MISSING + arn, ResourceArn=arn)
    client.update_table(TableName=name, StreamSpecification={"StreamEnabled": False})
    client.update_table(TableName=name, StreamSpecification={
        "StreamEnabled": True, "StreamViewType": "KEYS_ONLY"})
    again = client.describe_table(TableName=name)["Table"]["LatestStreamArn"]
    refuses(client.get_resource_policy, "PolicyNotFoundException", MISSING + again,
            ResourceArn=again)
    assert revision


def test_members(client: Any) -> None:
    refuses(
        client.put_resource_policy, VALIDATION,
        "2 validation errors detected: Value null at 'resourceArn' failed to satisfy constraint: "
        "Member must not be null; Value null at 'policy' failed to satisfy constraint: "
        "Member must not be null",
    )


def test_a_missing_table(client: Any, hash_table: str, name: str) -> None:
    arn = arn_of(client, hash_table).rsplit("/", 1)[0] + "/" + name
    refuses(client.put_resource_policy, NOT_FOUND,
            f"Requested resource not found: Table: {name} not found",
            ResourceArn=arn, Policy=policy())


def test_confirmation_is_taken(client: Any, table: Any) -> None:
    arn = arn_of(client, table(**HASH))
    client.put_resource_policy(
        ResourceArn=arn, Policy=policy(), ConfirmRemoveSelfResourceAccess=True)
    assert kept(client, arn) == policy()
