"""QGIS styles (QML) that stand in a GeoPackage's `layer_styles`, so that its layers open ready.

A rule-based renderer is used throughout: a graduated one would hide what has no value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

__all__ = ["Rule", "outline_style", "point_style", "polygon_style"]


@dataclass(frozen=True)
class Rule:
    """One class of a layer.

    Parameters
    ----------
    label
        What the layer tree calls it.
    filter
        QGIS expression that says which rows belong to it.
    colour
        Fill, as ``#rrggbb``.
    hatch
        {"", "lines", "dots"}: what stands over the fill.
    shape
        Shape of a point's symbol, as QGIS names it.
    """

    label: str
    filter: str
    colour: str
    hatch: str = ""
    shape: str = "circle"


def _rgba(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"{red},{green},{blue},255"


def _layer(kind: str, options: Mapping[str, str]) -> str:
    """Write one symbol layer, in the old form and the new one: QGIS before and after 3.16 read different ones."""
    old = "".join(f"<prop k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in options.items())
    new = "".join(
        f'<Option name={quoteattr(k)} type="QString" value={quoteattr(v)}/>' for k, v in options.items()
    )  # fmt: skip
    return f'<layer class="{kind}" enabled="1" locked="0" pass="0"><Option type="Map">{new}</Option>{old}</layer>'


def _polygon_layers(rule: Rule) -> str:
    border = {"outline_color": "110,110,110,255", "outline_style": "dash", "outline_width": "0.2"}
    layers = [_layer("SimpleFill", {"color": _rgba(rule.colour), "style": "solid", **border})]
    if rule.hatch:
        style = {"lines": "b_diagonal", "dots": "dense6"}[rule.hatch]
        layers.append(_layer("SimpleFill", {"color": "110,110,110,255", "style": style, "outline_style": "no"}))
    return "".join(layers)


def _point_layers(rule: Rule) -> str:
    options = {
        "name": rule.shape,
        "color": _rgba(rule.colour),
        "outline_color": "0,0,0,255",
        "outline_width": "0.3",
        "size": "4",
        "size_unit": "MM",
    }
    return _layer("SimpleMarker", options)


def _renderer(rules: Sequence[Rule], kind: str) -> str:
    listed = "".join(
        f'<rule key="{{{i:08d}-0000-0000-0000-000000000000}}" symbol="{i}" label={quoteattr(rule.label)} '
        f"filter={quoteattr(rule.filter)}/>"
        for i, rule in enumerate(rules)
    )
    layers = _polygon_layers if kind == "fill" else _point_layers
    symbols = "".join(
        f'<symbol name="{i}" type="{kind}" alpha="1" clip_to_extent="1" force_rhr="0">{layers(rule)}</symbol>'
        for i, rule in enumerate(rules)
    )
    return (
        '<renderer-v2 type="RuleRenderer" symbollevels="0" enableorderby="0" forceraster="0">'
        f'<rules key="{{99999999-0000-0000-0000-000000000000}}">{listed}</rules>'
        f"<symbols>{symbols}</symbols></renderer-v2>"
    )


def _labels(field: str) -> str:
    return (
        '<labeling type="simple"><settings calloutType="simple">'
        f'<text-style fieldName={quoteattr(field)} isExpression="0" fontFamily="DejaVu Sans" fontSize="8" '
        'textColor="0,0,0,255"><text-buffer bufferDraw="1" bufferSize="0.8" bufferColor="255,255,255,255"/>'
        '</text-style><placement placement="1"/>'
        '<rendering scaleVisibility="1" scaleMin="300000" scaleMax="1"/></settings></labeling>'
    )


def _document(renderer: str, label_field: str, aliases: Mapping[str, str]) -> str:
    named = "".join(
        f'<alias index="{i}" field={quoteattr(field)} name={quoteattr(name)}/>'
        for i, (field, name) in enumerate(aliases.items())
    )
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n<qgis version=\"3.22.0\" "
        'styleCategories="Symbology|Labeling|Fields">'
        f"{renderer}{_labels(label_field)}<aliases>{named}</aliases></qgis>"
    )


def polygon_style(rules: Sequence[Rule], *, label: str, aliases: Mapping[str, str]) -> str:
    """Return the QML of a polygon layer.

    Parameters
    ----------
    rules
        Its classes; together they should take every row.
    label
        The field that labels it, from 1:300,000.
    aliases
        Readable names of the fields.
    """
    return _document(_renderer(rules, "fill"), label, aliases)


def outline_style(*, label: str, aliases: Mapping[str, str]) -> str:
    """Return the QML of areas of which only the border is drawn; the parameters are those of `polygon_style`."""
    plain = {"style": "no", "outline_color": "0,0,0,255", "outline_style": "dash", "outline_width": "0.5"}
    layer = _layer("SimpleFill", plain)
    symbol = f'<symbol name="0" type="fill" alpha="1" clip_to_extent="1" force_rhr="0">{layer}</symbol>'
    renderer = (
        '<renderer-v2 type="singleSymbol" symbollevels="0" enableorderby="0" forceraster="0">'
        f"<symbols>{symbol}</symbols></renderer-v2>"
    )
    return _document(renderer, label, aliases)


def point_style(rules: Sequence[Rule], *, label: str, aliases: Mapping[str, str]) -> str:
    """Return the QML of a point layer; the parameters are those of `polygon_style`."""
    return _document(_renderer(rules, "marker"), label, aliases)
