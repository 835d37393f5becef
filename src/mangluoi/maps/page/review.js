// The review map: communes, what is located, what is doubtful with its circle, candidates of what is not located.
function mangluoiReview(map, data) {
  "use strict";
  function make(tag, name, text) {
    var element = document.createElement(tag);
    if (name) { element.className = name; }
    // Never markup: what stands in a planner's file is text.
    if (text) { element.textContent = text; }
    return element;
  }
  var head = make("header", "atlas-head"), panel = make("main", "atlas-panel");
  head.appendChild(make("h1", "", data.heading));
  head.appendChild(make("p", "", data.subtitle));
  document.body.insertBefore(head, document.body.firstChild);
  document.body.appendChild(panel);
  map.getContainer().setAttribute("role", "region");
  map.getContainer().setAttribute("aria-label", data.texts.map);
  map.attributionControl.setPrefix("Leaflet");
  L.control.zoom({ zoomInTitle: data.texts.zoom_in, zoomOutTitle: data.texts.zoom_out }).addTo(map);
  L.control.scale({ imperial: false }).addTo(map);
  L.geoJSON(data.cells, {
    style: { color: "#9a9a9a", weight: 0.6, fillColor: "#f6f4ee", fillOpacity: 1 },
    onEachFeature: function (feature, layer) { layer.bindTooltip(make("span", "", feature.properties.name)); }
  }).addTo(map);
  var list = make("ul", "atlas-legend"), places = make("ul", "atlas-sites"), shown = L.featureGroup().addTo(map);
  data.kinds.forEach(function (kind) {
    var item = make("li");
    item.appendChild(swatch(kind));
    item.appendChild(make("span", "", kind.label));
    item.appendChild(make("span", "atlas-count", kind.count));
    list.appendChild(item);
  });
  function swatch(kind) {
    var box = document.createElementNS("http://www.w3.org/2000/svg", "svg"), at = document.createElementNS(
      "http://www.w3.org/2000/svg", "circle");
    box.setAttribute("width", 16); box.setAttribute("height", 16);
    at.setAttribute("cx", 8); at.setAttribute("cy", 8); at.setAttribute("r", 6);
    at.setAttribute("fill", kind.hollow ? "#fff" : kind.colour);
    at.setAttribute("stroke", kind.colour); at.setAttribute("stroke-width", 2);
    if (kind.dashed) { at.setAttribute("stroke-dasharray", "3 2"); }
    box.appendChild(at);
    return box;
  }
  function told(point) {
    var box = make("div");
    box.appendChild(make("h2", "", point.title));
    point.lines.forEach(function (line) { box.appendChild(make("p", "", line)); });
    return box;
  }
  function entry(point) {
    var text = make("span", "", point.title);
    point.lines.slice(0, 2).forEach(function (line) { text.appendChild(make("small", "", line)); });
    return text;
  }
  data.points.forEach(function (point) {
    var kind = data.kinds[point.kind];
    if (point.lon === null) {
      var lost = make("li"), row = make("div", "atlas-lost");
      row.appendChild(swatch(kind));
      row.appendChild(entry(point));
      lost.appendChild(row);
      places.appendChild(lost);
      return;
    }
    if (point.within) {
      L.circle([point.lat, point.lon], {
        radius: point.within, color: kind.colour, weight: 1, dashArray: "4 3", fillOpacity: 0.08, interactive: false
      }).addTo(shown);
    }
    var mark = L.circleMarker([point.lat, point.lon], {
      radius: point.kind ? 7 : 4, color: kind.hollow ? kind.colour : "#fff", weight: kind.hollow ? 2.5 : 1.2,
      fillColor: kind.hollow ? "#fff" : kind.colour, fillOpacity: 1, dashArray: kind.dashed ? "3 2" : null
    }).addTo(shown);
    mark.bindPopup(told(point), { maxWidth: 320, autoPanPadding: [12, 12] });
    if (!point.listed) { return; }
    var item = make("li"), button = make("button");
    button.type = "button";
    button.appendChild(swatch(kind));
    button.appendChild(entry(point));
    button.addEventListener("click", function () {
      map.setView([point.lat, point.lon], Math.max(map.getZoom(), 10), { animate: false });
      mark.openPopup();
    });
    item.appendChild(button);
    places.appendChild(item);
  });
  panel.appendChild(make("h2", "", data.texts.legend));
  panel.appendChild(list);
  panel.appendChild(make("h2", "", data.texts.review));
  panel.appendChild(places);
  var notes = make("ul", "atlas-notes");
  data.notes.forEach(function (note) { notes.appendChild(make("li", "", note)); });
  panel.appendChild(notes);
  map.fitBounds(data.bounds, { padding: [12, 12] });
}
