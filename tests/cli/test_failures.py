"""What the command line says of what may not or cannot be done."""

from __future__ import annotations

import argparse

import pytest

from mangluoi import errors
from mangluoi.cli import showing


@pytest.mark.parametrize(
    ("error", "lang", "said"),
    [
        (
            errors.DisclosureError("archipelagos", lacking="Trường Sa"), "vi",
            "không được phép làm vì lý do bảo vệ thông tin hoặc chủ quyền: bản đồ cả nước phải có quần đảo Trường Sa; "
            "bản đồ này thiếu nên không được vẽ",
        ),
        (
            errors.DisclosureError("confidential_online"), "en",
            "this may not be done, to protect information or by the rules for national maps: a confidential address is "
            "never sent to an online service",
        ),
        (PermissionError("bao-cao.docx"), "vi", "không ghi được: PermissionError: bao-cao.docx"),
    ],
)  # fmt: skip
def test_what_may_not_be_shown_is_no_failure_to_write(error: Exception, lang: str, said: str):
    """A refusal to show has a sentence of its own in both languages; only a failure to write is told as one."""
    assert showing.failure(error, argparse.Namespace(lang=lang)) == said
