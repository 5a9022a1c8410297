// Draws a lifecycle: elkjs in a worker says where everything stands, and the drawing is our own SVG. Current problems are coloured,
// a story is shown as a path, and everything in it can be reached by keyboard.

const SVG = "http://www.w3.org/2000/svg";
const LOOK = {
  algorithm: "layered", "elk.direction": "DOWN", "elk.edgeRouting": "ORTHOGONAL", "elk.spacing.nodeNode": "36", "elk.spacing.edgeNode": "18",
  "elk.spacing.edgeEdge": "12", "elk.spacing.edgeLabel": "4", "elk.layered.spacing.nodeNodeBetweenLayers": "34", "elk.layered.spacing.edgeNodeBetweenLayers": "16",
  "elk.layered.spacing.edgeEdgeBetweenLayers": "12", "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES", "elk.layered.cycleBreaking.strategy": "MODEL_ORDER",
  "elk.layered.nodePlacement.strategy": "NETWORK_SIMPLEX", "elk.layered.nodePlacement.favorStraightEdges": "true", "elk.edgeLabels.placement": "CENTER", "elk.padding": "[top=16,left=16,bottom=16,right=16]",
};
const SIZES = [0.35, 0.5, 0.65, 0.8, 1, 1.25, 1.6, 2];
const TOKENS = ["ink", "ink-2", "surface", "line", "line-strong", "accent", ...["grey", "blue", "green", "yellow", "orange", "red", "purple"].flatMap((one) => [`${one}-soft`, `${one}-ink`, `${one}-dot`])];
const SIGNS = { button: "", automatic: "⚙ ", timer: "⏱ " };
let library = null;
let numbers = 0;

function engine(box) {
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = box.dataset.elk;
    script.addEventListener("load", () => resolve(new globalThis.ELK({ workerUrl: box.dataset.elkWorker })));
    script.addEventListener("error", reject);
    document.head.append(script);
  });
  return library;
}

function make(tag, attributes = {}, ...inside) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== null) element.setAttribute(name, value);
  element.append(...inside);
  return element;
}

const pen = document.createElement("canvas").getContext("2d");
function wide(text, font) {
  pen.font = font;
  return Math.ceil(pen.measureText(text).width);
}

/** Ways between the same two statuses become one line with several words on it. */
function bundles(edges) {
  const found = new Map();
  for (const edge of edges) {
    const key = `${edge.source}→${edge.target}`;
    if (!found.has(key)) found.set(key, { id: key, source: edge.source, target: edge.target, ways: [] });
    const bundle = found.get(key);
    if (!bundle.ways.some((way) => way.rule === edge.rule && way.kind === edge.kind)) bundle.ways.push(edge);
  }
  return [...found.values()];
}

const shortened = (text) => (text.length > 26 ? `${text.slice(0, 25)}…` : text);

export async function attach(box) {
  const [bar, paper, details, rows] = ["[data-bar]", "[data-paper]", "[data-details]", "[data-rows]"].map((one) => box.querySelector(one));
  const serial = ++numbers;
  let data = JSON.parse(box.dataset.diagram);
  let problems = [];
  let path = null;
  let size = 1;
  let area = { width: 1, height: 1, middle: 0 };
  let fitted = true;
  let whole = false; // Fit was pressed: all of it, however small that is
  let drawing = 0;

  async function draw() {
    const mine = ++drawing;
    const font = `500 13px ${getComputedStyle(document.body).fontFamily}`;
    const small = `450 12px ${getComputedStyle(document.body).fontFamily}`;
    const order = new Map(data.nodes.map((node, index) => [node.id, index]));
    const bundled = bundles(data.edges);
    const laid = await (await engine(box)).layout({
      id: "root",
      layoutOptions: LOOK,
      children: data.nodes.map((node) => ({ id: node.id, width: Math.max(112, wide(node.label, font) + 40), height: node.visited.length ? 52 : 38 })),
      edges: bundled.map((bundle) => ({
        id: bundle.id, sources: [bundle.source], targets: [bundle.target],
        layoutOptions: { "elk.layered.priority.straightness": order.get(bundle.target) === order.get(bundle.source) + 1 ? "10" : "1" },
        labels: [{ text: bundle.id, width: Math.max(...bundle.ways.map((way) => wide(SIGNS[way.kind] + shortened(way.label), small))) + 12, height: bundle.ways.length * 17 + 2 }],
      })),
    });
    if (mine !== drawing) return;
    const [first] = laid.children;
    area = { width: laid.width, height: laid.height, middle: first ? first.x + first.width / 2 : 0 };
    paper.replaceChildren(picture(laid, bundled));
    bar.hidden = paper.hidden = details.hidden = false;
    if (rows.open && !rows.dataset.touched) rows.open = false;
    resize();
    colour();
  }

  function picture(laid, bundled) {
    const [title, text] = [`diagram-title-${serial}`, `diagram-text-${serial}`];
    const svg = make("svg", { role: "group", "aria-labelledby": title, "aria-describedby": text, viewBox: `0 0 ${laid.width} ${laid.height}`, class: "diagram-svg" },
      make("title", { id: title }, box.dataset.title),
      make("desc", { id: text }, `${data.nodes.length} statuses and ${data.edges.length} ways between them. The same stands in the table below.`),
      make("defs", {}, ...["plain", "strong"].map((kind) => make("marker", { id: `arrow-${kind}-${serial}`, viewBox: "0 0 8 8", refX: 7, refY: 4, markerUnits: "userSpaceOnUse", markerWidth: 9, markerHeight: 9, orient: "auto" }, make("path", { d: "M0,0.5 L8,4 L0,7.5 Z", class: `arrow-${kind}` })))));
    const nodes = new Map(data.nodes.map((node) => [node.id, node]));
    const [lines, parts] = [make("g"), make("g")];
    const ways = new Map(data.nodes.map((node) => [node.id, []])); // so that Tab goes from a status to the ways out of it
    laid.edges.forEach((edge, index) => {
      const bundle = bundled[index];
      const kinds = new Set(bundle.ways.map((way) => way.kind));
      const kind = kinds.size === 1 ? [...kinds][0] : "button";
      const taken = bundle.ways.reduce((sum, way) => sum + way.taken, 0);
      for (const section of edge.sections ?? []) {
        lines.append(make("path", {
          d: rounded([section.startPoint, ...(section.bendPoints ?? []), section.endPoint]), "data-bundle": bundle.id, "data-source": bundle.source, "data-target": bundle.target,
          class: `diagram-line line-${kind}${taken ? " taken" : ""}`, "marker-end": `url(#arrow-${taken ? "strong" : "plain"}-${serial})`,
        }));
      }
      const [label] = edge.labels ?? [];
      if (!label) return;
      bundle.ways.forEach((way, row) => {
        const from = nodes.get(way.source).label;
        const to = nodes.get(way.target).label;
        const group = make("g", { ...reach(`${{ button: "transitions", automatic: "automatic", timer: "timers" }[way.kind]}/${way.rule}`, way.line), class: `diagram-way${way.taken ? " taken" : ""}`, "data-source": way.source, "data-target": way.target, "data-rule": way.rule, "data-bundle": bundle.id, "data-spoken": spoken(way, from, to) },
          make("rect", { x: label.x, y: label.y + row * 17, width: label.width, height: 17, rx: 3 }),
          make("text", { x: label.x + label.width / 2, y: label.y + row * 17 + 12.5, "text-anchor": "middle" }, SIGNS[way.kind] + shortened(way.label)));
        tell(group, way.label, [
          `${{ button: "Button", automatic: "By itself", timer: "When its time has come" }[way.kind]}, from ${from} to ${to}.`,
          way.kind === "button" ? `For ${way.who.join(", ") || "nobody"}.` : "",
          way.guards.length ? `Needs ${way.guards.join(", ")}.` : "", way.taken ? `Taken ${way.taken === 1 ? "once" : `${way.taken} times`}.` : "",
        ], way.line);
        ways.get(way.source).push(group);
      });
    });
    for (const place of laid.children) {
      const node = nodes.get(place.id);
      const group = make("g", { ...reach(`statuses/${node.id}`, node.line), class: `diagram-node colour-${node.color}${node.current ? " current" : ""}${node.visited.length ? " visited" : ""}${node.final ? " final" : ""}`, "data-status": null, "data-node": node.id, transform: `translate(${place.x} ${place.y})`, "data-spoken": `${node.label}${node.first ? ", where every one begins" : ""}${node.final ? ", final" : ""}${node.current ? ", is here" : ""}` },
        make("rect", { width: place.width, height: place.height, rx: 8 }));
      if (node.final) group.append(make("rect", { x: 3, y: 3, width: place.width - 6, height: place.height - 6, rx: 6, class: "inner" }));
      group.append(make("circle", { cx: 15, cy: 19, r: 4 }), make("text", { x: 26, y: 23.5 }, node.label));
      if (node.first) group.append(make("path", { d: `M${place.width / 2 - 5},-9 l5,6 l5,-6 z`, class: "first" }));
      if (node.visited.length) group.append(make("text", { x: 26, y: 41, class: "when" }, when(node.visited)));
      tell(group, node.label, [node.help, node.first ? "Every one begins here." : "", node.final ? "Nothing leads out of it." : "", ...node.visited.map((at) => `Came here ${day(at)}.`)], node.line);
      parts.append(group, ...ways.get(node.id));
    }
    svg.append(lines, parts);
    return svg;
  }

  const day = (at) => new Date(at).toLocaleString([], { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  const when = (visits) => (visits.length === 1 ? day(visits[0]) : `${visits.length} times, last ${day(visits.at(-1))}`);
  const spoken = (way, from, to) => (way.kind === "button" ? `Button ${way.label}, from ${from} to ${to}, for ${way.who.join(", ") || "nobody"}` : `${way.label}: from ${from} to ${to} ${way.kind === "timer" ? "by a timer" : "by itself"}`);

  function reach(element, line) {
    return { tabindex: 0, role: box.dataset.table ? "link" : "img", "data-element": element, "data-line": line };
  }

  function tell(group, title, sentences, line) {
    const show = () => {
      const head = document.createElement("strong");
      head.textContent = title;
      const parts = [head, ` ${sentences.filter(Boolean).join(" ")}`];
      for (const one of of(group)) {
        const problem = document.createElement("span");
        problem.className = `diagram-problem ${one.severity}`;
        problem.textContent = one.message;
        parts.push(problem);
      }
      if (box.dataset.textView) {
        const link = document.createElement("a");
        link.href = box.dataset.textView.replace("{line}", line);
        link.textContent = `Line ${line} of the text`;
        parts.push(" ", link);
      }
      details.replaceChildren(...parts);
    };
    group.addEventListener("pointerenter", show);
    group.addEventListener("focus", show);
    const go = () => {
      if (!box.dataset.table) return show();
      location.assign(box.dataset.table.replace("{element}", group.dataset.element.replace("/", "-")));
    };
    group.addEventListener("click", () => { if (!moved) go(); });
    group.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      go();
    });
  }

  function rounded(points) {
    let d = `M${points[0].x},${points[0].y}`;
    for (let at = 1; at < points.length; at += 1) {
      const [before, here, after] = [points[at - 1], points[at], points[at + 1]];
      if (!after) d += ` L${here.x},${here.y}`;
      else {
        const radius = Math.min(7, Math.hypot(here.x - before.x, here.y - before.y) / 2, Math.hypot(after.x - here.x, after.y - here.y) / 2);
        const towards = (from, to) => {
          const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
          return `${from.x + ((to.x - from.x) / length) * radius},${from.y + ((to.y - from.y) / length) * radius}`;
        };
        d += ` L${towards(here, before)} Q${here.x},${here.y} ${towards(here, after)}`;
      }
    }
    return d;
  }

  // Problems and paths

  const of = (group) => problems.filter((one) => one.severity !== "info" && one.element === group.dataset.element);

  function colour() {
    for (const group of paper.querySelectorAll("[data-element]")) {
      const found = of(group);
      const worst = found.some((one) => one.severity === "error") ? "error" : found.length ? "warning" : "";
      group.classList.toggle("has-error", worst === "error");
      group.classList.toggle("has-warning", worst === "warning");
      // A title, not an aria-label: the words of a way are no label of a field of the page.
      group.querySelector("title")?.remove();
      const words = found.map((one) => `${one.severity === "error" ? "Error" : "Warning"}: ${one.message}`);
      group.prepend(make("title", {}, [group.dataset.spoken, ...words].join(". ")));
    }
    paper.querySelectorAll(".step-number").forEach((one) => one.remove());
    const svg = paper.querySelector("svg");
    svg.classList.toggle("has-path", Boolean(path));
    svg.querySelectorAll(".on-path").forEach((one) => one.classList.remove("on-path"));
    for (const line of svg.querySelectorAll(".diagram-line")) point(line, line.classList.contains("taken"));
    bar.querySelector("[data-clear]").hidden = !path;
    if (!path) return;
    const steps = new Map();
    path.statuses.forEach((status, index) => {
      steps.set(status, [...(steps.get(status) ?? []), index + 1]);
      svg.querySelector(`[data-node="${CSS.escape(status)}"]`)?.classList.add("on-path");
      if (index === 0) return;
      const from = path.statuses[index - 1];
      const rule = path.rules[index];
      for (const one of svg.querySelectorAll(`[data-source="${CSS.escape(from)}"][data-target="${CSS.escape(status)}"]`)) {
        if (one.dataset.rule === undefined || one.dataset.rule === rule) one.classList.add("on-path");
        if (one.matches(".diagram-line.on-path")) point(one, true);
      }
    });
    for (const [status, places] of steps) {
      const node = svg.querySelector(`[data-node="${CSS.escape(status)}"]`);
      if (!node) continue;
      const words = places.join(", ");
      const width = 12 + words.length * 7;
      const right = Number(node.querySelector("rect").getAttribute("width"));
      node.append(make("g", { class: "step-number" }, make("rect", { x: right - width + 6, y: -9, width, height: 18, rx: 9 }), make("text", { x: right - width / 2 + 6, y: 4, "text-anchor": "middle" }, words)));
    }
    svg.querySelector(".diagram-node.on-path")?.scrollIntoView({ block: "nearest", inline: "center" });
  }

  const point = (line, strong) => line.setAttribute("marker-end", `url(#arrow-${strong ? "strong" : "plain"}-${serial})`);

  document.addEventListener("workflow:checked", (event) => {
    if (!box.dataset.textView) return;
    problems = [...event.detail.problems, ...(event.detail.proved ?? [])];
    if (paper.querySelector("svg")) colour();
  });
  document.addEventListener("workflow:show", (event) => {
    if (!box.dataset.textView) return;
    event.preventDefault();
    path = event.detail;
    colour();
    box.scrollIntoView({ block: "start" });
    paper.focus({ preventScroll: true });
  });
  document.addEventListener("workflow:jump", (event) => {
    const found = paper.querySelector(`[data-element="${CSS.escape(event.detail.element ?? "")}"]`);
    if (!found || !box.dataset.textView) return;
    event.preventDefault();
    found.scrollIntoView({ block: "center", inline: "center" });
    found.focus();
  });

  // Size and moving

  function resize() {
    const svg = paper.querySelector("svg");
    if (!svg) return;
    const least = whole ? 0.15 : paper.clientWidth < 600 ? 0.65 : 0.4;
    if (fitted) size = Math.max(least, Math.min(1, (paper.clientWidth - 2) / area.width));
    svg.setAttribute("width", Math.round(area.width * size));
    svg.setAttribute("height", Math.round(area.height * size));
    if (fitted) paper.scrollLeft = area.middle * size - paper.clientWidth / 2; // where it begins
  }

  function zoom(step, about = null) {
    const at = about ?? { x: paper.clientWidth / 2, y: paper.clientHeight / 2 };
    const [x, y] = [(paper.scrollLeft + at.x) / size, (paper.scrollTop + at.y) / size];
    fitted = whole = step === 0;
    if (step > 0) size = SIZES.find((one) => one > size + 0.01) ?? size;
    if (step < 0) size = SIZES.findLast((one) => one < size - 0.01) ?? size;
    resize();
    paper.scrollTo(x * size - at.x, y * size - at.y);
  }

  bar.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button?.dataset.zoom) zoom({ in: 1, out: -1, fit: 0 }[button.dataset.zoom]);
    if (button && "clear" in button.dataset) {
      path = null;
      colour();
      paper.focus();
    }
    if (button && "download" in button.dataset) download();
  });
  paper.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { "+": 1, "=": 1, "-": -1, "−": -1, 0: 0 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    zoom(step);
  });
  paper.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    const edge = paper.getBoundingClientRect();
    zoom(event.deltaY < 0 ? 1 : -1, { x: event.clientX - edge.left, y: event.clientY - edge.top });
  }, { passive: false });

  let drag = null;
  let moved = false;
  paper.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "mouse" || event.button !== 0) return;
    moved = false;
    drag = { x: event.clientX, y: event.clientY, left: paper.scrollLeft, top: paper.scrollTop };
  });
  addEventListener("pointermove", (event) => {
    if (!drag) return;
    const [x, y] = [event.clientX - drag.x, event.clientY - drag.y];
    if (Math.abs(x) + Math.abs(y) > 4) moved = true;
    if (moved) paper.scrollTo(drag.left - x, drag.top - y);
  });
  addEventListener("pointerup", () => {
    drag = null;
    setTimeout(() => { moved = false; });
  });
  new ResizeObserver(() => { if (fitted) resize(); }).observe(paper);
  rows.querySelector("summary").addEventListener("click", () => { rows.dataset.touched = "yes"; });

  // A file for printing: our light colours written into it, so that it needs nothing of this page.

  function download() {
    const copy = paper.querySelector("svg").cloneNode(true);
    const probe = document.createElement("span");
    probe.style.colorScheme = "light";
    probe.hidden = true;
    document.body.append(probe);
    const found = TOKENS.map((name) => {
      probe.style.color = `var(--${name})`;
      return `--${name}:${getComputedStyle(probe).color}`;
    });
    probe.remove();
    const rules = [...document.styleSheets].flatMap((sheet) => layered(sheet.cssRules)).filter((rule) => rule.includes(".diagram-svg"));
    const style = make("style");
    style.textContent = `svg{${found.join(";")};--font:Inter,Arial,sans-serif;background:#fff}\n${rules.join("\n")}`;
    copy.prepend(style);
    copy.setAttribute("xmlns", SVG);
    copy.setAttribute("width", area.width);
    copy.setAttribute("height", area.height);
    for (const one of copy.querySelectorAll("[tabindex]")) one.removeAttribute("tabindex");
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([new XMLSerializer().serializeToString(copy)], { type: "image/svg+xml" }));
    link.download = `${box.dataset.name}.svg`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  function layered(list) {
    return [...list].flatMap((rule) => {
      if (rule.selectorText) return [rule.cssText];
      if (rule instanceof CSSLayerBlockRule) return layered(rule.cssRules);
      return [];
    });
  }

  await document.fonts.ready;
  await draw();
  try {
    const asked = JSON.parse(sessionStorage.getItem("fieldwright:show"));
    if (asked && box.dataset.textView) {
      sessionStorage.removeItem("fieldwright:show");
      path = asked;
      colour();
    }
  } catch {
    // No storage, so no story was asked for.
  }
}
