"""Arguments of `martlet.encrypted`. Python's own errors may show what was given, so that none of
them gets out of here."""

# What callers give has elements of unknown types: finding them out is what this file is for.
# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false

from __future__ import annotations

import json
import operator
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn, SupportsIndex

from ._martlet import DimensionError, InvalidValueError, LengthError

_FIELDS = frozenset(("id", "vector", "item", "contents", "metadata"))
_to_json = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def wrong(what: str, wanted: str, given: object) -> NoReturn:
    # Without the error that it may stand for, whose text is Python's.
    raise TypeError(f"{what} must be {wanted}, not {type(given).__name__}") from None


def name(name: object) -> str:
    if not isinstance(name, str):
        wrong("index_name", "str", name)
    try:
        name.encode()
    except UnicodeEncodeError:
        raise InvalidValueError("index_name has half a character (a surrogate).") from None
    return name


def count(number: SupportsIndex, what: str, most: int = 2**62) -> int:
    try:
        count = operator.index(number)
    except TypeError:
        wrong(what, "int", number)
    if count < 0:
        raise InvalidValueError(f"{what} must not be negative.")
    if count > most:
        raise InvalidValueError(f"{what} must be at most {most}.")
    return count


def octets(given: object, what: str) -> bytes:
    if isinstance(given, bytes):
        return given
    if isinstance(given, (list, tuple)):
        try:
            return bytes(given)
        except (TypeError, ValueError):
            pass
    elif not isinstance(given, (str, int)):
        try:
            with memoryview(given) as view:  # type: ignore[arg-type]
                if view.itemsize == 1 and view.ndim == 1:
                    return view.tobytes()
        except (TypeError, ValueError, BufferError):
            pass
    raise InvalidValueError(f"{what} must be bytes, a list of ints or an array of uint8.")


def key(key: object, what: str = "index_key") -> bytes:
    taken = octets(key, what)
    if len(taken) != 32 or not any(taken):
        raise InvalidValueError(f"{what} must be 32 bytes that are not all zero.")
    return taken


def ids(ids: Any) -> list[Any]:
    """A list, whose elements the native side checks."""
    if isinstance(ids, (str, bytes, dict)):
        wrong("ids", "a list of int and str", ids)
    to_list = getattr(ids, "tolist", None)
    try:
        taken = to_list() if to_list is not None else list(ids)
    except TypeError:
        wrong("ids", "a list of int and str", ids)
    if not isinstance(taken, list):
        wrong("ids", "a list of int and str", ids)
    return taken


def include(include: Sequence[str], known: tuple[str, ...]) -> set[str]:
    if isinstance(include, str):
        wrong("include", "a list of str", include)
    try:
        names = set(include)
    except TypeError:
        wrong("include", "a list of str", include)
    if not names <= {*known, "id"}:
        raise InvalidValueError(f"include knows {', '.join(known)}.")
    return names - {"id"}


def contents(contents: object, place: int) -> bytes | None:
    if contents is None or isinstance(contents, bytes):
        return contents
    if isinstance(contents, str):
        try:
            return contents.encode()
        except UnicodeEncodeError:
            raise InvalidValueError(
                f"The contents of row {place} have half a character (a surrogate).") from None
    if isinstance(contents, (bytearray, memoryview)):
        return bytes(contents)
    wrong(f"the contents of row {place}", "bytes or str", contents)


def metadata(metadata: object, place: int) -> bytes | None:
    if metadata is None:
        return None
    if not isinstance(metadata, dict):
        wrong(f"the metadata of row {place}", "a dict", metadata)
    return json_text(metadata, f"The metadata of row {place}") if metadata else None


def filter_text(filters: object) -> bytes | None:
    if filters is None:
        return None
    if not isinstance(filters, dict):
        wrong("filters", "a dict", filters)
    return json_text(filters, "The filter")


def json_text(value: object, what: str) -> bytes:
    try:
        return _to_json(value).encode()
    except (TypeError, ValueError, RecursionError):
        raise InvalidValueError(
            f"{what} has something that JSON cannot say.") from None


def parts(parts: Iterable[Any] | None, count: int, take: Any, what: str) -> Any:
    if parts is None:
        return None
    if isinstance(parts, (str, bytes, dict)):
        wrong(what, "a list", parts)
    taken = [take(part, place) for place, part in enumerate(parts)]
    if len(taken) != count:
        raise LengthError(f"There are {count} ids, but {len(taken)} {what}.")
    return taken


def rows(
    rows: Any,
) -> tuple[list[Any], list[Any], list[bytes | None] | None, list[bytes | None] | None]:
    """The columns of rows that are dicts or tuples."""
    if isinstance(rows, (str, bytes, dict)):
        wrong("rows", "a list of dicts or tuples", rows)
    ids: list[Any] = []
    vectors: list[Any] = []
    all_contents: list[bytes | None] = []
    all_metadata: list[bytes | None] = []
    try:
        iterator = iter(rows)
    except TypeError:
        wrong("rows", "a list of dicts or tuples", rows)
    for place, row in enumerate(iterator):
        if isinstance(row, dict):
            if not row.keys() <= _FIELDS:
                raise InvalidValueError(
                    f"Row {place} has a field that rows do not have: there are id, vector, "
                    "contents (or item) and metadata.")
            if "item" in row and "contents" in row:
                raise InvalidValueError(f"Row {place} has both item and contents.")
            id, vector = row.get("id"), row.get("vector")
            content = row["item"] if "item" in row else row.get("contents")
            all_metadata.append(metadata(row.get("metadata"), place))
        elif isinstance(row, tuple):
            if len(row) not in (2, 3):
                raise InvalidValueError(f"Row {place} is not (id, vector) or (id, vector, item).")
            id, vector = row[:2]
            content = row[2] if len(row) == 3 else None
            all_metadata.append(None)
        else:
            wrong(f"row {place}", "a dict or a tuple", row)
        if id is None:
            raise InvalidValueError(f"Row {place} has no id.")
        if vector is None:
            raise InvalidValueError(f"Row {place} has no vector.")
        ids.append(id)
        vectors.append(vector)
        all_contents.append(contents(content, place))
    return ids, vectors, all_contents, all_metadata


def array(vectors: object) -> tuple[Any, memoryview | None]:
    """What has a buffer, and the buffer; of a tensor, the array that it gives."""
    if isinstance(vectors, (list, tuple)):
        return vectors, None
    for attempt in (vectors, getattr(vectors, "__array__", None)):
        try:
            given: Any = attempt if attempt is vectors else attempt()  # type: ignore[operator]
            return given, memoryview(given)
        except (TypeError, ValueError, BufferError):
            continue
    return vectors, None


def matrix(vectors: object) -> tuple[Any, int, int]:
    """Vectors as the native side takes them, how many there are, and their dimension."""
    given, view = array(vectors)
    if view is not None:
        if view.ndim == 2 and view.shape is not None:
            return given, view.shape[0], view.shape[1]
        if view.ndim != 1 or view.nbytes > 0:
            raise DimensionError(f"Vectors must have two axes, not {view.ndim}.")
        return [], 0, 0
    if isinstance(given, (str, bytes, dict)):
        wrong("vectors", "a list of vectors", given)
    try:
        rows = given if isinstance(given, list) else list(given)
    except TypeError:
        wrong("vectors", "a list of vectors", given)
    try:
        lengths = set(map(len, rows))
    except TypeError:
        raise TypeError("each vector must be a sequence of numbers") from None
    if len(lengths) > 1:
        raise DimensionError("The vectors are of different lengths.")
    return rows, len(rows), lengths.pop() if lengths else 0


def queries(vectors: object) -> tuple[Any, bool]:
    """Queries as a matrix, and whether they were one vector."""
    given, view = array(vectors)
    if view is not None:
        return (given, False) if view.ndim == 2 else ([given], True)
    if isinstance(given, (list, tuple)) and given and hasattr(given[0], "__len__"):
        return given, False
    return [given], True
