"""What a disk holds after any beginning of recorded file operations (recorder.c).

Two states are kept: what a process sees, which is what a kill leaves, and what is certain to be on the
device, which a power cut leaves at least: contents as of the file's last sync, and names as of the
folder's. Between the two, anything that was not synced may be there or not.
"""

from __future__ import annotations

import os
import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

HEADER = struct.Struct("<IiQIQ")
(
    START, OPEN, WRITE, WRITE_AT, SIZE, SYNC, RENAME, REMOVE, FOLDER, CLOSE, SEEK, ANSWER, MAPPED, LINK,
) = range(1, 15)
SECTOR = 512


@dataclass(frozen=True)
class Event:
    kind: int
    descriptor: int
    number: int
    path: str
    data: bytes


def events(record: Path) -> Iterator[Event]:
    content = record.read_bytes()
    place = 0
    while place + HEADER.size <= len(content):
        kind, descriptor, number, path_length, length = HEADER.unpack_from(content, place)
        place += HEADER.size
        path = content[place:place + path_length].decode()
        place += path_length
        yield Event(kind, descriptor, number, path, content[place:place + length])
        place += length


@dataclass(eq=False)
class File:
    """A file's bytes, those on the device, and what was done since the last sync."""

    bytes: bytearray = field(default_factory=bytearray)
    durable: bytearray = field(default_factory=bytearray)
    pending: list[tuple[int, bytes | int]] = field(default_factory=list)

    def change(self, place: int, what: bytes | int) -> None:
        """Writes bytes at a place, or sets the size."""
        self.pending.append((place, what))
        apply(self.bytes, place, what)

    def sync(self) -> None:
        for place, what in self.pending:
            apply(self.durable, place, what)
        self.pending.clear()

    def torn(self, rng: random.Random) -> bytearray:
        """The device's bytes with a beginning of what is pending, of which the last may be half done."""
        content = bytearray(self.durable)
        count = rng.randrange(len(self.pending) + 1)
        for place, what in self.pending[:count]:
            apply(content, place, what)
        if count < len(self.pending):
            place, what = self.pending[count]
            if isinstance(what, bytes):
                sectors = len(what) // SECTOR + 1
                apply(content, place, what[:rng.randrange(sectors) * SECTOR])
        return content


def apply(content: bytearray, place: int, what: bytes | int) -> None:
    if isinstance(what, int):
        del content[what:]
        content.extend(bytes(what - len(content)))
        return
    content.extend(bytes(max(0, place - len(content))))
    content[place:place + len(what)] = what


@dataclass(eq=False)
class Folder:
    names: dict[str, File | Folder] = field(default_factory=dict)
    durable: dict[str, File | Folder] = field(default_factory=dict)


class Disk:
    """The folder `root`, which is empty at first."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.top = Folder()
        self.opened: dict[int, list[File | Folder | int]] = {}
        self.answers = 0

    def find(self, path: str) -> tuple[Folder, str]:
        """A path's folder and its name there; the root has none."""
        parts = path[len(self.root):].strip("/").split("/")
        folder = self.top
        for part in parts[:-1]:
            below = folder.names[part]
            assert isinstance(below, Folder)
            folder = below
        return folder, parts[-1]

    def take(self, event: Event) -> None:
        getattr(self, f"take_{event.kind}")(event)

    def take_1(self, event: Event) -> None:  # start
        self.opened.clear()

    def take_2(self, event: Event) -> None:  # open
        folder, name = self.find(event.path)
        found = folder.names.get(name) if name else self.top
        if found is None:
            assert event.number & os.O_CREAT, event.path
            found = folder.names[name] = File()
        if isinstance(found, File) and event.number & os.O_TRUNC and found.bytes:
            found.change(0, 0)
        at_end = isinstance(found, File) and event.number & os.O_APPEND
        self.opened[event.descriptor] = [found, -1 if at_end else 0]

    def take_3(self, event: Event) -> None:  # write
        entry = self.opened[event.descriptor]
        file, place = entry
        assert isinstance(file, File) and isinstance(place, int)
        file.change(len(file.bytes) if place < 0 else place, event.data)
        if place >= 0:
            entry[1] = place + len(event.data)

    def take_4(self, event: Event) -> None:  # write at a place
        self.file(event).change(event.number, event.data)

    def take_5(self, event: Event) -> None:  # size
        self.file(event).change(0, event.number)

    def take_6(self, event: Event) -> None:  # sync
        found = self.opened[event.descriptor][0]
        if isinstance(found, File):
            found.sync()
        elif isinstance(found, Folder):
            found.durable = dict(found.names)

    def take_7(self, event: Event) -> None:  # rename
        source, target = event.path.split("\0")
        folder, name = self.find(source)
        moved = folder.names.pop(name)
        folder, name = self.find(target)
        folder.names[name] = moved

    def take_8(self, event: Event) -> None:  # remove
        folder, name = self.find(event.path)
        del folder.names[name]

    def take_9(self, event: Event) -> None:  # folder
        folder, name = self.find(event.path)
        if name:
            folder.names[name] = Folder()

    def take_10(self, event: Event) -> None:  # close
        self.opened.pop(event.descriptor, None)

    def take_11(self, event: Event) -> None:  # seek
        self.opened[event.descriptor][1] = event.number

    def take_12(self, event: Event) -> None:  # answer
        self.answers += 1

    def file(self, event: Event) -> File:
        found = self.opened[event.descriptor][0]
        assert isinstance(found, File)
        return found

    def write(self, target: Path, *, durable: bool, rng: random.Random | None = None) -> None:
        """Makes the image of a kill, or of a power cut: with no more than what is certain, or with
        some of what is not."""
        write_folder(self.top, target, durable, rng)


def write_folder(folder: Folder, target: Path, durable: bool, rng: random.Random | None) -> None:
    target.mkdir()
    names = folder.names
    if durable:
        # A file system that has changed one name of a folder has changed those before it.
        names = folder.durable if rng is None or rng.random() < 0.5 else folder.names
    for name, found in names.items():
        if isinstance(found, Folder):
            write_folder(found, target / name, durable, rng)
        elif not durable:
            (target / name).write_bytes(found.bytes)
        else:
            (target / name).write_bytes(found.torn(rng) if rng else found.durable)
