"""Text that is safe in a Folium page.

A string that reaches Folium may pass through HTML, a JavaScript template literal and, twice, Jinja: branca renders a
macro and takes its result for a template again. So text is made harmless for all of them at once.
"""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from typing import Any

__all__ = ["safe_html", "script_json"]

_ENTITIES = str.maketrans({"`": "&#96;", "$": "&#36;", "\\": "&#92;", "{": "&#123;", "}": "&#125;"})
# Inside a JSON string each of these has a code that HTML, JavaScript and Jinja read over.
_CODES = {c: f"\\u{ord(c):04x}" for c in "<>&'`${}%#\u2028\u2029"}


def safe_html(text: str) -> str:
    """Return text that HTML shows as it is and that neither a JavaScript template literal nor Jinja acts on.

    Control characters, which HTML cannot carry, are left out.
    """
    shown = "".join(c for c in text if c in "\n\t" or (ord(c) >= 32 and not 0x7F <= ord(c) <= 0x9F))
    return html.escape(shown, quote=True).translate(_ENTITIES)


def script_json(value: Any) -> str:
    """Return a value as JSON that may stand in a script of a Folium page.

    Raises
    ------
    ValueError
        If a number is not finite.
    """
    if isinstance(value, str):
        return "".join(_CODES.get(c, c) for c in json.dumps(value, ensure_ascii=False))
    if isinstance(value, Mapping):
        # The blanks keep two braces apart: together they would open a Jinja expression.
        return "{ " + ",".join(f"{script_json(str(key))}:{script_json(each)}" for key, each in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(script_json, value)) + "]"
    return json.dumps(value, allow_nan=False)
