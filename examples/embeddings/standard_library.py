"""Real text that is on every machine: what Python's standard library says about itself."""

from __future__ import annotations

import importlib
import inspect
from typing import Iterator

MODULES = (
    "bisect calendar contextlib copy csv datetime difflib fnmatch fractions functools getpass glob "
    "hashlib heapq html io itertools json math mimetypes ntpath operator os.path pathlib pprint "
    "queue random secrets shlex shutil statistics string subprocess tempfile textwrap threading "
    "time timeit unicodedata urllib.parse urllib.request uuid webbrowser"
).split()


def entries() -> list[tuple[str, str]]:
    """Names of functions, classes and methods of built-in types, each with its first paragraph."""
    found = dict(_builtin_methods())
    for module_name in MODULES:
        module = importlib.import_module(module_name)
        for name in sorted(getattr(module, "__all__", None) or vars(module)):
            thing = getattr(module, name, None)
            is_error = inspect.isclass(thing) and issubclass(thing, BaseException)
            is_code = inspect.isroutine(thing) or inspect.isclass(thing)
            if name.startswith("_") or is_error or not is_code:
                continue
            if text := _first_paragraph(thing):
                found.setdefault(f"{module_name}.{name}", text)
    return sorted(found.items())


def _builtin_methods() -> Iterator[tuple[str, str]]:
    for kind in (str, bytes, bytearray, list, dict, set, frozenset, tuple, int, float):
        for name, method in sorted(vars(kind).items()):
            if not name.startswith("_") and (text := _first_paragraph(method)):
                yield f"{kind.__name__}.{name}", text


def _first_paragraph(thing: object) -> str:
    """Without the signature that C functions begin with; nothing when it has none of its own."""
    if inspect.isclass(thing) and "__doc__" not in vars(thing):
        return ""
    text = inspect.getdoc(thing) or ""
    paragraphs = [" ".join(part.split()) for part in text.split("\n\n")]
    for paragraph in paragraphs:
        is_signature = "(" in paragraph.split(" ")[0] or "->" in paragraph
        if len(paragraph) > 25 and not is_signature:
            return paragraph[:400]
    return ""
