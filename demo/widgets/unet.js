// A U-Net drawn as it is: its levels from top to bottom, the skips between its two sides, and feature maps in each.

import { make, write } from "./nodes.js";

const TILE = 64; // pixels of a map in the file, and on its canvas
const GAP = 3;
const LINE = 24; // maps side by side where all of a stage are shown
const REACH = "#facc15";
const CHOSEN = "#0ea5e9";

export function start({ element, props, trigger, watch }) {
  const root = element.querySelector(".unet");
  let [built, figures, waiting, busy] = ["", new Map(), false, false];

  // Only the newest value waits, so that a slow computer shows fewer, never none.
  async function show() {
    waiting = true;
    if (busy) return;
    busy = true;
    while (waiting) {
      waiting = false;
      const net = props.value;
      const sheet = new Image();
      if (net) sheet.src = net.src;
      if (net) await sheet.decode().catch(() => {});
      build(net);
      if (net) fill(net, sheet);
    }
    busy = false;
  }

  // The nodes stay as long as it is the same net.
  function build(net) {
    const shape = net ? net.stages.map(({ name, shown }) => `${name} ${shown.length}`).join() : "";
    if (shape === built) return;
    built = shape;
    figures = new Map();
    root.replaceChildren();
    if (!net) return;
    const deepest = Math.max(...net.stages.map((stage) => stage.level));
    for (let level = 0; level <= deepest; level++) {
      const row = make(root, "div", level < deepest ? "level" : "level deepest");
      for (const rising of [false, true]) {
        const skip = rising && net.skips.find((each) => each.level === level);
        if (skip) make(row, "div", "skip").textContent = skip.words;
        const stages = net.stages.filter((stage) => stage.level === level && stage.rising === rising);
        const side = stages.length && make(row, "div", rising ? "side rising" : "side");
        for (const stage of stages) addFigure(side, stage.name);
      }
    }
    addFigure(root, "");
  }

  function addFigure(parent, key) {
    const figure = make(parent, "figure", key ? "" : "all");
    const canvas = make(figure, "canvas", "", { role: "img" });
    const caption = make(figure, "figcaption");
    const found = { figure, canvas, name: make(caption, "b"), words: make(caption, "span") };
    canvas.addEventListener("click", (event) => choose(found, event));
    figures.set(key, found);
  }

  function fill(net, sheet) {
    const chosen = net.stages.find((stage) => stage.name === net.chosen[0]);
    for (const stage of net.stages) fillStage(figures.get(stage.name), net, stage, sheet);
    const whole = { ...chosen, shown: net.all, first: net.all_first };
    fillStage(figures.get(""), net, whole, sheet);
  }

  function fillStage(found, net, stage, sheet) {
    const { canvas, figure } = found;
    const across = Math.min(stage.shown.length, innerWidth < 640 ? LINE / 3 : LINE);
    const size = (count) => count * (TILE + GAP) - GAP;
    canvas.width = size(across);
    canvas.height = size(Math.ceil(stage.shown.length / across));
    Object.assign(found, { stage, across });
    figure.classList.toggle("apart", !stage.reaches);
    const text = `${stage.shown.length < stage.maps ? "" : "all "}${stage.maps} maps, ${stage.side}×${stage.side}`;
    write(found.name, stage.name);
    write(found.words, text);
    canvas.setAttribute("aria-label", `${stage.name}, ${text}`);
    const pen = canvas.getContext("2d");
    stage.shown.forEach((map, place) => {
      const at = stage.first + place;
      const [x, y] = [(place % across) * (TILE + GAP), Math.floor(place / across) * (TILE + GAP)];
      const [left, top] = [(at % net.across) * TILE, Math.floor(at / net.across) * TILE];
      pen.drawImage(sheet, left, top, TILE, TILE, x, y, TILE, TILE);
      const own = stage.name === net.chosen[0];
      if (stage.reaches && (!own || map === net.chosen[1])) frame(pen, x, y, stage.reaches);
      if (own && map === net.chosen[1]) outline(pen, CHOSEN, 5, x + 1, y + 1, TILE - 2, TILE - 2);
    });
  }

  function frame(pen, x, y, reaches) {
    const [left, top, width, height] = reaches.map((percent) => (percent * TILE) / 100);
    outline(pen, REACH, 2.5, x + left + 1, y + top + 1, Math.max(2, width - 2), Math.max(2, height - 2));
  }

  function outline(pen, colour, thick, ...box) {
    pen.strokeStyle = colour;
    pen.lineWidth = thick;
    pen.strokeRect(...box);
  }

  function choose({ canvas, stage, across }, event) {
    const box = canvas.getBoundingClientRect();
    const step = TILE + GAP;
    const x = ((event.clientX - box.left) * canvas.width) / box.width;
    const y = ((event.clientY - box.top) * canvas.height) / box.height;
    const map = stage.shown[Math.floor(x / step) + across * Math.floor(y / step)];
    const percent = (place) => Math.min(99, (100 * (place % step)) / TILE);
    if (map !== undefined) trigger("select", { stage: stage.name, map: map + 1, x: percent(x), y: percent(y) });
  }

  watch("value", show);
  show();
}
