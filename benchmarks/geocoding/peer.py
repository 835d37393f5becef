"""Answers of vietnamadminunits, read from and written to JSON lines: runs in whatever environment has it."""

from __future__ import annotations

import json
import sys
import time

from vietnamadminunits import ParseMode, parse_address


def main() -> None:
    cases = json.load(sys.stdin)
    modes = {"2025-06-30": ParseMode.LEGACY, "2025-07-01": ParseMode.FROM_2025}
    parse_address("Xã Hưng Lộc, Thành phố Vinh, Tỉnh Nghệ An", mode=ParseMode.LEGACY)
    answers, started = [], time.process_time()
    for address, vintage in cases:
        try:
            found = parse_address(address, mode=modes[vintage])
        except Exception:
            found = None
        code = None if found is None or not found.ward_code else str(found.ward_code).zfill(5)
        answers.append(code)
    json.dump({"seconds": time.process_time() - started, "answers": answers}, sys.stdout)


if __name__ == "__main__":
    main()
