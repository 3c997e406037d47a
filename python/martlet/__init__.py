"""An embedded vector database.

    from martlet import Database

    with Database("notes", dim=384) as db:
        db.add("first", vector, {"topic": "birds"})
        for id, distance, metadata in db.search(query, k=3):
            ...

Everything that the library refuses or fails at is a `MartletError`, which is a `ValueError`.

`Index` is an index alone, in memory, and needs NumPy; `LocalServer` serves DynamoDB's API;
`martlet.encrypted` has indexes whose files are encrypted.
"""

from typing import TYPE_CHECKING, Any

from ._asynchronous import AsyncDatabase
from ._martlet import (
    Client,
    ClosedError,
    CollectionError,
    ConflictError,
    Database,
    DimensionError,
    DuplicateIdError,
    FileError,
    FilterError,
    IntegrityError,
    InvalidValueError,
    LengthError,
    MartletError,
    NotFiniteError,
    NotFoundError,
    PermissionDeniedError,
    SearchResult,
    StorageError,
    WrongKeyError,
    __version__,
)
from .local_server import LocalServer

if TYPE_CHECKING:
    from .index import Index, Neighbors

__all__ = [
    "AsyncDatabase",
    "Client",
    "ClosedError",
    "CollectionError",
    "ConflictError",
    "Database",
    "DimensionError",
    "DuplicateIdError",
    "FileError",
    "FilterError",
    "Index",
    "IntegrityError",
    "InvalidValueError",
    "LengthError",
    "LocalServer",
    "MartletError",
    "Neighbors",
    "NotFiniteError",
    "NotFoundError",
    "PermissionDeniedError",
    "SearchResult",
    "StorageError",
    "WrongKeyError",
    "__version__",
]


def __getattr__(name: str) -> Any:
    # Late: NumPy takes longer to import than all of this package, and is not needed without them.
    if name in ("Index", "Neighbors"):
        from . import index

        return getattr(index, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
