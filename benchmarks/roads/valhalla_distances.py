"""Distances and minutes of Valhalla for pairs of points, to be run by a Python that has ``pyvalhalla``.

``python valhalla_distances.py ROADS.osm.pbf PAIRS.csv ANSWERS.csv WORKFOLDER``; the tiles are built once.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import valhalla

QUESTIONS = {
    "shortest_km": {"costing": "auto", "costing_options": {"auto": {"shortest": True}}},
    "quickest": {"costing": "auto"},
    "scooter": {"costing": "motor_scooter"},
}


def tiles(roads: Path, work: Path) -> Path:
    """Build the tiles, if they are not there, and return the configuration."""
    configuration, folder = work / "valhalla.json", work / "tiles"
    if not configuration.exists():
        folder.mkdir(parents=True, exist_ok=True)
        text = subprocess.run(
            [sys.executable, "-m", "valhalla.valhalla_build_config", "--mjolnir-tile-dir", str(folder)],
            check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip
        configuration.write_text(text, encoding="utf-8")
    if not any(folder.rglob("*.gph")):
        program = Path(valhalla.__file__).parent / "bin" / "valhalla_build_tiles"
        subprocess.run([str(program), "-c", str(configuration), str(roads)], check=True, capture_output=True)
    return configuration


def main(roads: Path, pairs: Path, answers: Path, work: Path) -> None:
    actor = valhalla.Actor(str(tiles(roads, work)))
    with pairs.open(encoding="utf-8") as source, answers.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(["pair", "question", "km", "minutes"])
        for row in csv.DictReader(source):
            ends = [{"lon": float(row[f"lon{i}"]), "lat": float(row[f"lat{i}"])} for i in (1, 2)]
            for name, question in QUESTIONS.items():
                try:
                    answer = actor.route(json.dumps({"locations": ends, "units": "kilometers", **question}))
                except RuntimeError:
                    # No way between the two: the other side counts these.
                    continue
                summary = (json.loads(answer) if isinstance(answer, str) else answer)["trip"]["summary"]
                writer.writerow([row["pair"], name, summary["length"], summary["time"] / 60])


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:5]))
