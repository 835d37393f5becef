"""The outside world, read into checked tables."""

from __future__ import annotations

from mangluoi.sources import catalogue, figures, spreadsheets
from mangluoi.sources.spreadsheets import Reading, read_table, read_workbook

__all__ = ["Reading", "catalogue", "figures", "read_table", "read_workbook", "spreadsheets"]
