// Draws the trajectory chart from the data of the page; the same numbers stand in a table below.
(function () {
  "use strict";

  const box = document.getElementById("trajectory");
  const source = document.getElementById("trajectory-data");
  if (!box || !source || !window.echarts) return;
  const data = JSON.parse(source.textContent);
  const { words } = data;
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const number = (text) => (text === null ? null : Number(text));
  const safe = (text) => echarts.format.encodeHTML(String(text));

  const steps = data.quarters.length;
  const written = (value) =>
    Number(value).toLocaleString("en", { maximumFractionDigits: Math.max(data.decimals, 2) }) + data.unit;

  const figures = data.figures.map((text, i) => ({
    value: number(text),
    symbol: data.provisional[i] ? "emptyCircle" : "circle",
  }));

  function tip(points) {
    const i = points[0].dataIndex;
    const lines = [`<strong>${safe(data.quarters[i])}</strong>`];
    if (data.texts[i] !== null) {
      lines.push(`${safe(words.figure)}: <strong>${safe(data.texts[i])}</strong> ${safe(data.statuses[i])}`);
      lines.push(`${safe(words.coverage)}: ${safe(data.coverage[i])}${data.provisional[i] ? ` (${safe(words.provisional)})` : ""}`);
    }
    if (path[i] !== null) lines.push(`${safe(words.path)}: ${safe(written(path[i]))}`);
    if (data.forecast[i] !== null) {
      const [low, middle, high] = [data.forecast_low[i], data.forecast[i], data.forecast_high[i]].map((text) => safe(written(text)));
      lines.push(`${safe(words.forecast)}: ${middle} (${low} – ${high})`);
    }
    if (data.target_texts[i] !== null) lines.push(`${safe(words.target)}: ${safe(data.target_texts[i])}`);
    return lines.join("<br>");
  }

  // Straight between the anchors; the chart's own joining would leave the tip without a value.
  function filled(values) {
    const known = values.flatMap((value, i) => (value === null ? [] : [i]));
    return values.map((value, i) => {
      if (value !== null) return value;
      const before = known.findLast((at) => at < i);
      const after = known.find((at) => at > i);
      if (before === undefined || after === undefined) return null;
      return values[before] + ((values[after] - values[before]) * (i - before)) / (after - before);
    });
  }

  const path = filled(data.path.map(number));
  const has = (values) => values.some((value) => value !== null);
  const series = [
    { name: words.path, type: "line", data: path, symbol: "none", lineStyle: { type: "dashed", width: 2 }, color: colour("--mp-not_due") },
    { name: words.figure, type: "line", data: figures, symbolSize: steps > 30 ? 5 : 7, lineStyle: { width: 2.5 }, color: colour("--mp-accent"), connectNulls: false },
    { name: words.target, type: "scatter", data: data.targets.map(number), symbol: "diamond", symbolSize: 14, color: colour("--mp-behind"), z: 5, labelLayout: { hideOverlap: true },
      label: { show: true, position: "top", distance: 8, color: colour("--mp-ink"), formatter: (point) => data.target_texts[point.dataIndex] ?? "" } },
  ];
  if (has(data.ceilings)) {
    series.push({ name: words.ceiling, type: "scatter", data: data.ceilings.map(number), symbol: "rect", symbolSize: [18, 3], color: colour("--mp-behind") });
  }

  if (has(data.forecast)) {
    const accent = colour("--mp-accent");
    const low = data.forecast_low.map(number);
    const width = data.forecast_high.map((text, i) => (text === null ? null : Number(text) - low[i]));
    // A band is the stretch stacked on its lower edge; neither has a name, so the legend leaves both out.
    const edge = { type: "line", stack: "band", symbol: "none", silent: true, lineStyle: { opacity: 0 } };
    series.push({ ...edge, data: low }, { ...edge, data: width, areaStyle: { color: accent, opacity: 0.15 } });
    series.push({ name: words.forecast, type: "line", data: data.forecast.map(number), symbol: "none", lineStyle: { type: "dotted", width: 2 }, color: accent });
  }

  const chart = echarts.init(box, null, { renderer: "svg" });
  chart.setOption({
    animation: false,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    aria: { enabled: false },
    grid: { left: 8, right: 56, top: 52, bottom: 8, containLabel: true },
    legend: { top: 0, left: 0, data: series.filter((one) => one.name && one.data.some((v) => v !== null && v.value !== null)).map((one) => one.name) },
    tooltip: { trigger: "axis", confine: true, formatter: tip },
    xAxis: { type: "category", data: data.quarters, boundaryGap: false, axisTick: { show: false },
      axisLabel: { hideOverlap: true, interval: (i, text) => text.endsWith("Q4"), formatter: (text) => text.slice(0, 4) } },
    yAxis: { type: "value", scale: data.unit === "%", splitLine: { lineStyle: { color: colour("--mp-line") } } },
    series,
  });

  const fit = () => chart.resize();
  window.addEventListener("resize", fit);
  window.addEventListener("beforeprint", () => chart.resize({ width: 660, height: 300 }));
  window.addEventListener("afterprint", fit);
})();
