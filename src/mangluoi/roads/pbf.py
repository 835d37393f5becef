"""OpenStreetMap's PBF files, block by block on all processors: the roads, then the places of their nodes."""

from __future__ import annotations

import mmap
import os
import struct
import zlib
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mangluoi.roads import protobuf

__all__ = ["Roads", "UnsupportedError", "read_roads"]

# What the format allows for a header and for a block, in bytes.
_MOST_HEADER, _MOST_BLOCK = 64 * 1024, 32 * 1024 * 1024
_KNOWN = {b"OsmSchema-V0.6", b"DenseNodes"}
_WORLD = 180 * 10**7, 90 * 10**7


class UnsupportedError(ValueError):
    """The file keeps to the format, but uses a part of it that is not read here."""


@dataclass(frozen=True)
class Roads:
    """The roads and ferries of a file.

    Parameters
    ----------
    way_id, tags
        One per way; ways with the same tags share one dictionary.
    count
        How many nodes each way has.
    refs
        The node ids of all ways.
    node_id, lon, lat
        The nodes of the ways that the file locates, sorted by id, in degrees.
    node_tags
        The tags of those nodes, where they have any that are wanted.
    """

    way_id: NDArray[np.int64]
    tags: list[dict[str, str]]
    count: NDArray[np.int64]
    refs: NDArray[np.int64]
    node_id: NDArray[np.int64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    node_tags: dict[int, dict[str, str]]


@dataclass(frozen=True)
class _Block:
    """One inflated block: where its strings and its groups lie, and how places are counted."""

    data: NDArray[np.uint8]
    strings: NDArray[np.int64]
    groups: NDArray[np.int64]
    scale: NDArray[np.int64]
    kinds: NDArray[np.int8]

    def text(self, string: int) -> bytes:
        begin, end = self.strings[string]
        return self.data[begin:end].tobytes()


class _Words:
    """The keys that are wanted, as the compiled reading compares them."""

    def __init__(self, keys: Collection[str]) -> None:
        words = [key.encode() for key in sorted({*keys, "highway", "route"})]
        special = {b"highway": protobuf.HIGHWAY, b"route": protobuf.ROUTE}
        self.bytes = np.frombuffer(b"".join(words), dtype=np.uint8)
        self.first = np.concatenate([[0], np.cumsum([len(word) for word in words])]).astype(np.int64)
        self.kinds = np.array([special.get(word, protobuf.WANTED) for word in words], dtype=np.int8)


def read_roads(path: Path, *, keys: Collection[str]) -> Roads:
    """Read the ways with a highway or a ferry, and the places of their nodes.

    Parameters
    ----------
    path
        The file.
    keys
        The keys of tags that are wanted, besides ``highway`` and ``route``.

    Raises
    ------
    ValueError
        If the file is broken; `UnsupportedError` if it needs a part of the format that is not read here.
    OSError
        If the file cannot be read.
    """
    words = _Words(keys)
    if not path.stat().st_size:
        raise ValueError("the file is empty")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        blobs = list(_blobs(data))
        shared: dict[tuple[bytes, ...], dict[str, str]] = {}
        found = _each(blobs, lambda blob: _roads_of(_open(data, blob, words)))
        way_id, count, refs = (_joined([part[i] for part in found]) for i in range(3))
        tags = [_shared(shared, pairs) for part in found for pairs in part[3]]
        needed = np.sort(refs)
        needed = needed[np.flatnonzero(np.diff(needed, prepend=needed[:1] - 1))]
        with_places = [blob for blob, part in zip(blobs, found, strict=True) if part[4]]
        places = _each(with_places, lambda blob: _places_of(_open(data, blob, words), needed))
    position, lon, lat = (_joined([part[i] for part in places]) for i in range(3))
    node_tags = {int(needed[i]): _shared(shared, pairs) for part in places for i, pairs in part[3]}
    # A place outside the world is none; of a node that stands twice the first place counts.
    inside = (np.abs(lon) <= _WORLD[0]) & (np.abs(lat) <= _WORLD[1])
    position, first = np.unique(position[inside], return_index=True)
    return Roads(
        way_id, tags, count, refs, needed[position], lon[inside][first] / 1e7, lat[inside][first] / 1e7, node_tags
    )


def _joined(parts: list[NDArray[np.int64]]) -> NDArray[np.int64]:
    return np.concatenate([np.empty(0, dtype=np.int64), *parts])


def _each(blobs: list[tuple[int, int]], read: Callable[[tuple[int, int]], Any]) -> list[Any]:
    """Read every block, in the order of the file; inflating and reading run outside the interpreter's lock."""
    threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)
    with ThreadPoolExecutor(max(1, min(threads, len(blobs)))) as pool:
        return list(pool.map(read, blobs))


def _blobs(data: mmap.mmap) -> Iterator[tuple[int, int]]:
    """Yield where the blocks of data lie, having looked at the header of the file."""
    at = 0
    while at < len(data):
        if at + 4 > len(data):
            raise ValueError("the file ends within the length of a header")
        (size,) = struct.unpack(">I", data[at : at + 4])
        at += 4
        if size > _MOST_HEADER or at + size > len(data):
            raise ValueError("the header of a block is too long, or cut short")
        header = np.frombuffer(data[at : at + size], dtype=np.uint8)
        at += size
        kind, length = b"", -1
        for number, form, begin, end in protobuf.fields(header, 0, size).tolist():
            if (number, form) == (1, protobuf.BYTES):
                kind = header[begin:end].tobytes()
            elif (number, form) == (3, protobuf.NUMBER):
                length = begin
        if not 0 <= length <= _MOST_BLOCK or at + length > len(data):
            raise ValueError("a block is too long, or cut short")
        if at - size == 4 and kind != b"OSMHeader":
            raise ValueError("it does not begin with the header of an OpenStreetMap file")
        if kind == b"OSMHeader":
            _check_header(_inflated(data, (at, at + length)))
        elif kind == b"OSMData":
            yield at, at + length
        at += length


def _check_header(header: NDArray[np.uint8]) -> None:
    for number, form, begin, end in protobuf.fields(header, 0, len(header)).tolist():
        if (number, form) == (4, protobuf.BYTES) and header[begin:end].tobytes() not in _KNOWN:
            raise UnsupportedError(f"it needs {header[begin:end].tobytes().decode(errors='replace')}")


def _inflated(data: mmap.mmap, blob: tuple[int, int]) -> NDArray[np.uint8]:
    """Return the content of a block."""
    packed = np.frombuffer(data[blob[0] : blob[1]], dtype=np.uint8)
    content, size = None, -1
    for number, form, begin, end in protobuf.fields(packed, 0, len(packed)).tolist():
        if (number, form) == (2, protobuf.NUMBER):
            size = begin
        elif form != protobuf.BYTES:
            raise ValueError("a block does not hold what it says")
        elif number == 1:
            content = packed[begin:end]
        elif number == 3:
            try:
                unpacking = zlib.decompressobj()
                content = np.frombuffer(unpacking.decompress(packed[begin:end].data, _MOST_BLOCK + 1), dtype=np.uint8)
            except zlib.error as error:
                raise ValueError(f"a block is damaged: {error}") from error
        elif number in (4, 5, 6, 7):
            raise UnsupportedError("its blocks are not packed by zlib")
    if content is None or (size >= 0 and len(content) != size):
        raise ValueError("a block does not hold what it says")
    return content


def _open(data: mmap.mmap, blob: tuple[int, int], words: _Words) -> _Block:
    """Return a block with its strings looked through."""
    content = _inflated(data, blob)
    rows = protobuf.fields(content, 0, len(content))
    counted = rows[rows[:, 1] == protobuf.NUMBER]
    scale = {17: 100, 19: 0, 20: 0} | dict(zip(counted[:, 0].tolist(), counted[:, 2].tolist(), strict=True))
    strings = np.empty((0, 2), dtype=np.int64)
    for begin, end in _bytes(rows, 1):
        strings = _bytes(protobuf.fields(content, int(begin), int(end)), 1)
    kinds = protobuf.kinds_of(content, strings, words.bytes, words.first, words.kinds)
    return _Block(content, strings, _bytes(rows, 2), np.array([scale[17], scale[19], scale[20]]), kinds)


def _bytes(rows: NDArray[np.int64], number: int) -> NDArray[np.int64]:
    """Return where the bytes of the fields of a number lie."""
    return np.ascontiguousarray(rows[(rows[:, 0] == number) & (rows[:, 1] == protobuf.BYTES), 2:])


def _roads_of(block: _Block) -> tuple[Any, ...]:
    """Return ids, counts, node ids and tags of the roads of a block, and whether it holds nodes."""
    data, none = block.data, np.empty(0, dtype=np.int64)
    way_id, count, refs, tags, nodes = [none], [none], [none], [], False
    ferry: NDArray[np.bool_] | None = None
    for begin, end in block.groups.tolist():
        numbers = set(protobuf.numbers(data, begin, end).tolist())
        nodes = nodes or bool(numbers & {1, 2})
        if 3 not in numbers:
            continue
        if ferry is None:
            ferry = _says(block, b"ferry")
        *found, tag_count, strings = protobuf.roads_of(data, begin, end, block.kinds, ferry)
        for parts, part in zip((way_id, count, refs), found, strict=True):
            parts.append(part)
        tags += _texts(block, tag_count, strings)
    return np.concatenate(way_id), np.concatenate(count), np.concatenate(refs), tags, nodes


def _says(block: _Block, text: bytes) -> NDArray[np.bool_]:
    word = np.frombuffer(text, dtype=np.uint8)
    kinds = protobuf.kinds_of(block.data, block.strings, word, np.array([0, len(word)]), np.ones(1, dtype=np.int8))
    return np.asarray(kinds == 1)


def _places_of(block: _Block, needed: NDArray[np.int64]) -> tuple[Any, ...]:
    """Return positions among the needed nodes, places, and the tags of those that have any."""
    none = np.empty(0, dtype=np.int64)
    position, lon, lat, tags = [none], [none], [none], []
    for begin, end in block.groups.tolist():
        *found, tagged, tag_count, strings = protobuf.places_of(
            block.data, begin, end, block.scale, needed, block.kinds
        )
        for parts, part in zip((position, lon, lat), found, strict=True):
            parts.append(part)
        tags += list(zip(found[0][tagged].tolist(), _texts(block, tag_count, strings), strict=True))
    return np.concatenate(position), np.concatenate(lon), np.concatenate(lat), tags


def _texts(block: _Block, count: NDArray[np.int32], strings: NDArray[np.int32]) -> list[tuple[bytes, ...]]:
    """Return the keys and values of each thing; those with the same strings share one tuple."""
    known: dict[int, bytes] = {i: block.text(i) for i in np.unique(strings).tolist()}
    shared: dict[tuple[int, ...], tuple[bytes, ...]] = {}
    flat, ends, begin, texts = strings.tolist(), np.cumsum(count).tolist(), 0, []
    for end in ends:
        pairs = tuple(flat[begin:end])
        text = shared.get(pairs)
        if text is None:
            text = shared[pairs] = tuple(known[i] for i in pairs)
        texts.append(text)
        begin = end
    return texts


def _shared(known: dict[tuple[bytes, ...], dict[str, str]], pairs: tuple[bytes, ...]) -> dict[str, str]:
    """Return the tags of such pairs, one dictionary for all."""
    tags = known.get(pairs)
    if tags is None:
        text = [part.decode() for part in pairs]
        tags = known[pairs] = dict(zip(text[::2], text[1::2], strict=True))
    return tags
