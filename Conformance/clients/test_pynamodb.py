"""PynamoDB: models, indexes, conditions, batches, transactions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from pynamodb.attributes import (
    JSONAttribute,
    ListAttribute,
    MapAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
    UTCDateTimeAttribute,
    VersionAttribute,
)
from pynamodb.connection import Connection
from pynamodb.exceptions import DeleteError, PutError, TransactWriteError
from pynamodb.indexes import (
    AllProjection,
    GlobalSecondaryIndex,
    KeysOnlyProjection,
    LocalSecondaryIndex,
)
from pynamodb.models import Model
from pynamodb.transactions import TransactGet, TransactWrite


@pytest.fixture
def thread(endpoint: str, region: str, name: str) -> Iterator[Any]:
    """A model class of its own, with its table."""

    class ByForum(GlobalSecondaryIndex[Any]):
        class Meta:
            index_name = "by-forum"
            projection = AllProjection()

        forum = UnicodeAttribute(hash_key=True)
        views = NumberAttribute(range_key=True)

    class ByViews(LocalSecondaryIndex[Any]):
        class Meta:
            index_name = "by-views"
            projection = KeysOnlyProjection()

        owner = UnicodeAttribute(hash_key=True)
        views = NumberAttribute(range_key=True)

    class Thread(Model):
        class Meta:
            table_name = name
            host = endpoint
            billing_mode = "PAY_PER_REQUEST"

        owner = UnicodeAttribute(hash_key=True)
        subject = UnicodeAttribute(range_key=True)
        forum = UnicodeAttribute(null=True)
        views = NumberAttribute(default=0)
        tags = UnicodeSetAttribute(null=True)
        history: ListAttribute[Any] = ListAttribute(default=list)
        details: MapAttribute[Any, Any] = MapAttribute(default=dict)
        raw = JSONAttribute(null=True)
        written = UTCDateTimeAttribute(null=True)
        by_forum = ByForum()
        by_views = ByViews()

    Thread.Meta.region = region
    Thread.create_table(wait=True)
    yield Thread
    Thread.delete_table()


def test_a_model_comes_back(thread: Any) -> None:
    written = datetime(2026, 1, 2, 3, 4, 5, 678901, UTC)
    saved = thread("me", "first", forum="f", tags={"x", "y"}, history=[1, "two", {"k": 2.5}],
                   details={"a": {"b": True}}, raw={"j": [1, None]}, written=written)
    saved.save()
    got = thread.get("me", "first", consistent_read=True)
    assert got.tags == {"x", "y"} and got.raw == {"j": [1, None]} and got.written == written
    assert got.history[0] == 1 and got.history[2]["k"] == 2.5
    assert got.details.as_dict() == {"a": {"b": True}}
    with pytest.raises(thread.DoesNotExist):
        thread.get("me", "second")


def test_conditions(thread: Any) -> None:
    item = thread("me", "first", views=1)
    item.save(condition=thread.subject.does_not_exist())
    with pytest.raises(PutError) as put_error:
        thread("me", "first").save(condition=thread.subject.does_not_exist())
    assert put_error.value.cause_response_code == "ConditionalCheckFailedException"
    with pytest.raises(DeleteError):
        item.delete(condition=(thread.views > 1) | thread.tags.contains("x"))
    item.delete(condition=thread.views.between(0, 1) & thread.forum.does_not_exist())
    assert thread.count("me") == 0


def test_updates(thread: Any) -> None:
    item = thread("me", "first", views=1, tags={"a", "b"}, history=["x"])
    item.save()
    item.update(actions=[
        thread.views.add(4),
        thread.tags.delete({"a"}),
        thread.history.set(thread.history.append(["y"])),
        thread.forum.set(thread.forum | "default"),
        thread.raw.remove(),
    ])
    assert (item.views, item.tags, list(item.history), item.forum) == (
        5, {"b"}, ["x", "y"], "default"
    )


def test_indexes_batches_and_pages(thread: Any) -> None:
    with thread.batch_write() as batch:
        for number in range(60):
            batch.save(thread("me", f"s{number:02}", forum=f"f{number % 2}", views=number))
    found = thread.by_forum.query("f1", thread.views >= 50, scan_index_forward=False)
    assert [item.views for item in found] == [59, 57, 55, 53, 51]
    local = thread.by_views.query("me", limit=70, page_size=11)
    assert [item.views for item in local] == list(range(60))
    assert thread.count("me", thread.subject.startswith("s1")) == 10
    keys = [("me", f"s{number:02}") for number in range(0, 70, 10)]
    assert len(list(thread.batch_get(keys))) == 6
    assert len(list(thread.scan(thread.views < 10, page_size=7))) == 10
    with thread.batch_write() as batch:
        for item in thread.query("me", attributes_to_get=["owner", "subject"]):
            batch.delete(item)
    assert thread.count("me") == 0


def test_transactions(thread: Any, endpoint: str, region: str) -> None:
    connection = Connection(region=region, host=endpoint)
    first = thread("me", "first", views=1)
    with TransactWrite(connection=connection, client_request_token="token-1") as write:
        write.save(first)
        write.save(thread("me", "second", views=2))
    with pytest.raises(TransactWriteError) as failed:
        with TransactWrite(connection=connection) as write:
            write.update(first, actions=[thread.views.set(9)])
            write.condition_check(
                thread, "me", "third", condition=thread.subject.exists()
            )
    codes = [reason and reason.code for reason in failed.value.cancellation_reasons]
    assert codes == ["ConditionalCheckFailed", None]  # it sends the checks first
    with TransactGet(connection=connection) as read:
        futures = [read.get(thread, "me", each) for each in ("first", "second")]
    assert [future.get().views for future in futures] == [1, 2]


def test_versions(endpoint: str, region: str, name: str) -> None:
    class Versioned(Model):
        class Meta:
            table_name = name
            host = endpoint
            billing_mode = "PAY_PER_REQUEST"

        key = UnicodeAttribute(hash_key=True)
        version = VersionAttribute()

    Versioned.Meta.region = region
    Versioned.create_table(wait=True)
    try:
        Versioned("a").save()
        one, two = Versioned.get("a"), Versioned.get("a")
        one.save()
        with pytest.raises(PutError):
            two.save()
        assert Versioned.get("a").version == 2
    finally:
        Versioned.delete_table()
