"""Everything that a run leaves behind, written whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from mangluoi import maps
from mangluoi.errors import Complaint, InputError
from mangluoi.reports import sentences
from mangluoi.reports.document import document
from mangluoi.reports.pages import page
from mangluoi.reports.story import Part, Picture
from mangluoi.reports.words import Lang
from mangluoi.reports.workbook import workbook
from mangluoi.scenario.disclosure import Disclosed, disclose
from mangluoi.scenario.result import Result

__all__ = ["write"]

_PROVENANCE = "provenance.json"
_WRITER = "mangluoi"
# In the report a map is shown at half the size of its own sheet.
_PICTURE_DPI = 170
# The number that a print map's name begins with says what it shows.
_PARTS: Mapping[str, Part] = {"1": "situation", "2": "access", "3": "access", "4": "option"}


def write(
    result: Result | Disclosed,
    out: str | Path,
    *,
    lang: Lang = "vi",
    profile: Literal["public", "internal"] = "public",
) -> Path:
    """Write the report, the workbook, the maps, the layers, the plan and the provenance.

    Parameters
    ----------
    result
        The answer, or what may be shown of it.
    out
        The folder to write. One that an earlier run wrote is replaced, once everything is written; files that others
        put there stay.
    lang
        {"vi", "en"}
    profile
        {"public", "internal"}: which disclosure rules hold; one that is disclosed already keeps its own.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    InputError
        If `out` holds something that no run wrote; it is not touched.
    """
    d = disclose(result, profile=profile)
    place = Path(out).absolute()
    earlier = _earlier_files(place)
    place.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=place.parent))
    try:
        fresh.chmod(0o755)
        _write_into(fresh, d, lang)
        _swap(fresh, place, earlier)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    return place


def _earlier_files(place: Path) -> frozenset[str]:
    """Return the names of the files that an earlier run left in the folder, or refuse a folder that is not ours."""
    if not place.exists() and not place.is_symlink():
        return frozenset()
    if place.is_dir() and not place.is_symlink():
        if not any(place.iterdir()):
            return frozenset()
        try:
            told = json.loads((place / _PROVENANCE).read_text(encoding="utf-8"))
            if told["written_by"] == _WRITER:
                return frozenset(str(name) for name in told["files"])
        except (OSError, ValueError, KeyError, TypeError):
            pass
    raise InputError([Complaint("foreign_folder", file=str(place))])


def _write_into(folder: Path, d: Disclosed, lang: Lang) -> None:
    pictures = []
    for drawn in maps.print_maps(d, lang=lang):
        (folder / f"ban-do-{drawn.name}.png").write_bytes(drawn.png())
        (folder / f"ban-do-{drawn.name}.pdf").write_bytes(drawn.pdf())
        pictures.append(Picture(drawn.title, drawn.png(dpi=_PICTURE_DPI), _PARTS.get(drawn.name[:1], "access")))
    (folder / "bao-cao.docx").write_bytes(document(d, pictures, lang=lang))
    (folder / "bao-cao.html").write_text(page(d, pictures, lang=lang), encoding="utf-8", newline="\n")
    (folder / "bieu.xlsx").write_bytes(workbook(d, lang=lang))
    (folder / "ban-do.html").write_text(maps.atlas(d, lang=lang).html(), encoding="utf-8", newline="\n")
    maps.write_geopackage(d, folder / "ket-qua.gpkg", lang=lang)
    (folder / "plan.toml").write_text(d.plan.to_toml(), encoding="utf-8", newline="\n")
    told = {
        **d.provenance,
        "written_by": _WRITER,
        "files": sorted([*(file.name for file in folder.iterdir()), _PROVENANCE]),
        "profile": d.profile,
        "lang": lang,
        "masked_rows": dict(d.masked_count),
        "notices": sentences.notices(d.notices, lang),
    }
    text = json.dumps(told, ensure_ascii=False, indent=2, sort_keys=True, default=str)
    (folder / _PROVENANCE).write_text(text + "\n", encoding="utf-8", newline="\n")


def _swap(fresh: Path, place: Path, earlier: frozenset[str]) -> None:
    """Put the new folder in the place of the old one; at every moment one of them is there or can be put back."""
    if not place.exists():
        os.rename(fresh, place)
        return
    old = fresh.with_name(fresh.name + "-cu")
    os.rename(place, old)
    try:
        os.rename(fresh, place)
    except BaseException:
        os.rename(old, place)
        raise
    for file in sorted(old.iterdir()):
        if file.name not in earlier and not (place / file.name).exists():
            os.rename(file, place / file.name)
    shutil.rmtree(old)
