"""Review: what is doubtful is listed with its candidates, and decisions come back in."""

import pandas as pd
import pytest

from mangluoi.errors import InputError
from mangluoi.gazetteer import locate, review, units

ADDRESSES = pd.Series(
    ["xã Bạch Ngọc, tỉnh Nghệ An", "xã Đồng Văn, Nghệ An", None], index=["clear", "namesakes", "nothing"]
)


def test_only_the_doubtful_is_listed():
    """Clear answers are not looked at; the others come with numbered candidates."""
    listed = review.to_review(ADDRESSES, locate(ADDRESSES))
    assert listed["row_id"].tolist() == ["namesakes", "nothing"]
    assert listed["candidates"].iloc[0].startswith("1. Xã Đồng Văn")
    assert tuple(listed.columns) == review.COLUMNS


def test_decisions_are_applied_by_number_or_code():
    """A candidate's number or a unit's code puts the row at that unit, for certain."""
    located = locate(ADDRESSES)
    filled = review.to_review(ADDRESSES, located)
    filled["chosen"] = pd.Series(["1", "17619"], dtype=object)
    filled["chosen_vintage"] = pd.Series([None, units.OLD], dtype=object)
    result = review.decided(located, filled)
    assert result.loc["namesakes", "unit_code"] == located.loc["namesakes", "candidates"][0][0]
    assert result.loc["nothing", "unit_name"] == "Xã Giang Sơn Đông"
    assert result["confidence"].tolist()[1:] == [1.0, 1.0]
    assert pd.isna(located.loc["nothing", "unit_code"])


def test_empty_decision_changes_nothing():
    """A list that nobody filled in leaves everything as it was."""
    located = locate(ADDRESSES)
    pd.testing.assert_frame_equal(review.decided(located, review.to_review(ADDRESSES, located)), located)


def test_unknown_decisions_are_listed_together():
    """Rows, numbers and codes that do not exist are refused in one error."""
    filled = pd.DataFrame(
        {"row_id": ["nobody", "nothing", "namesakes"], "chosen": ["1", "99999", "9"], "chosen_vintage": units.OLD}
    )
    with pytest.raises(InputError) as caught:
        review.decided(locate(ADDRESSES), filled)
    assert [c.row for c in caught.value.complaints] == [2, 3, 4]
