"""An embedded vector database.

    from martlet import Database

    with Database("notes", dim=384) as db:
        db.add("first", vector, {"topic": "birds"})
        for id, distance, metadata in db.search(query, k=3):
            ...

Everything that the library refuses or fails at is a `MartletError`, which is a `ValueError`.
"""

from ._asynchronous import AsyncDatabase
from ._martlet import (
    Client,
    ClosedError,
    CollectionError,
    Database,
    DimensionError,
    DuplicateIdError,
    FileError,
    FilterError,
    InvalidValueError,
    LengthError,
    MartletError,
    NotFiniteError,
    NotFoundError,
    SearchResult,
    StorageError,
    __version__,
)

__all__ = [
    "AsyncDatabase",
    "Client",
    "ClosedError",
    "CollectionError",
    "Database",
    "DimensionError",
    "DuplicateIdError",
    "FileError",
    "FilterError",
    "InvalidValueError",
    "LengthError",
    "MartletError",
    "NotFiniteError",
    "NotFoundError",
    "SearchResult",
    "StorageError",
    "__version__",
]
