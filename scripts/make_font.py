"""Make the font of the print maps: DejaVu Sans as matplotlib carries it, cut down to what Vietnamese and English need.

A small font without layout tables goes into a PDF many times faster than the whole of DejaVu. Its licence asks that a
changed font has another name. Run from the repository: ``python scripts/make_font.py``; needs fontTools.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import matplotlib
from fontTools import subset
from fontTools.ttLib import TTFont

ASSETS = Path(__file__).parents[1] / "src" / "mangluoi" / "maps" / "fonts"
NAME = "Mangluoi Sans"
LETTERS = [
    *range(0x20, 0x7F), *range(0xA0, 0x180), 0x1A0, 0x1A1, 0x1AF, 0x1B0, *range(0x1EA0, 0x1EFA),
    *range(0x2010, 0x2027), 0x2030, 0x2032, 0x2033, 0x20AB, 0x20AC, 0x2190, 0x2191, 0x2192, 0x2193, 0x2212, 0x2248,
    0x2260, 0x2264, 0x2265, 0x25A1, 0xFFFD,
]  # fmt: skip


def main() -> None:
    """Write the regular and the bold face, and their licence."""
    fonts = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    ASSETS.mkdir(parents=True, exist_ok=True)
    for source, style in (("DejaVuSans.ttf", "Regular"), ("DejaVuSans-Bold.ttf", "Bold")):
        font = TTFont(fonts / source, recalcTimestamp=False)
        options = subset.Options(layout_features=[], name_IDs=["*"], notdef_outline=True, hinting=False)
        options.drop_tables += ["GPOS", "GSUB", "GDEF", "FFTM", "kern"]
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=LETTERS)
        cutter.subset(font)
        for record in list(font["name"].names):
            told = {1: NAME, 3: f"{NAME} {style}", 4: f"{NAME} {style}", 6: f"MangluoiSans-{style}", 16: NAME}
            if record.nameID in told:
                font["name"].setName(
                    told[record.nameID], record.nameID, record.platformID, record.platEncID, record.langID
                )
        font.save(ASSETS / f"MangluoiSans-{style}.ttf")
    shutil.copy(fonts / "LICENSE_DEJAVU", ASSETS / "LICENSE")


if __name__ == "__main__":
    main()
