"""Measure how often `gazetteer.locate` answers, is right, and knows it; beside vietnamadminunits, in one run.

python benchmarks/geocoding/measure.py --each 1000 --seeds 1 2 3 --peer /path/to/python-with-vietnamadminunits
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import time
from pathlib import Path

import pandas as pd
from corruption import Case, cases, unlisted

from mangluoi import shipped
from mangluoi.gazetteer import crosswalk, geocoding, lexicon, locate, units


def peer_answers(python: str, given: list[Case]) -> tuple[list[str | None], float]:
    """Ask the peer the same addresses, one core, one process."""
    asked = json.dumps([(case.address, case.vintage) for case in given])
    worker = Path(__file__).with_name("peer.py")
    done = subprocess.run([python, worker], input=asked, capture_output=True, text=True, check=True)
    read = json.loads(done.stdout)
    return read["answers"], read["seconds"]


def same_place() -> dict[tuple[str, str], set[tuple[str, str]]]:
    """Return for each commune the units that are it: itself, and those of the other list that it shares land with."""
    share = crosswalk.shares(units.OLD, units.NEW)
    found: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for old, new in zip(share["from_code"], share["to_code"], strict=True):
        for one, other in (((old, units.OLD), (new, units.NEW)), ((new, units.NEW), (old, units.OLD))):
            found.setdefault(one, {one}).add(other)
    return found


def judged(given: list[Case], found: pd.DataFrame, peer: list[str | None] | None) -> pd.DataFrame:
    """Say of each case whether it was answered, rightly, and whether the truth was among the candidates."""
    places = same_place()
    truth = [places[case.unit_code, case.vintage] for case in given]
    answers = list(zip(found["unit_code"], found["vintage"], strict=True))
    frame = pd.DataFrame(
        {
            "kind": [case.kind for case in given],
            "answered": found["unit_code"].notna().to_numpy(),
            "right": [answer in fits for answer, fits in zip(answers, truth, strict=True)],
            "offered": [
                any((code, vintage) in fits for code, vintage, _ in offered)
                for offered, fits in zip(found["candidates"], truth, strict=True)
            ],
            "confidence": found["confidence"].to_numpy(),
        }
    )
    if peer is not None:
        frame["peer_answered"] = [code is not None for code in peer]
        frame["peer_right"] = [code == case.unit_code for code, case in zip(peer, given, strict=True)]
    return frame


def calibration_error(frame: pd.DataFrame, bins: int = 10) -> float:
    """Return the expected calibration error of answers: the mean gap between confidence and accuracy.

    Over bins of equal count, those of one confidence together.
    """
    answered = frame[frame["answered"]]
    if answered.empty:
        return 0.0
    rank = (answered["confidence"].rank(method="average", pct=True) * bins).clip(upper=bins - 1e-9) // 1
    each = answered.groupby(rank)
    gap = (each["confidence"].mean() - each["right"].mean()).abs()
    return float((gap * each.size()).sum() / len(answered))


def summary(frame: pd.DataFrame) -> pd.DataFrame:
    """Summarise by kind of spoiling, in per cent."""
    rows = []
    for kind, each in frame.groupby("kind", sort=False):
        answered = each[each["answered"]]
        row = {
            "kind": kind,
            "answered": 100 * each["answered"].mean(),
            "right of answered": 100 * answered["right"].mean(),
            "right or truth offered": 100
            * ((each["answered"] & each["right"]) | (~each["answered"] & each["offered"])).mean(),
            "wrong of all": 100 * (each["answered"] & ~each["right"]).mean(),
            "ECE": 100 * calibration_error(each),
        }
        if "peer_answered" in each:
            row["peer answered"] = 100 * each["peer_answered"].mean()
            row["peer wrong of all"] = 100 * (each["peer_answered"] & ~each["peer_right"]).mean()
        rows.append(row)
    return pd.DataFrame(rows).set_index("kind")


def asked(given: list[Case], *, apart: bool) -> pd.DataFrame:
    """Ask for all cases: each kind as a list of its own, or all of them as one list; each province given apart."""
    frame = pd.DataFrame(
        {
            "kind": [case.kind if apart else "" for case in given],
            "province": [case.province or "" for case in given],
            "address": [case.address for case in given],
        }
    )
    lists = frame.groupby(["kind", "province"], sort=False)["address"]
    return pd.concat([locate(of, province=province or None) for (_, province), of in lists]).sort_index()


def asked_of_less(given: list[Case]) -> pd.DataFrame:
    """Ask for communes after they were struck from the lists."""
    known = lexicon.lexicon(shipped.folder())
    struck = {(case.unit_code, case.vintage) for case in given}
    kept = [
        entry
        for n, unit in enumerate(known.units)
        if (unit.code, unit.vintage) not in struck
        for entry in known.names_of[n]
    ]
    return geocoding.located(pd.Series([case.address for case in given]), lexicon.Lexicon(known.units, kept))


def shown(given: list[Case], found: pd.DataFrame, frame: pd.DataFrame, count: int) -> None:
    """Print some of the wrong answers and of the missing ones, by kind."""
    for kind in frame["kind"].unique():
        of = frame[frame["kind"] == kind]
        rows = [*of.index[of["answered"] & ~of["right"]][:count], *of.index[~of["answered"]][:count]]
        for n in rows:
            told = found.iloc[n]
            truth = units.full_name(given[n].unit_code, given[n].vintage)
            offered = [name for _, _, name in told["candidates"][:3]]
            said = " | ".join(
                str(told[name]) for name in ("unit_name", "province_name", "vintage", "confidence", "reason")
            )
            print(f"[{kind}] {given[n].address!r}\n    truth {truth}; told {said}; {offered}")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--each", type=int, default=1000)
    arguments.add_argument("--seeds", type=int, nargs="+", default=[1])
    arguments.add_argument("--peer", help="a Python that has vietnamadminunits 1.0.4")
    arguments.add_argument("--show", type=int, default=0, help="how many wrong answers of each kind to show")
    arguments.add_argument("--one-list", action="store_true", help="ask for all kinds together, as one list")
    given = arguments.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    locate(["xã Hưng Lộc, thành phố Vinh, tỉnh Nghệ An"])
    runs = []
    for seed in given.seeds:
        made = cases(given.each, seed=seed)
        struck = unlisted(given.each, seed=seed)
        started = time.process_time()
        found = asked(made, apart=not given.one_list)
        seconds = time.process_time() - started
        found = pd.concat([found, asked_of_less(struck)], ignore_index=True)
        peer, peer_seconds = peer_answers(given.peer, made) if given.peer and seed == given.seeds[0] else (None, None)
        frame = judged([*made, *struck], found, None if peer is None else [*peer, *[None] * len(struck)])
        runs.append(summary(frame))
        wrong = 100 * (frame["answered"] & ~frame["right"]).mean()
        print(
            f"seed {seed}: {len(made)} spoilt addresses, {len(struck)} of unlisted communes: "
            f"wrong of all {wrong:.2f} %, ECE {100 * calibration_error(frame):.2f} points; "
            f"{len(made) / seconds:,.0f} rows/s"
            + (f"; peer {len(made) / peer_seconds:,.0f} rows/s" if peer_seconds else "")
        )
        if given.show:
            shown([*made, *struck], found, frame, given.show)
    every = pd.concat(runs, keys=given.seeds, names=["seed"])
    worst = every.groupby("kind", sort=False).agg(
        {name: "max" if name in ("wrong of all", "ECE") or name.startswith("peer") else "min" for name in every.columns}
    )
    with pd.option_context("display.width", 200, "display.max_columns", 20, "display.max_rows", 99):
        print(f"the worst of {len(given.seeds)} seeds, per cent and points")
        print(worst.round(2))
    clean = [case for case in cases(10_000, seed=0, kinds=("clean",)) if case.vintage == units.OLD]
    started = time.process_time()
    locate([case.address for case in clean])
    rate = len(clean) / (time.process_time() - started)
    print(f"{len(clean)} clean distinct addresses: {rate:,.0f} rows/s", end="")
    if given.peer:
        peer_rate = len(clean) / peer_answers(given.peer, clean)[1]
        print(f"; peer {peer_rate:,.0f} rows/s: {rate / peer_rate:.1f} times", end="")
    print()


if __name__ == "__main__":
    main()
