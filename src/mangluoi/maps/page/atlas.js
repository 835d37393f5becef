// The atlas: draws the cells, sites and actions that the page carries, and the panel beside them.
// Text enters the page as text nodes only, never as markup.
"use strict";

function mangluoiAtlas(map, data) {
  const POPUP = { maxWidth: 340, minWidth: 220, autoPanPadding: [12, 12] };
  const SVG = "http://www.w3.org/2000/svg";
  const T = data.texts;
  let moved = false;
  const insets = [];
  const state = { key: data.measures.length ? data.measures[0].key : null, moment: "now", picked: null };

  function node(tag, attributes, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) made.setAttribute(name, value);
    made.append(...children);
    return made;
  }

  function draw(tag, attributes, ...children) {
    const made = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes || {})) made.setAttribute(name, value);
    made.append(...children);
    return made;
  }

  // ---- hatches -------------------------------------------------------------------------------------------------
  const patterns = draw("defs");
  document.body.append(draw("svg", { width: 0, height: 0, "aria-hidden": "true", style: "position:absolute" }, patterns));
  const HATCHES = {
    "\\\\\\": { d: "M0,0 L8,8 M-2,6 L2,10 M6,-2 L10,2", stroke: "#8a8a8a" },
    oo: { circle: 1.6, stroke: "#6a6a6a" },
    "||": { d: "M2,0 V8 M6,0 V8", stroke: "#ffffff" },
  };

  function fill(band) {
    const hatch = band.role === "class" || band.role === "zero" ? null : HATCHES[band.hatch];
    if (!hatch) return band.colour;
    const id = "hatch-" + band.role;
    if (!document.getElementById(id)) {
      const shape = hatch.d
        ? draw("path", { d: hatch.d, stroke: hatch.stroke, "stroke-width": 1.1, fill: "none" })
        : draw("circle", { cx: 4, cy: 4, r: hatch.circle, fill: "none", stroke: hatch.stroke });
      patterns.append(
        draw("pattern", { id, width: 8, height: 8, patternUnits: "userSpaceOnUse" },
          draw("rect", { width: 8, height: 8, fill: band.colour }), shape));
    }
    return "url(#" + id + ")";
  }

  // ---- cells ---------------------------------------------------------------------------------------------------
  function measure() {
    const same = data.measures.filter((m) => m.key === state.key);
    return same.find((m) => m.moment === state.moment) || same[0];
  }

  function cellStyle(i) {
    const m = measure();
    return {
      stroke: i === state.picked, color: "#000000", weight: 3,
      fillColor: m ? fill(m.bands[m.of[i]]) : "#ffffff", fillOpacity: 1,
    };
  }

  const cells = data.cells.map((cell, i) => {
    const layer = L.geoJSON({ type: "Feature", geometry: cell.shape }, { style: cellStyle(i) });
    layer.bindPopup(() => cellPopup(i), POPUP);
    if (!L.Browser.mobile) layer.bindTooltip(() => cellTip(i), { sticky: true });
    layer.on("popupopen", () => pick(i));
    layer.on("popupclose", () => pick(null));
    return layer.addTo(map);
  });
  // Light below dark, so that borders show on every class.
  for (const [color, weight, dashed] of [["#ffffff", 1.6, null], ["#5a5a5a", 0.9, data.approximate ? "5 4" : null]]) {
    L.geoJSON(data.borders, { style: { color, weight, dashArray: dashed, fill: false }, interactive: false }).addTo(map);
  }
  L.geoJSON(data.outline, { style: { color: "#1a1a1a", weight: 2, fill: false }, interactive: false }).addTo(map);

  function pick(i) {
    const before = state.picked;
    state.picked = i;
    for (const each of [before, i]) if (each !== null) cells[each].setStyle(cellStyle(each));
    if (i !== null) cells[i].bringToFront();
  }

  function cellTip(i) {
    const m = measure();
    return node("div", {}, node("b", {}, data.cells[i].name), ...(m ? [node("br"), m.text[i]] : []));
  }

  function cellPopup(i) {
    const box = node("div", {}, node("h2", {}, data.cells[i].name));
    if (data.cells[i].members) box.append(node("p", {}, data.cells[i].members));
    const chosen = measure();
    for (const kind of ["minutes", "gap", "need", "people"]) {
      const of = data.measures.filter((m) => m.kind === kind && (m.moment === state.moment || kind === "people" || kind === "need"));
      if (!of.length) continue;
      const table = node("table", {}, node("caption", {}, T[kind]));
      for (const m of of) {
        const row = node("tr", {}, node("th", { scope: "row" }, m.option), node("td", {}, m.text[i]));
        if (chosen && m.key === chosen.key) row.className = "atlas-chosen";
        table.append(row);
      }
      box.append(table);
    }
    return box;
  }

  // ---- sites and actions -----------------------------------------------------------------------------------------
  const LARGEST = Math.max(1, ...data.sites.map((s) => s.places || 0));

  function radius(site) {
    return site.places === null ? 9 : 9 + 11 * Math.sqrt(site.places / LARGEST);
  }

  // Sites known by the same commune stand at one point: they are fanned out around it, in pixels.
  function fanned(site) {
    const turn = (2 * Math.PI * site.turn) / site.together;
    const away = site.together > 1 ? 15 / Math.sin(Math.PI / site.together) : 0;
    return [away * Math.cos(turn), away * Math.sin(turn)];
  }

  // How full a site is stands around it: no ring (not known), a thin one, a thick one (full), two (overloaded).
  function rings(filling, middle, r) {
    const widths = { unknown: [], free: [[1, 1]], full: [[1.5, 3]], over: [[1.5, 2], [5, 2]] }[filling];
    return widths.map(([away, width]) => draw("circle", {
      cx: middle, cy: middle, r: r + away, fill: "none", stroke: "#000000", "stroke-width": width }));
  }

  function siteSymbol(site, r) {
    const hollow = site.places === null;
    const size = 2 * r + 4;
    const icon = draw("svg", { width: size, height: size, viewBox: `0 0 ${size} ${size}`, "aria-hidden": "true" },
      draw("circle", { cx: r + 2, cy: r + 2, r: r + (site.filling === "over" ? 5 : 1), fill: "#ffffff" }),
      draw("circle", {
        cx: r + 2, cy: r + 2, r: r - 1, fill: hollow ? "#ffffff" : site.colour, stroke: hollow ? site.colour : "none",
        "stroke-width": hollow ? 3 : 0,
      }), ...rings(site.filling, r + 2, r));
    const label = draw("text", {
      x: r + 2, y: r + 6, "text-anchor": "middle", "font-size": 11, "font-weight": 700,
      fill: hollow || site.dark ? "#1a1a1a" : "#ffffff",
    });
    label.append(String(site.number));
    icon.append(label);
    return icon;
  }

  const ACTION_SHAPES = {
    build: "M15,1 L29,15 L15,29 L1,15 Z", expand: "M15,1 L28,14 H22 V28 H8 V14 H2 Z",
    upgrade: "M15,1 L29,12 L24,28 H6 L1,12 Z", reprofile: "M8,3 H22 L29,15 L22,27 H8 L1,15 Z",
    merge: "M1,4 H29 L15,29 Z", close: "M3,3 H27 V27 H3 Z",
  };

  function actionSymbol(action) {
    const icon = draw("svg", { width: 30, height: 30, viewBox: "0 0 30 30", "aria-hidden": "true" },
      draw("path", { d: ACTION_SHAPES[action.kind], fill: "#ffd400", stroke: "#000000", "stroke-width": 2 }));
    const label = draw("text", {
      x: 15, y: action.kind === "merge" ? 16 : 20, "text-anchor": "middle", "font-size": 12, "font-weight": 700, fill: "#000000" });
    label.append(action.letter);
    icon.append(label);
    return icon;
  }

  function mark(at, symbol, size, anchor, label, popup) {
    const made = L.marker([at.lat, at.lon], {
      icon: L.divIcon({ className: "atlas-mark", html: symbol, iconSize: [size, size], iconAnchor: anchor }),
      keyboard: true, riseOnHover: true,
    });
    made.bindPopup(popup, POPUP);
    made.on("add", () => {
      made.getElement().setAttribute("aria-label", label);
      made.getElement().setAttribute("title", label);
    });
    return made;
  }

  const siteLayer = L.layerGroup();
  const siteMarks = data.sites.map((site) => {
    if (site.lon === null || site.lat === null) return null;
    const r = radius(site);
    const [right, down] = fanned(site);
    const made = mark(site, siteSymbol(site, r), 2 * r + 4, [r + 2 - right, r + 2 - down], site.number + ". " + site.name, () => sitePopup(site));
    if (site.within) {
      const around = L.circle([site.lat, site.lon], {
        radius: site.within, color: site.colour, weight: 2, dashArray: "6 4", fill: false, interactive: false });
      made.on("popupopen", () => around.addTo(map)).on("popupclose", () => around.remove());
    }
    return made.addTo(siteLayer);
  });
  const actionLayer = L.layerGroup();
  const actionMarks = data.actions.map((action) => {
    if (action.lon === null || action.lat === null) return null;
    // What expands a site stands at the upper right of its symbol.
    const site = data.sites.find((s) => s.number === action.site);
    const [right, down] = site ? fanned(site) : [0, 0];
    const aside = site ? 0.7 * radius(site) + 13 : 0;
    const anchor = [15 - right - aside, 15 - down + aside];
    const made = mark(action, actionSymbol(action), 30, anchor, action.letter + ". " + action.title, () => actionPopup(action));
    made.setZIndexOffset(500);
    return made.addTo(actionLayer);
  });
  // ---- bubbles: how many are not served, as an area, over whatever the cells show ---------------------------------
  const bubbleLayer = L.layerGroup();
  const hasBubbles = data.measures.some((m) => m.value && m.value.some((v) => v > 0));

  function bubbles() {
    bubbleLayer.clearLayers();
    const chosen = measure();
    const gaps = data.measures.filter((m) => m.value && m.moment === state.moment);
    const m = gaps.find((g) => chosen && g.key === chosen.key) || gaps[0];
    if (!m) return;
    // One size of circle for before and after, so that the two can be compared.
    const same = data.measures.filter((g) => g.key === m.key && g.value);
    const most = Math.max(1, ...same.flatMap((g) => g.value.map((v) => v || 0)));
    m.value.forEach((value, i) => {
      if (!value) return;
      L.circleMarker(data.cells[i].at, {
        radius: 3 + 19 * Math.sqrt(value / most), color: "#000000", weight: 1.2, fillColor: "#d7301f", fillOpacity: 0.55,
        interactive: false,
      }).addTo(bubbleLayer);
    });
  }

  // ---- isochrones: how far people come within given minutes, over whatever the cells show --------------------------
  const DASHES = ["1 5", "7 5", "14 6", "14 5 2 5", null];
  const isochroneLayer = L.layerGroup();
  const isochroneLegend = node("ul", { class: "atlas-legend", "aria-live": "polite" });

  function isochroneStyle(each, turn) {
    return { color: "#000000", weight: each.threshold ? 3.5 : 2, dashArray: each.threshold ? null : DASHES[turn % 4], fill: false };
  }

  function isochronesNow() {
    const chosen = measure();
    const wanted = (chosen && chosen.service) || (data.isochrones[0] || {}).service;
    const of = data.isochrones.filter((each) => each.service === wanted);
    const then = of.filter((each) => each.moment === state.moment);
    // What the actions do not change is not carried twice.
    return then.length ? then : of.filter((each) => each.moment === "now");
  }

  // The label stands on the line, at its outermost point to the north, west, south or east, so that labels keep apart.
  function outermost(shape, turn) {
    const far = [(at) => at[1], (at) => -at[0], (at) => -at[1], (at) => at[0]][turn % 4];
    return shape.coordinates.flat(2).reduce((top, at) => (far(at) > far(top) ? at : top));
  }

  function drawIsochrones() {
    isochroneLayer.clearLayers();
    isochroneLegend.replaceChildren();
    if (!map.hasLayer(isochroneLayer)) return;
    const drawn = isochronesNow();
    drawn.forEach((each, turn) => {
      const style = isochroneStyle(each, turn);
      // Light below dark, so that the line shows on every class.
      for (const under of [{ ...style, color: "#ffffff", weight: style.weight + 2.5, dashArray: null }, style]) {
        L.geoJSON(each.shape, { style: under, interactive: false }).addTo(isochroneLayer);
      }
      const [lon, lat] = outermost(each.shape, turn);
      L.marker([lat, lon], {
        interactive: false, keyboard: false,
        icon: L.divIcon({ className: "atlas-minutes", html: node("span", {}, each.minutes + "\u2032"), iconSize: [34, 16] }),
      }).addTo(isochroneLayer);
      isochroneLegend.append(node("li", {},
        draw("svg", { width: 34, height: 10, "aria-hidden": "true" }, draw("line", {
          x1: 0, y1: 5, x2: 34, y2: 5, stroke: "#000000", "stroke-width": style.weight,
          ...(style.dashArray ? { "stroke-dasharray": style.dashArray } : {}) })),
        node("span", {}, each.label)));
    });
    if (!drawn.length) isochroneLegend.append(node("li", {}, T.isochrones_none));
  }

  siteLayer.addTo(map);
  actionLayer.addTo(map);

  function sitePopup(site) {
    const table = node("table");
    for (const [label, text] of site.lines) {
      table.append(node("tr", {}, node("th", { scope: "row" }, label), node("td", {}, text)));
    }
    return node("div", {}, node("h2", {}, site.number + ". " + site.name), table);
  }

  function actionPopup(action) {
    return node("div", {}, node("h2", {}, action.letter + ". " + action.title), node("p", {}, action.reason),
      ...action.motives.map((text) => node("p", {}, text)));
  }

  // ---- the panel -------------------------------------------------------------------------------------------------
  const legendTitle = node("h2");
  const legend = node("ul", { class: "atlas-legend" });

  function swatch(band) {
    return draw("svg", { width: 26, height: 16, "aria-hidden": "true" },
      draw("rect", { x: 0.5, y: 0.5, width: 25, height: 15, fill: fill(band), stroke: "#6b6b6b" }));
  }

  function refresh() {
    cells.forEach((layer, i) => layer.setStyle(cellStyle(i)));
    bubbles();
    drawIsochrones();
    insets.forEach((draw) => draw());
    const m = measure();
    legend.replaceChildren();
    legendTitle.replaceChildren(m ? m.title : T.legend);
    for (const [i, band] of (m ? m.bands : []).entries()) {
      legend.append(node("li", {}, swatch(band), node("span", {}, band.label),
        node("span", { class: "atlas-count" }, m.counts[i])));
    }
  }

  function chooser() {
    const select = node("select", { id: "atlas-choice" });
    for (const kind of ["minutes", "gap", "need", "people"]) {
      const group = node("optgroup", { label: T[kind] });
      for (const m of data.measures) {
        if (m.kind === kind && m.moment === "now") group.append(node("option", { value: m.key }, m.option));
      }
      if (group.childElementCount) select.append(group);
    }
    select.addEventListener("change", () => { state.key = select.value; map.closePopup(); refresh(); });
    return node("div", { class: "atlas-field" }, node("label", { for: "atlas-choice" }, T.choose), select);
  }

  function moments() {
    const field = node("fieldset", {}, node("legend", {}, T.moment));
    for (const moment of ["now", "after"]) {
      const input = node("input", { type: "radio", name: "atlas-moment", value: moment });
      input.checked = moment === state.moment;
      input.addEventListener("change", () => { state.moment = moment; map.closePopup(); refresh(); });
      field.append(node("label", {}, input, " ", T[moment]));
    }
    return field;
  }

  function overlays() {
    const field = node("fieldset", {}, node("legend", {}, T.show));
    const layers = [
      [T.sites, siteLayer, siteMarks.some((m) => m !== null), true],
      [T.actions, actionLayer, actionMarks.some((m) => m !== null), true],
      [T.isochrones, isochroneLayer, data.isochrones.length > 0, false, isochroneLegend],
      [T.bubbles, bubbleLayer, hasBubbles, false],
    ];
    for (const [text, layer, any, shown, below] of layers) {
      if (!any) continue;
      const input = node("input", { type: "checkbox" });
      input.checked = shown;
      input.addEventListener("change", () => {
        if (input.checked) layer.addTo(map);
        else layer.remove();
        if (layer === isochroneLayer) drawIsochrones();
      });
      field.append(node("label", {}, input, " ", text));
      if (below) field.append(below);
    }
    field.hidden = !layers.some(([, , any]) => any);
    return field;
  }

  function folded(text) {
    return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/đ/g, "d").trim();
  }

  function search() {
    const input = node("input", { type: "search", id: "atlas-search", autocomplete: "off" });
    const list = node("ul", { class: "atlas-found", "aria-live": "polite" });
    const open = (i) => {
      moved = true;
      map.fitBounds(cells[i].getBounds(), { maxZoom: 10, animate: false });
      cells[i].openPopup(cells[i].getBounds().getCenter());
      list.replaceChildren();
    };
    const hits = () => {
      const wanted = folded(input.value);
      return wanted ? data.cells.map((c, i) => [c, i]).filter(([c]) => c.folded.includes(wanted)).slice(0, 8) : [];
    };
    input.addEventListener("input", () => {
      list.replaceChildren();
      for (const [cell, i] of hits()) {
        const button = node("button", { type: "button" }, cell.name);
        button.addEventListener("click", () => open(i));
        list.append(node("li", {}, button));
      }
      if (folded(input.value) && !list.childElementCount) list.append(node("li", {}, T.search_none));
    });
    input.addEventListener("keydown", (event) => {
      const first = hits()[0];
      if (event.key === "Enter" && first) open(first[1]);
      if (event.key === "Escape") list.replaceChildren();
    });
    return node("div", { class: "atlas-field" }, node("label", { for: "atlas-search" }, T.search), input, list);
  }

  function entry(symbol, text, small, made) {
    const content = [symbol, node("span", {}, text, node("small", {}, small))];
    if (!made) return node("li", {}, node("div", { style: "display:flex;gap:8px" }, ...content));
    const button = node("button", { type: "button" }, ...content);
    button.addEventListener("click", () => { moved = true; made.openPopup(); });
    return node("li", {}, button);
  }

  function listed() {
    const box = node("div");
    if (data.actions.length) {
      const list = node("ul", { class: "atlas-sites" });
      data.actions.forEach((a, i) => list.append(entry(actionSymbol(a), a.title, a.reason, actionMarks[i])));
      box.append(node("h2", {}, T.actions_heading), list);
    }
    if (data.sites.length) {
      const list = node("ul", { class: "atlas-sites" });
      data.sites.forEach((s, i) => list.append(entry(
        siteSymbol(s, 9), s.name, s.places_text + (siteMarks[i] ? "" : " – " + T.not_placed), siteMarks[i])));
      const types = node("ul", { class: "atlas-legend" });
      for (const type of data.types) {
        types.append(node("li", {}, draw("svg", { width: 16, height: 16, "aria-hidden": "true" },
          draw("circle", { cx: 8, cy: 8, r: 7, fill: type.colour, stroke: "#1a1a1a" })), node("span", {}, type.name),
          node("span", { class: "atlas-count" }, type.count)));
      }
      const fillings = node("ul", { class: "atlas-legend" });
      for (const each of data.fillings) {
        fillings.append(node("li", {}, draw("svg", { width: 24, height: 24, "aria-hidden": "true" },
          draw("circle", { cx: 12, cy: 12, r: 5, fill: "#9a9a9a" }), ...rings(each.filling, 12, 5)),
          node("span", {}, each.name), node("span", { class: "atlas-count" }, each.count)));
      }
      box.append(node("h2", {}, T.sites_heading), types, node("p", { class: "atlas-source" }, T.site_symbols),
        node("h3", {}, T.filling_heading), fillings, list);
    }
    return box;
  }

  const head = node("header", { class: "atlas-head" }, node("h1", {}, data.heading), node("p", {}, data.subtitle));
  if (data.stamp) head.append(node("span", { class: "atlas-stamp" }, data.stamp));
  const panel = node("main", { class: "atlas-panel" }, chooser());
  if (data.measures.some((m) => m.moment === "after")) panel.append(moments());
  const layers = overlays();
  panel.append(legendTitle, legend, ...(layers.querySelector("input") ? [layers] : []), search(), listed());
  const notes = node("ul", { class: "atlas-notes" });
  for (const note of data.notes) notes.append(node("li", {}, note));
  panel.append(node("h2", {}, T.notes), notes, node("p", { class: "atlas-source" }, data.source));
  document.body.prepend(head);
  document.body.append(panel);

  // ---- the map's own furniture -----------------------------------------------------------------------------------
  map.getContainer().setAttribute("role", "region");
  map.getContainer().setAttribute("aria-label", T.map);
  map.attributionControl.setPrefix("Leaflet");
  map.attributionControl.addAttribution(node("span", {}, data.credit).innerHTML);
  L.control.zoom({ zoomInTitle: T.zoom_in, zoomOutTitle: T.zoom_out }).addTo(map);
  L.control.scale({ imperial: false, maxWidth: 160 }).addTo(map);
  const north = L.control({ position: "topright" });
  north.onAdd = () => {
    const arrow = draw("svg", { width: 22, height: 30, viewBox: "0 0 22 30", "aria-hidden": "true" },
      draw("path", { d: "M11,1 L20,29 L11,22 Z", fill: "#1a1a1a" }),
      draw("path", { d: "M11,1 L2,29 L11,22 Z", fill: "#ffffff", stroke: "#1a1a1a" }));
    return node("div", { class: "atlas-north", role: "img", "aria-label": T.north_up, title: T.north_up },
      node("b", {}, T.north), arrow);
  };
  north.addTo(map);

  // ---- archipelagos far from the rest: framed beside the map, a click shows the place -------------------------------
  const islands = data.cells.map((cell, i) => [cell, i]).filter(([cell]) => cell.sea);
  if (islands.length) {
    const frame = L.control({ position: "bottomright" });
    frame.onAdd = () => {
      const box = node("div", { class: "atlas-sea" });
      for (const [cell, i] of islands) {
        const dot = draw("circle", { cx: 17, cy: 12, r: 8, stroke: "#1a1a1a", "stroke-width": 1.5 });
        const button = node("button", { type: "button", "aria-label": cell.show },
          draw("svg", { width: 34, height: 24, "aria-hidden": "true" }, dot), node("b", {}, cell.sea), node("span", {}, cell.name));
        button.addEventListener("click", () => {
          moved = true;
          map.fitBounds(cells[i].getBounds(), { maxZoom: 9, animate: false });
          cells[i].openPopup(cells[i].getBounds().getCenter());
        });
        insets.push(() => dot.setAttribute("fill", measure() ? fill(measure().bands[measure().of[i]]) : "#ffffff"));
        box.append(button);
      }
      const back = node("button", { type: "button" }, T.mainland);
      back.addEventListener("click", () => { map.closePopup(); whole(); });
      box.append(back);
      L.DomEvent.disableClickPropagation(box);
      return box;
    };
    frame.addTo(map);
  }
  refresh();

  // The whole province stays in view until the reader moves the map.
  for (const event of ["pointerdown", "wheel", "keydown"]) {
    map.getContainer().addEventListener(event, () => { moved = true; }, { passive: true });
  }
  function whole() { map.fitBounds(data.bounds, { padding: [12, 12], animate: false }); }
  map.on("resize", () => { if (!moved) whole(); });
  map.invalidateSize({ animate: false });
  whole();
}
