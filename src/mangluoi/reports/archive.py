"""Zip-based documents whose bytes depend on their content alone."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile

__all__ = ["WRITTEN_AT", "settle"]

#: The date that every written document bears; the real one would change the bytes of equal documents.
WRITTEN_AT = dt.datetime(2000, 1, 1)

_STAMP = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(<)")


def settle(document: bytes) -> bytes:
    """Return the same document with fixed dates, in the archive and in its properties.

    Parameters
    ----------
    document
        A .docx or .xlsx.
    """
    settled = io.BytesIO()
    stamp = WRITTEN_AT.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with (
        zipfile.ZipFile(io.BytesIO(document)) as read,
        zipfile.ZipFile(settled, "w", zipfile.ZIP_DEFLATED) as written,
    ):
        for name in read.namelist():
            content = read.read(name)
            if name == "docProps/core.xml":
                content = _STAMP.sub(rb"\g<1>" + stamp + rb"\g<3>", content)
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            written.writestr(entry, content)
    return settled.getvalue()
