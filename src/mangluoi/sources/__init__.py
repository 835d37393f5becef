"""The outside world, read into checked tables."""

from __future__ import annotations

from mangluoi.sources import catalogue, figures, spreadsheets
from mangluoi.sources.rasters import read_raster
from mangluoi.sources.reading import Reading
from mangluoi.sources.spreadsheets import read_table, read_workbook

__all__ = ["Reading", "catalogue", "figures", "read_raster", "read_table", "read_workbook", "spreadsheets"]
