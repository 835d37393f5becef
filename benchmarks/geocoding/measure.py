"""Measure how often `gazetteer.locate` answers, is right, and knows it; beside vietnamadminunits, in one run.

python benchmarks/geocoding/measure.py --each 1000 --peer /path/to/python-with-vietnamadminunits
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import time
from pathlib import Path

import numpy as np
import pandas as pd
from corruption import Case, cases

from mangluoi.gazetteer import crosswalk, locate, units


def peer_answers(python: str, given: list[Case]) -> tuple[list[str | None], float]:
    """Ask the peer the same addresses, one core, one process."""
    asked = json.dumps([(case.address, case.vintage) for case in given])
    worker = Path(__file__).with_name("peer.py")
    done = subprocess.run([python, worker], input=asked, capture_output=True, text=True, check=True)
    read = json.loads(done.stdout)
    return read["answers"], read["seconds"]


def right(found: pd.DataFrame, given: list[Case]) -> np.ndarray:
    """Tell which answers are the truth: the same commune, or in the other list the one that it went into."""
    share = crosswalk.shares(units.OLD, units.NEW)
    went = {old: set(new) for old, new in share.groupby("from_code")["to_code"]}
    verdicts = []
    for code, vintage, case in zip(found["unit_code"], found["vintage"], given, strict=True):
        if vintage == case.vintage:
            verdicts.append(code == case.unit_code)
        elif vintage == units.NEW:
            verdicts.append(code in went[case.unit_code])
        else:
            verdicts.append(not pd.isna(code) and case.unit_code in went.get(code, ()))
    return np.array(verdicts)


def calibration_error(confidence: np.ndarray, verdict: np.ndarray, bins: int = 10) -> float:
    """Return the expected calibration error: the mean gap between confidence and accuracy, over equal-count bins."""
    order = np.argsort(confidence, kind="stable")
    parts = np.array_split(order, bins)
    return float(sum(len(p) * abs(confidence[p].mean() - verdict[p].mean()) for p in parts if len(p)) / len(order))


def table(given: list[Case], found: pd.DataFrame, peer: list[str | None] | None) -> pd.DataFrame:
    """Summarise by kind of spoiling."""
    frame = pd.DataFrame(
        {
            "kind": [case.kind for case in given],
            "answered": found["unit_code"].notna().to_numpy(),
            "right": right(found, given),
            "confidence": found["confidence"].to_numpy(),
        }
    )
    if peer is not None:
        frame["peer_answered"] = [code is not None for code in peer]
        frame["peer_right"] = [code == case.unit_code for code, case in zip(peer, given, strict=True)]
    rows = []
    for kind, each in frame.groupby("kind", sort=False):
        answered = each[each["answered"]]
        row = {
            "kind": kind,
            "answered %": 100 * each["answered"].mean(),
            "right of answered %": 100 * answered["right"].mean(),
            "wrong of all %": 100 * (each["answered"] & ~each["right"]).mean(),
            "ECE pt": 100 * calibration_error(answered["confidence"].to_numpy(), answered["right"].to_numpy()),
        }
        if peer is not None:
            row["peer answered %"] = 100 * each["peer_answered"].mean()
            row["peer wrong of all %"] = 100 * (each["peer_answered"] & ~each["peer_right"]).mean()
        rows.append(row)
    answered = frame[frame["answered"]]
    total = 100 * calibration_error(answered["confidence"].to_numpy(), answered["right"].to_numpy(dtype=float))
    print(f"all: wrong of all {100 * (frame['answered'] & ~frame['right']).mean():.2f} %, ECE {total:.2f} points")
    return pd.DataFrame(rows).set_index("kind").round(2)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--each", type=int, default=1000)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--peer", help="a Python that has vietnamadminunits 1.0.4")
    arguments.add_argument("--show", type=int, default=0, help="how many wrong answers of each kind to show")
    given = arguments.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    made = cases(given.each, seed=given.seed)
    locate(["xã Hưng Lộc, thành phố Vinh, tỉnh Nghệ An"])
    started = time.process_time()
    found = locate([case.address for case in made])
    seconds = time.process_time() - started
    peer, peer_seconds = peer_answers(given.peer, made) if given.peer else (None, None)
    with pd.option_context("display.width", 200, "display.max_columns", 20, "display.max_rows", 99):
        print(table(made, found, peer))
    clean = [c for c in cases(10_000, seed=given.seed + 1) if c.kind == "clean"]
    started = time.process_time()
    locate([case.address for case in clean])
    rate = len(clean) / (time.process_time() - started)
    print(f"{len(made)} spoilt addresses: {len(made) / seconds:,.0f} rows/s", end="")
    print(f"; peer {len(made) / peer_seconds:,.0f} rows/s" if peer_seconds else "")
    print(f"{len(clean)} clean distinct addresses: {rate:,.0f} rows/s", end="")
    if given.peer:
        peer_rate = len(clean) / peer_answers(given.peer, clean)[1]
        print(f"; peer {peer_rate:,.0f} rows/s: {rate / peer_rate:.1f} times", end="")
    print()
    if given.show:
        wrong = found["unit_code"].notna().to_numpy() & ~right(found, made)
        for kind in dict.fromkeys(case.kind for case in made):
            rows = [n for n in np.flatnonzero(wrong) if made[n].kind == kind][: given.show]
            rows += [n for n in np.flatnonzero(found["unit_code"].isna()) if made[n].kind == kind][: given.show]
            for n in rows:
                told = found.iloc[n]
                truth = units.full_name(made[n].unit_code, made[n].vintage)
                said = told[["unit_name", "province_name", "vintage", "confidence", "reason"]].tolist()
                print(f"[{kind}] {made[n].address!r}\n    truth {truth}; told {said} {told['candidates'][:2]}")


if __name__ == "__main__":
    main()
