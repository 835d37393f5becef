"""The data sets that ship with the package, and those that can be fetched."""

from __future__ import annotations

import hashlib

import pandas as pd

from mangluoi import shipped

__all__ = ["catalogue"]


def catalogue() -> pd.DataFrame:
    """Return one row for each data set.

    Returns
    -------
    DataFrame
        ``dataset``, ``kind`` (ship: lies in the package; fetch: can be downloaded), ``file_or_address``,
        ``licence`` (per_row: each row of the file names its own), ``date``, ``size_bytes``, ``sha256``,
        ``note_vi`` and ``note_en``. Size and checksum of shipped files are
        measured now; those of fetched ones are missing where the source states none.
    """
    listed = shipped.frame("catalogue.csv")
    size = pd.to_numeric(listed["size_bytes"]).astype("Int64")
    checksum = listed["sha256"].astype("str")
    for row in listed.index[listed["kind"] == "ship"]:
        content = shipped.path(str(listed.at[row, "file_or_address"])).read_bytes()
        size[row], checksum[row] = len(content), hashlib.sha256(content).hexdigest()
    return listed.assign(size_bytes=size, sha256=checksum)
