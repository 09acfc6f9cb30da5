// Draws the traceability diagram: one band for each tier, boxes in it, lines downwards. The list
// under it says the same in words.
(function () {
  "use strict";

  const holder = document.getElementById("trace");
  const data = JSON.parse(document.getElementById("trace-data").textContent);
  const NS = "http://www.w3.org/2000/svg";
  const WIDTH = 1080;
  const LABEL = 96;
  const GAP = 18;
  const PAD = 10;
  const BETWEEN = 64;
  const MOST_ACROSS = 4;
  const TITLE_STEP = 18;
  const LINE_STEP = 16;

  const pen = document.createElement("canvas").getContext("2d");

  function make(name, attributes, text) {
    const element = document.createElementNS(NS, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    if (text !== undefined) element.textContent = text;
    return element;
  }

  // Breaks at any Chinese character and between words.
  function wrapped(text, width, font) {
    pen.font = font;
    const pieces = text.match(/[\u0000-\u2e7f]+?(?:\s+|$|(?=[\u2e80-\uffff]))|[\u2e80-\uffff]|./gu) ?? [];
    const lines = [];
    let line = "";
    for (const piece of pieces) {
      if (line && pen.measureText(line + piece).width > width) {
        lines.push(line.trimEnd());
        line = piece;
      } else {
        line += piece;
      }
    }
    if (line.trim()) lines.push(line.trimEnd());
    return lines;
  }

  const family = getComputedStyle(document.body).fontFamily;
  const FONTS = { title: `650 13px ${family}`, line: `11.5px ${family}`, fault: `600 11.5px ${family}` };

  function texts(node, width) {
    const parts = [["title", node.title], ...node.lines.map((line) => ["line", line])];
    if (node.condition !== "sound") parts.push(["fault", `⚠ ${[node.word, ...node.notes].join(": ")}`]);
    return parts.flatMap(([kind, text]) => wrapped(text, width - 2 * PAD, FONTS[kind]).map((line) => [kind, line]));
  }

  const height = (lines) => 2 * PAD + lines.reduce((sum, [kind]) => sum + (kind === "title" ? TITLE_STEP : LINE_STEP), 0);

  // Places every box; returns the boxes by key and the height of the drawing.
  function placed() {
    const boxes = {};
    const bands = [];
    let top = 8;
    data.tiers.forEach((tier, at) => {
      const begin = top;
      const across = Math.min(tier.nodes.length, MOST_ACROSS);
      const room = WIDTH - LABEL - GAP;
      const width = Math.min(at === 0 || across < 3 ? 340 : 320, room / across - GAP);
      for (let from = 0; from < tier.nodes.length; from += MOST_ACROSS) {
        const row = tier.nodes.slice(from, from + MOST_ACROSS);
        const drawn = row.map((node) => texts(node, width));
        const tall = Math.max(...drawn.map(height));
        const indent = LABEL + (WIDTH - LABEL - row.length * (width + GAP) + GAP) / 2;
        row.forEach((node, index) => {
          boxes[node.key] = { node, lines: drawn[index], x: indent + index * (width + GAP), y: top + 8, width, height: tall, row: from / MOST_ACROSS };
        });
        top += tall + 16 + (from + MOST_ACROSS < tier.nodes.length ? 26 : 0);
      }
      bands.push({ label: tier.label, y: begin, height: top - begin });
      top += BETWEEN;
    });
    return { boxes, bands, height: top - BETWEEN + 8 };
  }

  function drawBox(box) {
    const { node } = box;
    const group = make("g", {});
    const kind = node.tier === "this" ? " box--this" : "";
    group.append(make("rect", { class: `box${kind} box--${node.condition}`, x: box.x, y: box.y, width: box.width, height: box.height, rx: 3 }));
    let y = box.y + PAD + 3;
    for (const [kindOf, text] of box.lines) {
      y += kindOf === "title" ? TITLE_STEP - 4 : LINE_STEP - 4;
      group.append(make("text", { class: kindOf, x: box.x + box.width / 2, y, "text-anchor": "middle" }, text));
      y += 4;
    }
    if (!node.href) return group;
    const link = make("a", { href: node.href });
    link.append(group);
    return link;
  }

  // Down from the upper box, across half-way, down to the lower one; lower rows are entered beside
  // the rows above them.
  function drawEdge(edge, boxes, nth) {
    const from = boxes[edge.source];
    const to = boxes[edge.target];
    const x1 = from.x + from.width / 2;
    const y1 = from.y + from.height;
    const x2 = to.x + to.width / 2;
    const middle = to.row ? to.y - 13 : Math.max(y1 + 10, to.y - BETWEEN / 2 - 4);
    const side = to.row ? LABEL - 4 + to.row * 5 : null;
    const lane = y1 + 16;
    const path = side === null
      ? `M${x1},${y1} V${middle} H${x2} V${to.y}`
      : `M${x1},${y1} V${lane} H${side} V${middle} H${x2} V${to.y}`;
    const group = make("g", {});
    group.append(make("path", { class: `edge edge--${edge.condition}`, d: path, "marker-end": "url(#arrow)" }));
    const said = edge.condition === "sound" ? edge.label : `${edge.label} ⚠ ${edge.note || edge.word}`;
    const lines = wrapped(said, Math.max(to.width, 200), FONTS.line).slice(0, 2);
    lines.forEach((line, index) => {
      const y = side === null && nth === 0 ? to.y - 8 - (lines.length - 1 - index) * 13 : to.y - 4 - (lines.length - 1 - index) * 12;
      const css = edge.condition === "sound" || edge.condition === "open" ? "way" : "way fault";
      const x = data.tiers.length > 1 && edge.upward ? x1 : x2;
      group.append(make("text", { class: css, x: x + 6, y: edge.upward ? y1 + 14 + index * 13 : y, "text-anchor": "start" }, line));
    });
    return group;
  }

  function draw() {
    const plan = placed();
    const svg = make("svg", { viewBox: `0 0 ${WIDTH} ${plan.height}`, role: "img", "aria-labelledby": "trace-title" });
    svg.append(make("title", { id: "trace-title" }, holder.dataset.title));
    const marks = make("defs", {});
    const arrow = make("marker", { id: "arrow", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto-start-reverse" });
    arrow.append(make("path", { d: "M0,0 L8,4 L0,8 z", fill: "#51617a" }));
    marks.append(arrow);
    svg.append(marks);
    for (const band of plan.bands) {
      svg.append(make("rect", { class: "band", x: 0, y: band.y, width: WIDTH, height: band.height, rx: 3 }));
      wrapped(band.label, LABEL - 14, FONTS.title).forEach((line, index) => {
        svg.append(make("text", { class: "tier", x: 8, y: band.y + 20 + index * 16 }, line));
      });
    }
    const fromMany = data.edges.filter((edge) => plan.boxes[edge.target].node.tier !== "instruments");
    for (const edge of data.edges) {
      // Where several come together, what is said stands at the upper end of each.
      edge.upward = fromMany.includes(edge);
      svg.append(drawEdge(edge, plan.boxes, 0));
    }
    for (const box of Object.values(plan.boxes)) svg.append(drawBox(box));
    holder.replaceChildren(svg);
  }

  draw();
})();
