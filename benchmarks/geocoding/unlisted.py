"""How often a commune that no list knows is taken for another: names are struck from the lexicon, then asked for.

python benchmarks/geocoding/unlisted.py
"""

from __future__ import annotations

import random

from corruption import bare

from mangluoi import shipped
from mangluoi.gazetteer import geocoding, lexicon, units


def main() -> None:
    folder = shipped.folder()
    known = lexicon.lexicon(folder)
    old = [n for n, unit in enumerate(known.units) if unit.level == "commune" and unit.vintage == units.OLD]
    struck = set(random.Random(5).sample(old, 1500))
    kept = [entry for n in range(len(known.units)) if n not in struck for entry in known.names_of[n]]
    locator = geocoding._Locator(lexicon.Lexicon(known.units, kept), folder, frozenset(), None)
    for kind, spell in (("full", lambda name: name), ("no kind words", bare)):
        same = wrong = 0
        for n in sorted(struck):
            address = ", ".join(spell(name) for name in known.full_names[n].split(", "))
            match = locator.answer(address).match
            if match is not None:
                same += locator._same_place(n, match.position)
                wrong += not locator._same_place(n, match.position)
        print(f"{kind}: of {len(struck)} unlisted communes {same} went to their successor, {wrong} to another unit")


if __name__ == "__main__":
    main()
