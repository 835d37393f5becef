"""Numbers as planners write them: 1.250, 86,5, trên 60, gần 80, khoảng 40 nghìn, từ 1 đến 2, 45 hộ."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mangluoi.viettext import compose, fold

__all__ = ["Amount", "read_amount"]

_NUMBER = r"\d[\d.,\s]*\d|\d"
_HEDGES = {
    "tren": ">", "hon": ">", "gan": "<", "duoi": "<", "khoang": "~", "chung": "~", "uoc": "~", "~": "~", ">": ">",
    "<": "<", "it nhat": ">=", "toi thieu": ">=", "khong qua": "<=", "toi da": "<=",
}  # fmt: skip
_SCALES = {"ngan": 1e3, "nghin": 1e3, "trieu": 1e6, "ti": 1e9, "ty": 1e9}
_UNITS = {"nguoi": "people", "doi tuong": "people", "em": "people", "tre": "people", "chau": "people",
          "ho": "households", "ho gia dinh": "households", "luot": "visits", "luot nguoi": "visits",
          "nguoi/nam": "visits", "luot/nam": "visits", "luot nguoi/nam": "visits", "nguoi/thang": "visits",
          "nguoi/co so": "each", "doi tuong/co so": "each", "%": "percent"}  # fmt: skip
_FROM_TO = re.compile(rf"(?:tu|(?:khoang|chung)(?:\s+tu)?)\s+({_NUMBER})\s*(?:den|-)\s*({_NUMBER})(.*)")
_SUM = re.compile(rf"({_NUMBER})\s*({'|'.join(_SCALES)})\s+({_NUMBER})\s*({'|'.join(_SCALES)})(?:\s*(?:dong|d))?")
_ONE = re.compile(
    rf"((?:{'|'.join(sorted(_HEDGES, key=len, reverse=True))})\s*)*({_NUMBER})\s*({'|'.join(_SCALES)})?\b(.*)"
)


@dataclass(frozen=True)
class Amount:
    """A number with what its writer said about it.

    Parameters
    ----------
    value
        The number named; of a range, its lower end.
    lower, upper
        Bounds that the words give; absent where they give none.
    hedge
        {"=", ">", "<", "~"}
    unit
        {"", "people", "households", "visits", "each", "percent"}; visits are a flow, and each is per facility
    """

    value: float
    lower: float | None = None
    upper: float | None = None
    hedge: str = "="
    unit: str = ""


def _plain(text: str, *, whole: bool) -> float | None:
    """Read digits with Vietnamese marks: a dot before three digits parts thousands, a comma before any decimals.

    "1,250" may be either; of people, who are whole, it can only be thousands. "1.250" of anything else is not
    read: it may come from a program that writes decimals with a dot.
    """
    digits = re.sub(r"\s", "", text)
    if re.fullmatch(r"\d+", digits):
        return float(digits)
    if re.fullmatch(r"\d{1,3}(\.\d{3})+(,\d+)?", digits):
        if not whole and digits.count(".") == 1 and "," not in digits:
            return None
        return float(digits.replace(".", "").replace(",", "."))
    if re.fullmatch(r"\d{1,3}(,\d{3})+", digits):
        return float(digits.replace(",", "")) if whole or digits.count(",") > 1 else None
    if re.fullmatch(r"\d{1,3}(,\d{3})+\.\d+", digits):
        return float(digits.replace(",", ""))
    if re.fullmatch(r"\d+[.,]\d+", digits):
        return float(digits.replace(",", "."))
    return None


def read_amount(text: str, *, whole: bool) -> Amount | None:
    """Read a number out of a cell's words.

    Parameters
    ----------
    text
        The cell.
    whole
        Whether the number counts people or things.

    Returns
    -------
    Amount or None
        None where the words are not understood, or may mean two things.
    """
    words = fold(compose(text)).strip(" .;")
    span = _FROM_TO.fullmatch(words)
    if span is not None:
        low, high = _plain(span[1], whole=whole), _plain(span[2], whole=whole)
        unit = _unit(span[3])
        if low is None or high is None or low > high or unit is None:
            return None
        return Amount(low, low, high, "~", unit)
    # A mark that points to a footnote: 1.250* or 60 (1).
    words = re.sub(r"(?<=\d)\s*(?:\*+|\(\d\))$", "", words)
    if (sums := _SUM.fullmatch(words)) is not None:
        # 41 tỉ 128 triệu: each part smaller than the one before.
        parts = [(_plain(sums[n], whole=whole), _SCALES[sums[n + 1]]) for n in (1, 3)]
        if parts[0][1] > parts[1][1] and None not in (parts[0][0], parts[1][0]):
            return Amount(sum((number or 0.0) * scale for number, scale in parts))
    found = _ONE.fullmatch(words)
    if found is None:
        return None
    number, unit = _plain(found[2], whole=whole), _unit(found[4])
    if number is None or unit is None:
        return None
    value = number * _SCALES.get(found[3] or "", 1.0)
    hedge = _hedge(words[: found.start(2)])
    lower = value if hedge in (">", ">=") else None
    upper = value if hedge in ("<", "<=") else None
    return Amount(value, lower, upper, {">=": ">", "<=": "<"}.get(hedge, hedge), unit)


def _hedge(words: str) -> str:
    """Return the strongest thing that the words before a number say: "khoảng trên 40" is more than 40."""
    said = [sign for word, sign in _HEDGES.items() if re.search(rf"(?:^|\s){re.escape(word)}(?:\s|$)", words.strip())]
    return next((sign for sign in said if sign != "~"), said[0] if said else "=")


def _unit(words: str) -> str | None:
    """Return the unit that follows a number; None where something else does."""
    key = words.strip(" .,")
    return "" if not key else _UNITS.get(key)
