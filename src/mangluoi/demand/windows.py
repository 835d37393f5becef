"""Windows of a TIFF: the blocks that a window needs are decoded, the rest of the file is not."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

__all__ = ["Raster"]

# Tags of TIFF 6.0.
_WIDTH, _HEIGHT, _TILE_WIDTH, _TILE_HEIGHT, _ROWS_PER_STRIP = 256, 257, 322, 323, 278
_STRIP_OFFSETS, _STRIP_BYTES, _TILE_OFFSETS, _TILE_BYTES = 273, 279, 324, 325
# Bits, compression, meaning of zero, bands, planes, predictor and kind of sample: what decoding a block takes.
_OF_SAMPLES = (258, 259, 262, 277, 284, 317, 339)
_COMPRESSION = 259
_SHORT, _LONG = 3, 4


class Raster:
    """A TIFF of one band, of which windows are read.

    The image library decodes a packed file whole, and a country at 100 m does not fit into a small machine's memory.
    So each strip or tile that a window touches is handed to it as a file of its own.

    Parameters
    ----------
    place
        The file.

    Raises
    ------
    OSError
        If it is no image.
    ValueError
        If it is no TIFF of one band, or packed in a way that is not decoded rightly.
    """

    def __init__(self, place: Path) -> None:
        self.place = place
        with Image.open(place) as image:
            tags = getattr(image, "tag_v2", None)
            if tags is None or len(image.getbands()) != 1:
                raise ValueError("it is not a TIFF of one band")
            self.width, self.height = image.size
            self.tags: dict[int, Any] = dict(tags)
            self._endian = "<" if tags.prefix == b"II" else ">"
        if self._endian == ">" and int(self.tags.get(_COMPRESSION, 1)) != 1:
            # The image library takes the bytes of such samples in the wrong order.
            raise ValueError("it is packed with its bytes in big-endian order; save it as a plain GeoTIFF")
        self._tiled = _TILE_OFFSETS in self.tags
        offsets, sizes = (_TILE_OFFSETS, _TILE_BYTES) if self._tiled else (_STRIP_OFFSETS, _STRIP_BYTES)
        self._offsets, self._sizes = (np.atleast_1d(self.tags[tag]) for tag in (offsets, sizes))
        self.block_width = int(self.tags[_TILE_WIDTH]) if self._tiled else self.width
        rows = int(self.tags[_TILE_HEIGHT] if self._tiled else self.tags.get(_ROWS_PER_STRIP, self.height))
        self.block_height = min(rows, self.height) if not self._tiled else rows

    def read(self, left: int, top: int, right: int, bottom: int, *, absent: float) -> NDArray[np.float64]:
        """Return the values of a window.

        Parameters
        ----------
        left, top, right, bottom
            Columns and rows, the last of each excluded.
        absent
            What stands in blocks that the file leaves out.

        Returns
        -------
        ndarray
            Of shape ``(bottom - top, right - left)``.
        """
        window = np.full((bottom - top, right - left), absent)
        across = -(-self.width // self.block_width)
        with self.place.open("rb") as file:
            for down in range(top // self.block_height, -(-bottom // self.block_height)):
                for over in range(left // self.block_width, -(-right // self.block_width)):
                    block = self._decode(file, down * across + over, down)
                    if block is None:
                        continue
                    first_row, first_column = down * self.block_height, over * self.block_width
                    rows = slice(max(top, first_row), min(bottom, first_row + block.shape[0]))
                    columns = slice(max(left, first_column), min(right, first_column + block.shape[1]))
                    window[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left] = block[
                        rows.start - first_row : rows.stop - first_row,
                        columns.start - first_column : columns.stop - first_column,
                    ]
        return window

    def _decode(self, file: Any, number: int, down: int) -> NDArray[np.float64] | None:
        size = int(self._sizes[number])
        if size == 0:
            return None
        file.seek(int(self._offsets[number]))
        packed = file.read(size)
        height = self.block_height if self._tiled else min(self.block_height, self.height - down * self.block_height)
        with Image.open(io.BytesIO(self._alone(packed, height))) as block:
            return np.asarray(block, dtype=float)

    def _alone(self, packed: bytes, height: int) -> bytes:
        """Return a block as a TIFF of its own: a header, one directory, and the packed bytes as they are."""
        entries: dict[int, tuple[int, Sequence[int]]] = {
            _WIDTH: (_LONG, [self.block_width]),
            _HEIGHT: (_LONG, [height]),
        }
        for tag in _OF_SAMPLES:
            if tag in self.tags:
                entries[tag] = (_SHORT, [int(value) for value in np.atleast_1d(self.tags[tag])])
        if self._tiled:
            entries |= {_TILE_WIDTH: (_LONG, [self.block_width]), _TILE_HEIGHT: (_LONG, [height])}
        else:
            entries[_ROWS_PER_STRIP] = (_LONG, [height])
        offsets, sizes = (_TILE_OFFSETS, _TILE_BYTES) if self._tiled else (_STRIP_OFFSETS, _STRIP_BYTES)
        start = 8 + 2 + 12 * (len(entries) + 2) + 4
        entries |= {offsets: (_LONG, [start]), sizes: (_LONG, [len(packed)])}
        endian = self._endian
        made = [b"II*\0" if endian == "<" else b"MM\0*", struct.pack(endian + "IH", 8, len(entries))]
        for tag, (kind, values) in sorted(entries.items()):
            value = struct.pack(endian + ("H" if kind == _SHORT else "I"), values[0]).ljust(4, b"\0")
            made.append(struct.pack(endian + "HHI", tag, kind, 1) + value)
        return b"".join([*made, struct.pack(endian + "I", 0), packed])
