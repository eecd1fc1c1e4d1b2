"use strict";
// Charts of the page: the data stands in JSON beside each; dygraphs draws, zooms and finds the nearest moment.
(function () {
  var charts = {};

  function colour(name) {
    return name === "ink" ? getComputedStyle(document.documentElement).getPropertyValue("--ink").trim() : name;
  }

  // A number with at most so many decimals.
  function text(value, decimals) {
    if (value === null || value === undefined || isNaN(value)) return "-";
    return value.toLocaleString("en", { maximumFractionDigits: decimals });
  }

  // A filled layer: from its upper edge down to the axis; higher layers are drawn first, so each shows its own part.
  function fill(e) {
    var context = e.drawingContext, points = e.points, floor = e.plotArea.y + e.plotArea.h;
    if (!points.length) return;
    context.fillStyle = e.color;
    context.beginPath();
    context.moveTo(points[0].canvasx, floor);
    for (var i = 0; i < points.length; i++) context.lineTo(points[i].canvasx, points[i].canvasy);
    context.lineTo(points[points.length - 1].canvasx, floor);
    context.closePath();
    context.fill();
  }

  // Rows as they are drawn: layers become sums of themselves and all below, the highest first, then the lines.
  function drawn(source) {
    var layers = source.series.filter(function (s) { return s.kind === "layer"; }).length;
    return source.rows.map(function (row) {
      var sums = [], sum = 0;
      for (var i = 0; i < layers; i++) { sum += row[i + 1]; sums.unshift(sum); }
      return [row[0]].concat(sums, row.slice(layers + 1));
    });
  }

  function order(source) {
    var layers = source.series.filter(function (s) { return s.kind === "layer"; });
    var others = source.series.filter(function (s) { return s.kind !== "layer"; });
    return layers.reverse().concat(others);
  }

  function swatch(series) {
    var shape = series.kind === "layer" ? '<rect width="32" height="16" fill="' + colour(series.colour) + '"/>'
      : series.kind === "points" ? '<circle cx="16" cy="8" r="6" fill="' + colour(series.colour) + '"/>'
      : '<line x1="0" y1="8" x2="32" y2="8" stroke-width="3" stroke="' + colour(series.colour) + '" stroke-dasharray="' + (series.dash || []).join(" ") + '"/>';
    return '<svg viewBox="0 0 32 16" aria-hidden="true">' + shape + "</svg>";
  }

  function escaped(text) {
    return String(text).replace(/[&<>"]/g, function (c) { return { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" }[c]; });
  }

  // What the chart says below itself: all values of a moment, or what the colours mean.
  function read(chart, row) {
    var source = chart.source, place = document.getElementById(chart.id + "-readout"), parts = [];
    chart.row = row;
    source.series.forEach(function (series, index) {
      var value = row === null ? null : source.rows[row][index + 1];
      if (row !== null && (value === null || value === undefined) && series.kind === "points") return;
      parts.push("<span>" + swatch(series) + escaped(series.name) + (row === null ? "" : " " + text(value, chart.yDecimals)) + "</span>");
    });
    var head = "";
    if (row !== null) {
      head = source.labels ? escaped(source.labels[row]) : escaped(source.x) + " " + text(source.rows[row][0], chart.xDecimals);
      (source.marks || []).forEach(function (mark) {
        if (Math.abs(mark.x - source.rows[row][0]) <= chart.near) head += mark.text ? ", " + escaped(mark.text) : "";
      });
      head = "<strong>" + head + "</strong>: ";
    }
    place.innerHTML = head + parts.join(" ");
  }

  function theme() {
    return { axisLineColor: colour("ink"), gridLineColor: getComputedStyle(document.documentElement).getPropertyValue("--line").trim() };
  }

  // What happened, as lines in front of everything, with words beside them.
  function marks(chart) {
    return { activate: function () { return { didDrawChart: function (event) {
      var context = event.drawingContext, graph = event.dygraph, area = graph.getArea();
      context.save();
      // On light layers black is legible whatever the page's own ink.
      context.strokeStyle = context.fillStyle = chart.hasLayers ? "#000000" : colour("ink");
      context.setLineDash([2, 3]);
      context.font = "12px sans-serif";
      (chart.source.marks || []).forEach(function (mark) {
        var x = graph.toDomXCoord(mark.x);
        if (x < area.x || x > area.x + area.w) return;
        context.beginPath();
        context.moveTo(x, area.y);
        context.lineTo(x, area.y + area.h);
        context.stroke();
        context.save();
        context.translate(x - 4, area.y + 4);
        context.rotate(-Math.PI / 2);
        context.textAlign = "right";
        context.fillText(mark.text, 0, 0);
        context.restore();
      });
      context.restore();
    } }; } };
  }

  // So many decimals that a range shows a thousand steps.
  function decimals(values) {
    var known = values.filter(function (v) { return v !== null && v !== undefined && isFinite(v); });
    var range = Math.max.apply(null, known) - Math.min.apply(null, known);
    return range > 0 ? Math.min(9, Math.max(0, Math.ceil(3 - Math.log10(range)))) : 3;
  }

  function options(chart) {
    var series = {};
    order(chart.source).forEach(function (s) {
      var own = { color: colour(s.colour), strokeWidth: 1.8, stepPlot: s.kind === "step" };
      if (s.kind === "layer") { own.plotter = fill; own.highlightCircleSize = 0; }
      if (s.kind === "points") { own.strokeWidth = 0; own.drawPoints = true; own.pointSize = s.size || 4; }
      if (s.kind === "path") { own.drawPoints = true; own.pointSize = s.size || 4; }
      if (s.dash) own.strokePattern = s.dash;
      series[s.name] = own;
    });
    return Object.assign({ series: series }, theme());
  }

  function make(id) {
    var source = JSON.parse(document.getElementById(id).textContent);
    var box = document.getElementById(id + "-chart");
    var chart = { id: id, source: source, row: null, near: 0 };
    var rows = drawn(source);
    if (rows.length > 1) chart.near = (rows[rows.length - 1][0] - rows[0][0]) / 400;
    chart.hasLayers = source.series.some(function (s) { return s.kind === "layer"; });
    chart.xDecimals = decimals(rows.map(function (row) { return row[0]; }));
    chart.yDecimals = decimals([].concat.apply([], rows.map(function (row) { return row.slice(1); })));
    function axis(decimals) {
      return function (value) { return text(value, decimals); };
    }
    var all = order(source);
    // dygraphs takes the names of the axes for markup.
    chart.graph = new Dygraph(box, rows, Object.assign({
      labels: ["x"].concat(all.map(function (s) { return s.name; })),
      xlabel: escaped(source.x), ylabel: escaped(source.y), includeZero: !source.free, legend: "never", connectSeparatedPoints: true,
      labelsKMB: false, animatedZooms: false, highlightCircleSize: 3, xRangePad: source.labels ? 20 : 0, yRangePad: source.free ? 20 : 0,
      plugins: [marks(chart)],
      axes: {
        x: { valueFormatter: axis(chart.xDecimals), axisLabelFormatter: axis(chart.xDecimals) },
        y: { valueFormatter: axis(chart.yDecimals), axisLabelFormatter: axis(chart.yDecimals), axisLabelWidth: 70 }
      },
      highlightCallback: function (event, x, points, row) { read(chart, row); },
      unhighlightCallback: function () { read(chart, null); }
    }, options(chart)));
    box.addEventListener("keydown", function (event) { key(chart, event); });
    charts[id] = chart;
    read(chart, null);
  }

  function zoom(chart, factor) {
    var whole = chart.graph.xAxisExtremes(), now = chart.graph.xAxisRange();
    if (factor === 0) { chart.graph.resetZoom(); return; }
    var middle = chart.row === null ? (now[0] + now[1]) / 2 : chart.source.rows[chart.row][0];
    var half = (now[1] - now[0]) * factor / 2;
    var least = Math.max(whole[0], middle - half), most = Math.min(whole[1], middle + half);
    if (most - least >= whole[1] - whole[0]) chart.graph.resetZoom();
    else if (most > least) chart.graph.updateOptions({ dateWindow: [least, most] });
  }

  function key(chart, event) {
    var step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -20, PageDown: 20 }[event.key], last = chart.source.rows.length - 1;
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (step) {
      var row = Math.min(last, Math.max(0, (chart.row === null ? (step > 0 ? -1 : last + 1) : chart.row) + step));
      chart.graph.setSelection(row);
      read(chart, row);
    } else if (event.key === "Home" || event.key === "End") {
      chart.graph.setSelection(event.key === "Home" ? 0 : last);
      read(chart, event.key === "Home" ? 0 : last);
    } else if (event.key === "+" || event.key === "=") zoom(chart, 0.5);
    else if (event.key === "-") zoom(chart, 2);
    else if (event.key === "0") zoom(chart, 0);
    else if (event.key === "Escape") { chart.graph.clearSelection(); read(chart, null); }
    else return;
    event.preventDefault();
  }

  function again() {
    Object.keys(charts).forEach(function (id) {
      charts[id].graph.updateOptions(options(charts[id]));
      read(charts[id], charts[id].row);
    });
  }

  document.querySelectorAll(".chart").forEach(function (box) { make(box.dataset.source); });
  document.querySelectorAll("button[data-chart]").forEach(function (button) {
    button.addEventListener("click", function () {
      zoom(charts[button.dataset.chart], { in: 0.5, out: 2, all: 0 }[button.dataset.act]);
    });
  });
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  // On paper the ink is black, whatever the screen's.
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details:not([open])").forEach(function (part) { part.open = true; part.dataset.folded = "1"; });
    document.documentElement.classList.add("paper");
    again();
  });
  window.addEventListener("afterprint", function () {
    document.querySelectorAll("details[data-folded]").forEach(function (part) { part.open = false; delete part.dataset.folded; });
    document.documentElement.classList.remove("paper");
    again();
  });
  window.balloonsimCharts = charts;
})();
