"""Vector indexes whose files are encrypted: vectors, ids, contents, metadata and names.

    from martlet import encrypted

    key = encrypted.generate_key()                  # 32 bytes; keep them somewhere safe
    with encrypted.Client("indexes") as client:
        index = client.create_index("notes", key, metric="cosine")
        index.upsert([
            {"id": 1, "vector": vector, "contents": "a note", "metadata": {"topic": "birds"}}])
        for hit in index.query(question, top_k=3, filters={"topic": "birds"}):
            print(hit["id"], hit["distance"], index.get_item(hit["id"]))

Files are sealed with AES-256-GCM. A search runs in this process, on decrypted vectors: what lies on
the disk is protected, not what somebody sees who reads this process's memory.

The indexes may also be in a DynamoDB table, at AWS or at any other endpoint, which then holds the
same sealed records, and nothing that can be read:

    storage = encrypted.StorageConfig.dynamodb("indexes", region_name="eu-west-2", cache="cache")
    client = encrypted.Client(storage, catalog_key=catalog_key)

The names are those of CyborgDB, release 0.8 and the newer ones. Everything that is refused is a
`martlet.MartletError`, which is a `ValueError`; `martlet.WrongKeyError` when a key does not open
the index. No error shows keys, ids, vectors, contents or metadata. Nothing here needs NumPy.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
import weakref
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, SupportsIndex, overload

from . import _encrypted_arguments as take
from ._martlet import (
    ClosedError,
    CollectionError,
    ConflictError,
    DimensionError,
    IntegrityError,
    InvalidValueError,
    LengthError,
    MartletError,
    NativeEncryptedClient,
    NativeEncryptedIndex,
    PermissionDeniedError,
    StorageError,
    WrongKeyError,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "Client",
    "ClosedError",
    "CollectionError",
    "ConflictError",
    "DBConfig",
    "DimensionError",
    "DynamoDBConfig",
    "EncryptedIndex",
    "IndexIVF",
    "IndexIVFFlat",
    "IndexIVFPQ",
    "IntegrityError",
    "InvalidValueError",
    "LengthError",
    "MartletError",
    "PermissionDeniedError",
    "Rekeying",
    "StorageConfig",
    "StorageError",
    "WrongKeyError",
    "generate_key",
]

# A name, and the settings of `DynamoDBConfig`.
_Table = tuple[
    str, "str | None", "str | None", "str | None", "str | None", "str | None", "str | None",
    "str | None"]
_METRICS = ("euclidean", "squared_euclidean", "cosine", "dot_product")
_PARTS = {"vector": 1, "contents": 2, "item": 4, "metadata": 8}
# Candidates of a walk through the graph that stand for one list of an inverted file.
_PROBE_EF = 32
_LARGEST_EF = 100_000
# From here on it is worth asking how many rows there are.
_LARGE_K = 1_000
_log = logging.getLogger("martlet.encrypted")
_log.addHandler(logging.NullHandler())
_clients: weakref.WeakSet[Client] = weakref.WeakSet()


def generate_key() -> bytes:
    """A new key: 32 bytes from the system's generator."""
    return NativeEncryptedClient.generate_key()


class DBConfig:
    """Where indexes are, as release 0.8 says it: ``DBConfig("disk", connection_string=path)``,
    ``DBConfig("memory")`` or ``DBConfig("dynamodb", table_name, connection_string=endpoint_url)``,
    where an endpoint need not be given; ``DBConfig("none")`` for items, which are kept with the
    rest. On disk and in memory a table's name is taken and makes no difference."""

    __slots__ = ("connection_string", "location", "table_name")

    def __init__(
        self, location: str, table_name: str | None = None,
        connection_string: str | os.PathLike[str] | None = None,
    ) -> None:
        if location not in ("disk", "memory", "dynamodb", "none"):
            raise InvalidValueError("Unknown location: there are disk, memory, dynamodb and none.")
        if location == "disk" and connection_string is None:
            raise InvalidValueError("A location on disk needs a connection_string: its folder.")
        if location == "dynamodb" and not table_name:
            raise InvalidValueError("A location in DynamoDB needs a table_name.")
        self.location = location
        self.table_name = table_name
        self.connection_string = connection_string


class StorageConfig:
    """Where indexes are, as newer releases say it."""

    __slots__ = ("path",)

    def __init__(self, path: str | os.PathLike[str] | None) -> None:
        #: The folder; None for memory.
        self.path = path

    @classmethod
    def disk(cls, path: str | os.PathLike[str]) -> StorageConfig:
        return cls(path)

    @classmethod
    def memory(cls) -> StorageConfig:
        return cls(None)

    @staticmethod
    def dynamodb(
        table_name: str, *, endpoint_url: str | None = None, region_name: str | None = None,
        profile_name: str | None = None, aws_access_key_id: str | None = None,
        aws_secret_access_key: str | None = None, aws_session_token: str | None = None,
        cache: str | os.PathLike[str] | None = None,
    ) -> DynamoDBConfig:
        """A table: the same as `DynamoDBConfig`."""
        return DynamoDBConfig(
            table_name, endpoint_url=endpoint_url, region_name=region_name,
            profile_name=profile_name, aws_access_key_id=aws_access_key_id,
            aws_secret_access_key=aws_secret_access_key, aws_session_token=aws_session_token,
            cache=cache)


class DynamoDBConfig(StorageConfig):
    """A DynamoDB table, at AWS or at any other endpoint; it is made if there is none.

    What is not given is as the environment and the profile files say, as for every AWS client. The
    client needs a ``catalog_key``, which keeps the names of the indexes from whoever has the table.

    ``cache``: a folder for sealed copies of what is in the table, so that an index is opened again
    without reading what did not change; one process has it at a time. Nothing in it is trusted.

    Any number of programs may have an index open, and one writes. When another has written since it
    was loaded, a write is a ConflictError and nothing was written: close the index, load it again
    and repeat. The same after a StorageError, by which a request may or may not have been carried
    out.
    """

    __slots__ = ("settings", "table_name")

    def __init__(
        self, table_name: str, *, endpoint_url: str | None = None,
        region_name: str | None = None, profile_name: str | None = None,
        aws_access_key_id: str | None = None, aws_secret_access_key: str | None = None,
        aws_session_token: str | None = None, cache: str | os.PathLike[str] | None = None,
    ) -> None:
        super().__init__(None)
        if not isinstance(table_name, str) or not table_name:  # pyright: ignore[reportUnnecessaryIsInstance]
            raise InvalidValueError("table_name must be a str that is not empty.")
        texts = (
            endpoint_url, region_name, profile_name, aws_access_key_id, aws_secret_access_key,
            aws_session_token)
        for text in texts:
            if text is not None and not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance]
                take.wrong("a setting of a table", "str", text)
        if (aws_access_key_id is None) != (aws_secret_access_key is None):
            raise InvalidValueError(
                "aws_access_key_id and aws_secret_access_key belong together.")
        self.table_name = table_name
        #: What follows the name in `NativeEncryptedClient.open_table`.
        self.settings = (*texts, None if cache is None else _path(cache))


class IndexIVF:
    """A dimension and a metric. Lists, and what the subclasses add, are taken and make no
    difference: there is one kind of index, a graph."""

    def __init__(
        self, dimension: int | None = None, n_lists: int | None = None, metric: str = "euclidean",
        **others: object,
    ) -> None:
        self.dimension = dimension
        self.n_lists = n_lists
        self.metric = metric


class IndexIVFFlat(IndexIVF):
    pass


class IndexIVFPQ(IndexIVF):
    def __init__(
        self, dimension: int | None = None, n_lists: int | None = None,
        pq_dim: int | None = None, pq_bits: int | None = None, metric: str = "euclidean",
        **others: object,
    ) -> None:
        super().__init__(dimension, n_lists, metric)


class Client:
    """The encrypted indexes of a folder, of a DynamoDB table, or of memory.

        Client("indexes")
        Client(storage_config=StorageConfig.disk("indexes"))
        Client(DBConfig("disk", connection_string="indexes"), DBConfig(…), DBConfig("none"))
        Client(StorageConfig.dynamodb("indexes"), catalog_key=key)

    One process opens a folder at a time, any number a table. Indexes in memory live as long as the client. Any thread
    may use it.

    Parameters
    ----------
    location
        The folder, which is made if there is none; or where indexes are in the older shape.
    config_location, items_location
        The same location again: all of it lies in one folder.
    catalog_key
        Keeps the names of indexes from whoever has the folder or the table; a table needs one.
        Without it those of a folder can be listed without a key.
    api_key, cpu_threads, gpu_accelerate
        Taken, and make no difference.
    """

    def __init__(
        self,
        location: str | os.PathLike[str] | DBConfig | StorageConfig | None = None,
        config_location: DBConfig | StorageConfig | None = None,
        items_location: DBConfig | None = None,
        cpu_threads: int = 0,
        gpu_accelerate: bool = False,
        *,
        path: str | os.PathLike[str] | None = None,
        index_location: DBConfig | None = None,
        storage_config: StorageConfig | None = None,
        api_key: str = "",
        catalog_key: object = None,
    ) -> None:
        del cpu_threads, gpu_accelerate, api_key
        if isinstance(config_location, StorageConfig):
            # Then what stands before it is the key of an account.
            location, config_location = config_location, None
        given = [
            place for place in (location, path, index_location, storage_config) if place is not None
        ]
        if len(given) != 1:
            raise InvalidValueError("Give one location: a path, a DBConfig or a StorageConfig.")
        place = _place(given[0])
        for other in (config_location, items_location):
            if other is None or getattr(other, "location", "") == "none":
                continue
            if _place(other) != place:
                raise InvalidValueError(
                    "All of an index lies in one place: give the same location each time.")
        catalog = None if catalog_key is None else take.key(catalog_key, "catalog_key")
        if isinstance(place, tuple):
            if catalog is None:
                raise InvalidValueError(
                    "A table needs a catalog_key: 32 bytes that keep the names of its indexes from "
                    "whoever has it, and with which it is opened from then on.")
            self._native = NativeEncryptedClient.open_table(*place, catalog)
        else:
            self._native = NativeEncryptedClient.open(place, catalog)
        _clients.add(self)

    def create_index(
        self, index_name: str, index_key: object, index_config: IndexIVF | None = None, *,
        dimension: SupportsIndex | None = None, metric: str | None = None,
    ) -> EncryptedIndex:
        """Makes an index. Without its key nothing of it can be read, by nobody.

        ``index_key``: 32 bytes that are not all zero, as bytes, bytearray, list of ints or uint8
        array. ``dimension``: without it, that of the first row. ``metric``: ``euclidean``,
        ``squared_euclidean``, ``cosine`` (1 - cos; 1.0 for a vector of zeros) or ``dot_product``
        (negated); smaller is closer.

        ValueError when the name is empty or taken, or any of these is not as said.
        """
        key = take.key(index_key)
        if index_config is not None:
            if not isinstance(index_config, IndexIVF):  # pyright: ignore[reportUnnecessaryIsInstance]
                take.wrong("index_config", "IndexIVF, IndexIVFFlat or IndexIVFPQ", index_config)
            if dimension is not None and index_config.dimension not in (None, dimension):
                raise InvalidValueError("dimension and index_config give two dimensions.")
            if metric is not None and index_config.metric != metric:
                raise InvalidValueError("metric and index_config give two metrics.")
            dimension = index_config.dimension if dimension is None else dimension
            metric = index_config.metric
        metric = "euclidean" if metric is None else metric
        if metric not in _METRICS:
            raise InvalidValueError(f"Unknown metric: use {', '.join(_METRICS)}.")
        number = -1 if dimension is None else take.count(dimension, "dimension")
        native = self._native.create(take.name(index_name), key, number, _METRICS.index(metric))
        return EncryptedIndex(self, native, index_name)

    def load_index(
        self, index_name: str, index_key: object, *, at_least_version: SupportsIndex = 0
    ) -> EncryptedIndex:
        """Opens an index with the owner's or a user's key. That all rows are there is checked; what is
        in them when it is read.

        ``at_least_version``: what ``version()`` once was; an older copy is refused.

        ValueError when there is none (CollectionError), the key does not open it (WrongKeyError),
        or the files are not as they were written (IntegrityError).
        """
        key = take.key(index_key)
        version = take.count(at_least_version, "at_least_version", 2**64 - 1)
        try:
            native = self._native.load(take.name(index_name), key, version)
        finally:
            self._write_log()
        return EncryptedIndex(self, native, index_name)

    def list_indexes(self) -> list[str]:
        """The names of the indexes, sorted."""
        return self._native.names()

    @staticmethod
    def generate_key() -> bytes:
        return generate_key()

    def close(self) -> None:
        """Closes all indexes and lets go of the folder. A second time does nothing."""
        self._native.close()

    def _write_log(self) -> None:
        for line in self._native.take_log():
            _log.warning("%s", line)

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class EncryptedIndex:
    """An encrypted index that is open; `Client` makes it.

    A write whose call has returned survives a killed process and power loss; a batch is all or
    nothing. Calls let other threads run, and any thread may use an index. Every call takes an
    ``index_key``, too, and refuses one that the index was not opened with. After ``close`` or
    ``delete_index`` all calls are ClosedErrors.
    """

    def __init__(self, client: Client, native: NativeEncryptedIndex, name: str) -> None:
        self._client = client
        self._native = native
        self._name = name

    # Writing

    @overload
    def upsert(self, rows: Iterable[Any], /, *, index_key: object = None) -> None: ...
    @overload
    def upsert(
        self, ids: Any, vectors: Any, /, *, contents: Iterable[Any] | None = None,
        metadata: Iterable[Any] | None = None, index_key: object = None,
    ) -> None: ...
    @overload
    def upsert(
        self, *, vectors: Any, ids: Any = None, contents: Iterable[Any] | None = None,
        metadata: Iterable[Any] | None = None, index_key: object = None,
    ) -> None: ...
    def upsert(
        self, *arguments: Any, ids: Any = None, vectors: Any = None,
        contents: Iterable[Any] | None = None, metadata: Iterable[Any] | None = None,
        index_key: object = None,
    ) -> None:
        """Adds rows, or replaces those of the same ids with all that they have.

            index.upsert([{"id": 1, "vector": v, "contents": b"…", "metadata": {…}}, …])
            index.upsert([(1, v), (2, v, b"…")])
            index.upsert(ids, vectors)                # shapes (n,) and (n, dimension)
            index.upsert(ids=ids, vectors=vectors)

        Ids are int or str; 5 and "5" are two. Contents (or, in the older shape, "item") are bytes
        or str. What a row does not give is empty afterwards. All rows are written or none; of an
        id that is there twice the last row stays; no rows are nothing to do. C-contiguous float32
        arrays are read where they lie; other types and orders are converted.
        """
        self._check(index_key)
        if len(arguments) > 2:
            raise TypeError("upsert takes rows, or ids and vectors")
        if len(arguments) == 2:
            if ids is not None or vectors is not None:
                raise TypeError("upsert got ids or vectors twice")
            ids, vectors = arguments
        elif arguments and vectors is not None:
            if ids is not None:
                raise TypeError("upsert got ids twice")
            ids = arguments[0]
        elif arguments:
            vectors = arguments[0]
        if vectors is None:
            raise InvalidValueError("There are no vectors.")
        if ids is None:
            if contents is not None or metadata is not None:
                raise InvalidValueError("contents and metadata go with ids, or into the rows.")
            self._upsert(*take.rows(vectors))
            return
        numbers = take.ids(ids)
        self._upsert(
            numbers, vectors, take.parts(contents, len(numbers), take.contents, "contents"),
            take.parts(metadata, len(numbers), take.metadata, "metadata"))

    def _upsert(
        self, ids: list[Any], vectors: Any, contents: list[bytes | None] | None,
        metadata: list[bytes | None] | None,
    ) -> None:
        matrix, count, dimension = take.matrix(vectors)
        if count != len(ids):
            raise LengthError(f"There are {len(ids)} ids, but {count} vectors.")
        self._native.upsert(ids, matrix, dimension, contents, metadata)

    def delete(self, ids: Iterable[Any], *, index_key: object = None) -> None:
        """Removes rows, all in one step. Ids that are not there are ignored."""
        self._check(index_key)
        self._native.delete(take.ids(ids))

    # Reading

    def query(
        self, query_vectors: Any = None, top_k: SupportsIndex = 100,
        n_probes: SupportsIndex | None = None, filters: dict[str, Any] | None = None,
        include: Sequence[str] = ("distance", "metadata"), greedy: bool = False, *,
        query_vector: Any = None, ef: SupportsIndex | None = None, exact: bool = False,
        index_key: object = None,
    ) -> Any:
        """The rows nearest to a vector, nearest first, as dicts with id, distance and metadata.
        For a matrix of vectors, a list of such lists.

        Parameters
        ----------
        top_k
            How many at most; there are fewer only if there are fewer rows, or fewer match.
        filters
            What metadata must be like: ``{"topic": "birds", "year": {"$gte": 2000}}``.
        include
            Which of distance and metadata.
        ef
            Candidates of the walk through the graph: more find more of the true nearest, more
            slowly. Without it: enough for a recall of 0.95.
        exact
            Compares the query with every row.
        n_probes
            The older way to say ef: 32 candidates each. 0: as without it.
        greedy
            Taken, and makes no difference.
        """
        del greedy
        self._check(index_key)
        if query_vector is not None:
            if query_vectors is not None:
                raise InvalidValueError("Give query_vector or query_vectors, not both.")
            query_vectors = query_vector
        if query_vectors is None:
            raise InvalidValueError("There is no query vector.")
        names = take.include(include, ("distance", "metadata"))
        search, count, is_one = self._search(
            query_vectors, top_k, n_probes, filters, ef, exact)
        if count == 0:
            return []
        answers = self._native.query(*search, "distance" in names, "metadata" in names)
        return answers[0] if is_one else answers

    def query_numpy(
        self, query_vectors: Any, top_k: SupportsIndex = 100,
        n_probes: SupportsIndex | None = None, filters: dict[str, Any] | None = None, *,
        ef: SupportsIndex | None = None, exact: bool = False, index_key: object = None,
    ) -> tuple[NDArray[Any], NDArray[np.float64]]:
        """The same as `query`, as two NumPy arrays: ids and distances. For a matrix of vectors they
        have a row for each, for one vector one axis. They are as wide as the most that a vector
        found; where there was less, a row ends with ids -1 and distances of infinity. Ids are
        int64; if a text is among them they are objects, and None takes the place of -1."""
        import numpy as np

        self._check(index_key)
        search, count, is_one = self._search(
            query_vectors, top_k, n_probes, filters, ef, exact)
        if count == 0:
            return np.empty((0, 0), np.int64), np.empty((0, 0))
        found, numbers, width = self._native.query_columns(*search, True, False)
        ids: NDArray[Any]
        if isinstance(found, bytes):
            ids = np.frombuffer(found, np.int64).copy()
        else:
            ids = np.empty(len(found), object)
            ids[:] = found
        shape = (width,) if is_one else (count, width)
        return ids.reshape(shape), np.frombuffer(numbers).copy().reshape(shape)

    def _search(
        self, query_vectors: Any, top_k: SupportsIndex, n_probes: SupportsIndex | None,
        filters: dict[str, Any] | None, ef: SupportsIndex | None, exact: bool,
    ) -> tuple[tuple[Any, int, int, int, bool, bytes | None], int, bool]:
        """What the native side takes; how many queries there are; whether they were one vector."""
        k = take.count(top_k, "top_k")
        width = -1
        if n_probes is not None:
            width = take.count(n_probes, "n_probes") * _PROBE_EF or -1
            if width > _LARGEST_EF:
                width, exact = -1, True
        if ef is not None:
            width = take.count(ef, "ef", _LARGEST_EF)
        matrix, is_one = take.queries(query_vectors)
        given, count, dimension = take.matrix(matrix)
        if k > _LARGE_K:
            k = min(k, max(self._native.facts()[2], _LARGE_K))
        return (given, dimension, k, width, exact, take.filter_text(filters)), count, is_one

    def get(
        self, ids: Iterable[Any],
        include: Sequence[str] = ("vector", "contents", "metadata"), *, index_key: object = None,
    ) -> list[dict[str, Any]]:
        """Rows as dicts, in the order asked; those that are not there are left out. ``include``:
        which of vector, contents (bytes), item (the same by its older name) and metadata."""
        self._check(index_key)
        names = take.include(include, tuple(_PARTS))
        return self._native.get(take.ids(ids), sum(_PARTS[name] for name in names))

    def get_item(self, id: int | str, *, index_key: object = None) -> bytes:
        """The contents of a row; ``b""`` if it has none, or is not there."""
        self._check(index_key)
        return self._native.items([id])[0]

    def get_items(self, ids: Iterable[Any], *, index_key: object = None) -> list[bytes]:
        """The contents of rows, one for each id."""
        self._check(index_key)
        return self._native.items(take.ids(ids))

    def list_ids(self, *, index_key: object = None) -> list[int | str]:
        """The ids of all rows, in no particular order."""
        self._check(index_key)
        return self._native.ids()

    def get_num_vectors(self, *, index_key: object = None) -> int:
        self._check(index_key)
        return self._native.facts()[2]

    def __len__(self) -> int:
        return self._native.facts()[2]

    # What it is

    def index_name(self) -> str:
        self._native.facts()
        return self._name

    def index_type(self) -> str:
        self._native.facts()
        return "hnsw"

    def index_config(self) -> dict[str, Any]:
        return {
            "index_type": self.index_type(), "dimension": self.dimension, "metric": self.metric,
            "n_lists": self.n_lists,
        }

    @property
    def dimension(self) -> int | None:
        """None before the first row of an index that was made without one."""
        number = self._native.facts()[0]
        return None if number < 0 else number

    @property
    def metric(self) -> str:
        return _METRICS[self._native.facts()[1]]

    @property
    def n_lists(self) -> int:
        """0: a graph has no lists."""
        self._native.facts()
        return 0

    def version(self) -> int:
        """Changes with every commit and never goes back. Kept elsewhere and given to
        ``load_index``, it tells when an old copy was put in the index's place."""
        return self._native.facts()[3]

    # The approximate index

    def is_trained(self) -> bool:
        """Whether queries walk a graph. Some thousand rows are compared one by one."""
        return self._native.facts()[4]

    def train(
        self, n_lists: SupportsIndex | None = None, batch_size: SupportsIndex = 2048,
        max_iters: SupportsIndex = 100, tolerance: float = 1e-6, max_memory: SupportsIndex = 0, *,
        index_key: object = None,
    ) -> None:
        """Waits until all rows are in the graph, which happens by itself. Rows are found before and
        after. The numbers are taken and make no difference."""
        del n_lists, batch_size, max_iters, tolerance, max_memory
        self._check(index_key)
        self._native.train()

    # Keys

    def rotate_key(self, old_key: object, new_key: object) -> None:
        """Replaces the owner's key. No data is rewritten. From then on every handle that was opened
        with the owner's key has the new one, and refuses the old one as an ``index_key``; users'
        handles and keys stay as they are."""
        self._native.rotate_key(take.key(old_key, "old_key"), take.key(new_key, "new_key"))

    def rekey(self, *, index_key: object = None) -> None:
        """Seals all data anew under a new data key, while it is used. For when the old one is out.
        Interrupted, it goes on with the next call."""
        self._check(index_key)
        self._native.rekey()

    def rekey_in_background(self, *, index_key: object = None) -> Rekeying:
        """`rekey` on a thread of its own: says how far it is, and can be waited for."""
        self._check(index_key)
        self._native.facts()
        return Rekeying(self._native)

    def create_user_keys(
        self, user_id: object, user_kek: object, permissions: Sequence[str] = ("read", "write"), *,
        index_key: object = None,
    ) -> None:
        """Lets somebody else open the index with a key of their own: 32 bytes; the id has 16.
        ``permissions``: ``["read"]`` or ``["read", "write"]``; writing includes reading."""
        self._check(index_key)
        if isinstance(permissions, str):
            take.wrong("permissions", "a list of str", permissions)
        names = set(permissions)
        if not names or not names <= {"read", "write"}:
            raise InvalidValueError('permissions are "read" and "write".')
        self._native.create_user(
            take.octets(user_id, "user_id"), take.key(user_kek, "user_kek"), "write" in names)

    def list_user_keys(self, *, index_key: object = None) -> list[dict[str, Any]]:
        """Who else may open the index: dicts of user_id and permissions."""
        self._check(index_key)
        return [
            {"user_id": id, "permissions": ["read", "write"] if may_write else ["read"]}
            for id, may_write in self._native.users()
        ]

    def delete_user_keys(self, user_id: object, *, index_key: object = None) -> None:
        """Shuts a user out: the key opens nothing any more. What the user copied stays readable for
        whoever kept the data key; ``rekey`` seals what is here anew."""
        self._check(index_key)
        self._native.revoke_user(take.octets(user_id, "user_id"))

    # The end

    def delete_index(self, *, index_key: object = None) -> None:
        """Deletes the index with all that is in it; its keys go first. Its name is free then."""
        self._check(index_key)
        self._native.delete_index()

    def close(self) -> None:
        """Closes the index for all who have it open. A second time does nothing."""
        self._native.close()

    def __enter__(self) -> EncryptedIndex:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _check(self, index_key: object) -> None:
        if index_key is not None:
            self._native.check_key(take.key(index_key))


class Rekeying:
    """Data that is being sealed anew; `EncryptedIndex.rekey_in_background` makes it. Any thread may
    use it."""

    def __init__(self, native: NativeEncryptedIndex) -> None:
        self._native = native
        self._failure: MartletError | None = None
        self._is_moving = False
        # At the end of the process the client is closed, which ends it.
        self._thread = threading.Thread(target=self._run, name="martlet-rekey", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._native.rekey()
        except MartletError as failure:
            self._failure = failure

    def done(self) -> bool:
        return not self._thread.is_alive()

    @property
    def progress(self) -> float:
        """Which part of the data is under the newest key: from 0 to 1."""
        part = self._native.rekey_progress()
        if part < 1:
            self._is_moving = True
        # Before the new key is made, all is under the one that is the newest then.
        return part if self._is_moving or self.done() else 0.0

    def wait(self, timeout: float | None = None) -> bool:
        """Whether it has ended within so many seconds."""
        self._thread.join(timeout)
        return self.done()

    def result(self, timeout: float | None = None) -> None:
        """Waits for the end. TimeoutError when it does not come in time; what went wrong, if
        something did: then the next `rekey` goes on."""
        if not self.wait(timeout):
            raise TimeoutError("the data is still being sealed anew")
        if self._failure is not None:
            raise self._failure


def _place(place: object) -> str | _Table | None:
    """The folder of a location; a table's name and settings; None for memory."""
    if isinstance(place, DBConfig):
        if place.location == "none":
            raise InvalidValueError("Indexes need a location: disk, memory or dynamodb.")
        if place.location == "dynamodb":
            endpoint = place.connection_string
            if endpoint is not None and not isinstance(endpoint, str):
                take.wrong("a connection_string of DynamoDB", "str", endpoint)
            place = DynamoDBConfig(place.table_name or "", endpoint_url=endpoint)
        else:
            place = place.connection_string if place.location == "disk" else None
    if isinstance(place, DynamoDBConfig):
        return (place.table_name, *place.settings)
    if isinstance(place, StorageConfig):
        place = place.path
    return None if place is None else _path(place)


def _path(place: object) -> str:
    if not isinstance(place, (str, os.PathLike)):
        take.wrong("a location", "a path, a DBConfig or a StorageConfig", place)
    path: object = os.fspath(place)  # pyright: ignore[reportUnknownVariableType]
    if not isinstance(path, str) or not path:
        raise InvalidValueError("A path must be a str that is not empty.")
    return path


@atexit.register
def _close_all() -> None:
    # The library's threads must be gone before its memory is.
    for client in list(_clients):
        try:
            client.close()
        except MartletError:
            pass
