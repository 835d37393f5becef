"""Compiled reading of OpenStreetMap's protocol buffers: roads and places straight from the bytes of a block.

A message is a run of fields: a tag (field number and kind), then a number or a length with that many bytes; see
https://protobuf.dev/programming-guides/encoding and https://wiki.openstreetmap.org/wiki/PBF_Format. What is cut short
raises ``ValueError``, and no byte outside the message is touched.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from mangluoi.roads.kernels import grown

__all__ = [
    "BYTES",
    "HIGHWAY",
    "NUMBER",
    "OTHER",
    "ROUTE",
    "WANTED",
    "fields",
    "kinds_of",
    "numbers",
    "places_of",
    "roads_of",
]

_jit = numba.njit(cache=True, nogil=True, boundscheck=False)

# What a string of a block means as a key.
OTHER, WANTED, HIGHWAY, ROUTE = 0, 1, 2, 3

# The kinds of fields.
NUMBER, _EIGHT, BYTES, _FOUR = 0, 1, 2, 5


@_jit
def _number(data: Any, at: int, end: int) -> Any:
    """Read a number of seven bits a byte; return it and where it ends."""
    value = np.uint64(0)
    shift = np.uint64(0)
    while True:
        if at >= end or shift > 63:
            raise ValueError("a number is cut short")
        byte = np.uint64(data[at])
        at += 1
        value |= (byte & np.uint64(127)) << shift
        if byte < 128:
            return np.int64(value), at
        shift += np.uint64(7)


@_jit
def _signed(data: Any, at: int, end: int) -> Any:
    """Read a number whose last bit is its sign."""
    value, at = _number(data, at, end)
    return ((value >> 1) & np.int64(0x7FFFFFFFFFFFFFFF)) ^ -(value & 1), at


@_jit
def _length(data: Any, at: int, end: int) -> Any:
    """Read the length of a field; return where its content begins and ends."""
    size, at = _number(data, at, end)
    if size < 0 or size > end - at:
        raise ValueError("a field is longer than what it is in")
    return at, at + size


@_jit
def _skip(data: Any, at: int, end: int, kind: int) -> int:
    if kind == NUMBER:
        _, at = _number(data, at, end)
    elif kind == BYTES:
        _, at = _length(data, at, end)
    elif kind in (_EIGHT, _FOUR):
        at += 8 if kind == _EIGHT else 4
    else:
        raise ValueError("a field of an unknown kind")
    if at > end:
        raise ValueError("a field is cut short")
    return at


@_jit
def fields(data: Any, begin: int, end: int) -> Any:
    """Return one row per field of a message: its number, its kind, and its value or where its bytes begin and end."""
    rows = np.empty((16, 4), np.int64)
    count = 0
    at = begin
    while at < end:
        tag, at = _number(data, at, end)
        if count == len(rows):
            longer = np.empty((2 * count, 4), np.int64)
            longer[:count] = rows
            rows = longer
        rows[count, 0], rows[count, 1] = tag >> 3, tag & 7
        rows[count, 2], rows[count, 3] = at, at
        if tag & 7 == NUMBER:
            rows[count, 2], at = _number(data, at, end)
        elif tag & 7 == BYTES:
            rows[count, 2], at = _length(data, at, end)
        else:
            at = _skip(data, at, end, tag & 7)
        rows[count, 3] = at
        count += 1
    return rows[:count].copy()


@_jit
def numbers(data: Any, begin: int, end: int) -> Any:
    """Return the numbers of the fields that a group holds: 0 stands for none."""
    found = np.zeros(6, np.int64)
    at = begin
    while at < end:
        tag, at = _number(data, at, end)
        at = _skip(data, at, end, tag & 7)
        if tag >> 3 < len(found):
            found[tag >> 3] = tag >> 3
    return found


@_jit
def kinds_of(data: Any, strings: Any, words: Any, word_first: Any, kind_of_word: Any) -> Any:
    """Say of every string of a block whether it is one of some words (bytes one after another), and of which kind."""
    kinds = np.zeros(len(strings), np.int8)
    for i in range(len(strings)):
        begin = strings[i, 0]
        length = strings[i, 1] - begin
        for word in range(len(kind_of_word)):
            if word_first[word + 1] - word_first[word] == length:
                same = True
                for k in range(length):
                    if data[begin + k] != words[word_first[word] + k]:
                        same = False
                        break
                if same:
                    kinds[i] = kind_of_word[word]
    return kinds


@_jit
def roads_of(data: Any, begin: int, end: int, kinds: Any, ferry: Any) -> Any:
    """Read the roads and ferries of a group.

    Parameters
    ----------
    data, begin, end
        The block, and where the group lies in it.
    kinds
        What each string is as a key, from `kinds_of`.
    ferry
        Whether each string says ``ferry``.

    Returns
    -------
    way_id, ref_count, refs, tag_count, tags
        Ids; how many nodes each way has, and the ids of all of them; how many wanted tags, and the strings of all of
        them, key and value by turns.
    """
    way_id = np.empty(1024, np.int64)
    ref_count = np.empty(1024, np.int32)
    tag_count = np.empty(1024, np.int32)
    refs = np.empty(8192, np.int64)
    tags = np.empty(4096, np.int32)
    ways, ref_total, tag_total = 0, 0, 0
    at = begin
    while at < end:
        tag, at = _number(data, at, end)
        if tag >> 3 != 3 or tag & 7 != BYTES:
            at = _skip(data, at, end, tag & 7)
            continue
        at, stop = _length(data, at, end)
        key, key_end, value, value_end, ref, ref_end, identity = 0, 0, 0, 0, 0, 0, np.int64(0)
        while at < stop:
            tag, at = _number(data, at, stop)
            number, kind = tag >> 3, tag & 7
            if number == 1 and kind == NUMBER:
                identity, at = _number(data, at, stop)
            elif number == 2 and kind == BYTES:
                key, key_end = _length(data, at, stop)
                at = key_end
            elif number == 3 and kind == BYTES:
                value, value_end = _length(data, at, stop)
                at = value_end
            elif number == 8 and kind == BYTES:
                ref, ref_end = _length(data, at, stop)
                at = ref_end
            elif number == 2 or number == 3 or number == 8:
                raise ValueError("a list that is not packed")
            else:
                at = _skip(data, at, stop, kind)
        if tag_total + 2 * (key_end - key) > len(tags):
            tags = grown(tags, 2 * (len(tags) + 2 * (key_end - key)))
        kept = 0
        road = False
        while key < key_end:
            word, key = _number(data, key, key_end)
            said, value = _number(data, value, value_end)
            if not (0 <= word < len(kinds) and 0 <= said < len(kinds)):
                raise ValueError("a string that the block does not have")
            road = road or kinds[word] == HIGHWAY or (kinds[word] == ROUTE and ferry[said])
            if kinds[word] != OTHER:
                tags[tag_total + kept] = word
                tags[tag_total + kept + 1] = said
                kept += 2
        if not road:
            continue
        if ways == len(way_id):
            way_id, ref_count = grown(way_id, 2 * ways), grown(ref_count, 2 * ways)
            tag_count = grown(tag_count, 2 * ways)
        if ref_total + ref_end - ref > len(refs):
            refs = grown(refs, 2 * (len(refs) + ref_end - ref))
        before = ref_total
        node = np.int64(0)
        while ref < ref_end:
            step, ref = _signed(data, ref, ref_end)
            node += step
            refs[ref_total] = node
            ref_total += 1
        tag_total += kept
        way_id[ways] = identity
        ref_count[ways] = ref_total - before
        tag_count[ways] = kept
        ways += 1
    whole = way_id[:ways].copy(), ref_count[:ways].copy(), refs[:ref_total].copy()
    return *whole, tag_count[:ways].copy(), tags[:tag_total].copy()


@_jit
def places_of(data: Any, begin: int, end: int, scale: Any, needed: Any, kinds: Any) -> Any:
    """Read the places of needed nodes of a group, dense or single.

    Parameters
    ----------
    data, begin, end, kinds
        As in `roads_of`.
    scale
        Granularity, and the offsets of latitude and longitude, in 1e-9 degrees.
    needed
        The ids of the nodes wanted, sorted.

    Returns
    -------
    position, lon, lat, tagged, tag_count, tags
        Positions in `needed` and 1e-7 degrees; which of these rows carry wanted tags, and those as in `roads_of`.
    """
    position = np.empty(1024, np.int64)
    lon = np.empty(1024, np.int64)
    lat = np.empty(1024, np.int64)
    tagged = np.empty(64, np.int64)
    tag_count = np.empty(64, np.int32)
    tags = np.empty(256, np.int32)
    rows, tag_rows, tag_total = 0, 0, 0
    spot = 0
    at = begin
    while at < end:
        tag, at = _number(data, at, end)
        number, kind = tag >> 3, tag & 7
        if kind != BYTES or not (number == 1 or number == 2):
            at = _skip(data, at, end, kind)
            continue
        single = number == 1
        at, stop = _length(data, at, end)
        node, node_end, x, x_end, y, y_end, key, key_end, value, value_end = 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
        while at < stop:
            tag, at = _number(data, at, stop)
            number, kind = tag >> 3, tag & 7
            start = at
            if kind == BYTES:
                start, at = _length(data, at, stop)
            else:
                at = _skip(data, at, stop, kind)
            if number == 1:
                node, node_end = start, at
            elif number == 8:
                y, y_end = start, at
            elif number == 9:
                x, x_end = start, at
            elif number == 2 and single:
                key, key_end = start, at
            elif number == 3 and single:
                value, value_end = start, at
            elif number == 10 and not single:
                key, key_end = start, at
            # A list of bytes in a dense group; in a single node one number, read by the same loop.
            if (number == 1 or number == 8 or number == 9) and kind != (NUMBER if single else BYTES):
                raise ValueError("a list that is not packed")
        identity, north, east = np.int64(0), np.int64(0), np.int64(0)
        while node < node_end:
            step, node = _signed(data, node, node_end)
            identity += step
            step, y = _signed(data, y, y_end)
            north += step
            step, x = _signed(data, x, x_end)
            east += step
            # Files are sorted by id as a rule: the next needed node is not far.
            if spot > 0 and needed[spot - 1] >= identity:
                spot = np.searchsorted(needed, identity)
            steps = 0
            while spot < len(needed) and needed[spot] < identity:
                spot += 1
                steps += 1
                if steps == 32:
                    spot += np.searchsorted(needed[spot:], identity)
            wanted = spot < len(needed) and needed[spot] == identity
            before = tag_total
            while key < key_end:
                word, key = _number(data, key, key_end)
                if not single and word == 0:
                    break
                if single:
                    said, value = _number(data, value, value_end)
                else:
                    said, key = _number(data, key, key_end)
                if not (0 <= word < len(kinds) and 0 <= said < len(kinds)):
                    raise ValueError("a string that the block does not have")
                if wanted and kinds[word] != OTHER:
                    if tag_total + 2 > len(tags):
                        tags = grown(tags, 2 * len(tags))
                    tags[tag_total] = word
                    tags[tag_total + 1] = said
                    tag_total += 2
            if not wanted:
                continue
            if rows == len(position):
                position, lon, lat = grown(position, 2 * rows), grown(lon, 2 * rows), grown(lat, 2 * rows)
            position[rows] = spot
            lon[rows] = (scale[2] + scale[0] * east) // 100
            lat[rows] = (scale[1] + scale[0] * north) // 100
            if tag_total > before:
                if tag_rows == len(tagged):
                    tagged, tag_count = grown(tagged, 2 * tag_rows), grown(tag_count, 2 * tag_rows)
                tagged[tag_rows] = rows
                tag_count[tag_rows] = tag_total - before
                tag_rows += 1
            rows += 1
    whole = position[:rows].copy(), lon[:rows].copy(), lat[:rows].copy()
    return *whole, tagged[:tag_rows].copy(), tag_count[:tag_rows].copy(), tags[:tag_total].copy()
