"""Draw the small pictures that `tests/reports/test_charts.py` compares with; look at the charts before committing."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests" / "reports"), str(ROOT / "tests")]

from test_charts import BASELINES, make_full, small  # type: ignore[import-not-found]  # noqa: E402

from conftest import make_disclosed  # type: ignore[import-not-found]  # noqa: E402
from mangluoi.reports import charts  # noqa: E402


def main() -> None:
    """Write one picture for each chart."""
    BASELINES.mkdir(exist_ok=True)
    for chart in charts.all_charts(make_full(make_disclosed())):
        picture = Image.fromarray(small(chart.drawing.png).round().astype(np.uint8))
        picture.save(BASELINES / f"hinh-{chart.number}.png", optimize=True)


if __name__ == "__main__":
    main()
