// The viewer: pictures side by side, or two in one place, wiped or flipped; enlarged and moved as one, down to single
// pixels. Places are x and y from 0 (left, top) to 1 (right, bottom).

import { make, write } from "./nodes.js";

const PATIENCE = 4000; // ms that new pictures may take to load before they are shown piece by piece
const QUIET = 300; // ms without a change until the view is written into the address, or a page counts as at rest
const LARGEST = 64; // CSS pixels for a pixel of a picture, at most
const SCALES = [0.25, 0.5, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, LARGEST]; // of the buttons and keys
const MODES = { side: "side by side", wipe: "wipe", flip: "flip" };
const CONTRASTS = { stretched: "stretched", plain: "as it is" };
const LOUPES = [0, 1, 2, 4, 8];
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const THUMB = 140; // CSS pixels: the width of a picture where many are shown small
const LEAST_THUMB = 80; // the same where a row would not fit on one line

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const number = (value, digits) => value.toFixed(digits).replace("-", "−");
const byRole = (row, role) => row.figures.find((figure) => figure.panel.role === role);
const shownSource = (panel, view) => (view.contrast === "stretched" && panel.stretched) || panel.src;

// The place of a pointer in a node; below 0 or above 1 outside of it.
function placeOf({ clientX, clientY }, node) {
  const { left, top, width, height } = node.getBoundingClientRect();
  return [(clientX - left) / width, (clientY - top) / height];
}

// --- the view, the address

// The view that the address keeps for a viewer, if any.
function viewOfAddress(name) {
  const [of, mode, zoom, x, y, left, right, cut] = (new URLSearchParams(location.search).get("view") || "").split("_");
  if (of !== name || !(mode in MODES)) return {};
  const numbers = { zoom, x, y, cut };
  const known = Object.entries(numbers).filter(([, text]) => text && Number.isFinite(Number(text)));
  return { mode, left, right, ...Object.fromEntries(known.map(([key, text]) => [key, Number(text)])) };
}

// One viewer's view is in the address: the one that was changed last.
function keepView(name, { mode, zoom, x, y, left, right, cut }, first) {
  const address = new URL(location.href);
  const usual = mode === first && zoom === 1;
  if (usual && !address.searchParams.get("view")?.startsWith(`${name}_`)) return;
  const parts = [name, mode, +zoom.toFixed(3), +x.toFixed(4), +y.toFixed(4), left, right, Math.round(cut)];
  if (usual) address.searchParams.delete("view");
  else address.searchParams.set("view", parts.join("_"));
  history.replaceState(history.state, "", address);
}

// --- figures

const psnrText = (panel) => panel.psnr_text || (panel.psnr == null ? "" : `${number(panel.psnr, 2)} dB`);

// The gain in PSNR of the denoised picture over the noisy one of its row.
function gainText(panel, noisy) {
  if (panel.role !== "denoised" || !noisy || panel.psnr == null || noisy.psnr == null) return "";
  const gain = panel.psnr - noisy.psnr;
  return `${gain < 0 ? "" : "+"}${number(gain, 1)} dB`;
}

function newFigure(grid) {
  const node = make(grid, "figure");
  const stage = make(node, "div", "stage");
  const image = make(stage, "img", "", { decoding: "sync", draggable: "false" });
  const lens = make(stage, "div", "lens");
  const caption = make(node, "figcaption");
  const bar = make(caption, "div", "scale", { role: "img" });
  const ramp = make(bar, "div", "ramp");
  const ticks = make(bar, "div", "ticks");
  const texts = { title: make(caption, "div", "title") };
  for (const names of [
    ["psnr", "gain"],
    ["ssim", "note"],
  ]) {
    const line = make(caption, "div", "line");
    for (const name of names) texts[name] = make(line, "span", name);
  }
  return { node, stage, image, lens, bar, ramp, ticks, texts, panel: null };
}

function fillFigure(figure, panel, name, noisy, view) {
  figure.panel = panel;
  figure.node.dataset.role = panel.role;
  if (panel.psnr == null) delete figure.node.dataset.psnr;
  else figure.node.dataset.psnr = panel.psnr;
  const psnr = psnrText(panel);
  write(figure.texts.title, panel.title);
  write(figure.texts.psnr, psnr);
  write(figure.texts.gain, gainText(panel, noisy));
  write(figure.texts.ssim, panel.ssim == null ? "" : `SSIM ${number(panel.ssim, 3)}`);
  write(figure.texts.note, panel.note || "");
  fillScale(figure, panel.scale);
  const image = figure.image;
  image.alt = `${panel.title} picture${name ? ` of ${name}` : ""}${psnr ? `, ${psnr}` : ""}`;
  image.width = panel.width;
  image.height = panel.height;
  showSource(figure, view);
}

function showSource({ image, panel }, view) {
  const source = shownSource(panel, view);
  if (image.getAttribute("src") !== source) image.src = source;
}

// The bar of a colour map: its colours, and what some of them stand for.
function fillScale({ bar, ramp, ticks }, scale) {
  bar.hidden = !scale;
  if (!scale) return;
  ramp.style.background = `linear-gradient(to right, ${scale.colours.join()})`;
  const texts = [...scale.ticks, scale.unit];
  while (ticks.childElementCount > texts.length) ticks.lastChild.remove();
  while (ticks.childElementCount < texts.length) make(ticks, "span");
  texts.forEach((text, place) => {
    write(ticks.children[place], text);
  });
  bar.setAttribute("aria-label", `Colours from ${scale.ticks.join(" to ")} ${scale.unit}`);
}

// --- sizes

// The least width of a picture where several stand side by side; on a phone each has the whole width.
function leastWidth(room) {
  if (innerWidth < 640) return room;
  if (document.body.classList.contains("n2n-projector")) return 200;
  return innerWidth >= 1900 ? 600 : innerWidth >= 1400 ? 420 : 260;
}

// Sizes a row, all its pictures by one scale. Does nothing in a tab that is not open.
function sizeRow(row, compact) {
  const figures = row.figures;
  const gap = parseFloat(getComputedStyle(row.grid).columnGap) || 0;
  const whole = row.section.parentNode.clientWidth;
  const room = compact ? Math.min(whole, figures.length * (THUMB + gap)) : whole;
  if (!room || !figures.length || row.section.hidden) return;
  const least = compact ? clamp(room / figures.length - gap, LEAST_THUMB, THUMB) : leastWidth(room);
  const most = Math.max(1, Math.floor((room + gap + 1) / (least + gap)));
  const width = Math.max(...figures.map((figure) => figure.panel.width));
  const height = Math.max(...figures.map((figure) => figure.panel.height));
  const wide = (columns) => Math.floor((room - gap * (columns - 1)) / columns);
  const even = Math.ceil(figures.length / Math.ceil(figures.length / most)); // all lines equally full
  const low = (wide(even) * height) / width < 0.6 * innerHeight; // more than one line is seen
  const count = row.single ? 1 : low ? even : Math.min(most, figures.length);
  const column = wide(count);
  const tallest = row.single ? Math.max(300, 0.68 * innerHeight) : Math.max(0.8 * innerHeight, 1.5 * column);
  const scale = Math.min(column / width, tallest / height);
  row.scale = scale;
  row.grid.style.setProperty("--columns", count);
  row.grid.style.setProperty("--column", `${Math.max(Math.floor(scale * width), Math.min(column, THUMB))}px`);
  for (const { stage, panel } of figures)
    stage.style.width = `${Math.floor(scale * (row.single ? width : panel.width))}px`;
  row.divider.surface.style.width = `${Math.floor(scale * width)}px`;
}

// --- loupe

function moveLens(figure, x, y, zoom) {
  const { width, height } = figure.panel;
  const shown = figure.stage.getBoundingClientRect();
  const factor = zoom * Math.max(1, Math.floor(shown.width / width)); // of what is enlarged already, that much more
  const least = Math.min(shown.width, shown.height);
  const side = Math.min(clamp(0.6 * least, 96, 192), least);
  const count = Math.max(1, Math.min(Math.floor(side / factor), width, height)); // pixels in view, across and down
  const first = (place, length) => clamp(Math.floor(place * length) - Math.floor(count / 2), 0, length - count);
  const corner = (place, length) =>
    Math.round(clamp(place * length - (count * factor) / 2, 0, length - count * factor));
  Object.assign(figure.lens.style, {
    width: `${count * factor}px`,
    height: `${count * factor}px`,
    left: `${corner(x, shown.width)}px`,
    top: `${corner(y, shown.height)}px`,
    backgroundImage: `url(${JSON.stringify(figure.image.src)})`,
    backgroundSize: `${width * factor}px ${height * factor}px`,
    backgroundPosition: `${-first(x, width) * factor}px ${-first(y, height) * factor}px`,
  });
}

// Loads what is new before anything changes, so that pictures and numbers change together.
function loaded(value, rows, view) {
  const shown = new Set(rows.flatMap((row) => row.figures.map((figure) => figure.image.getAttribute("src"))));
  const fresh = (value.rows || []).flatMap((row) => row.panels.map((panel) => shownSource(panel, view)));
  const pictures = fresh.filter((source) => !shown.has(source));
  if (!shown.size || !pictures.length) return Promise.resolve();
  const decoded = pictures.map((source) => {
    const picture = new Image();
    picture.src = source;
    return picture.decode().then(() => picture);
  });
  return Promise.race([Promise.allSettled(decoded), new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
}

// A row of radio buttons that looks like one switch; `name` is unique in the page.
function addChoice(parent, name, label, options, act) {
  const group = make(parent, "div", "choice", { role: "radiogroup", "aria-label": label });
  for (const [value, text] of Object.entries(options)) {
    const option = make(group, "label");
    const input = make(option, "input", "", { type: "radio", name: `${name} ${label}`, value });
    make(option, "span").textContent = text;
    input.addEventListener("change", () => act(value));
  }
  return group;
}

function check(group, value) {
  for (const input of group.querySelectorAll("input")) input.checked = input.value === String(value);
}

function addSelect(parent, label, act) {
  const select = make(parent, "select", "", { "aria-label": label });
  select.addEventListener("change", () => act(select.value));
  return select;
}

function fillSelect(select, options, chosen) {
  const wanted = options.map(([value, text]) => new Option(text, value));
  const same = (option, place) => option.isEqualNode(select.options[place]);
  if (wanted.length !== select.length || !wanted.every(same)) select.replaceChildren(...wanted);
  select.value = chosen;
}

// --- viewer

class Viewer {
  rows = []; // each keeps its nodes while its pictures change
  chosen = 0; // the row that is shown where only one is
  waiting = null; // only the latest value waits: a slow network shows fewer, never none
  busy = false;
  scrolled = 0; // when the page was scrolled last

  constructor({ element, props, trigger }) {
    Object.assign(this, {
      props,
      trigger,
      name: (element.closest(".block[id]") || element).id,
      root: element.querySelector(".n2n-viewer"),
    });
    this.first = this.root.dataset.mode;
    this.of = this.root.dataset.of; // the viewer whose region this is
    this.view = { mode: this.first, left: "", right: "", face: "right", cut: 50, zoom: 1, x: 0.5, y: 0.5 };
    Object.assign(this.view, { loupe: 4, contrast: "stretched" }, viewOfAddress(this.name));
    this.chosenMode = "mode" in viewOfAddress(this.name);
    this.compact = this.root.classList.contains("compact");
    this.addBar();
    this.empty = make(this.root, "p", "empty");
    this.said = make(this.root, "p", "said");
    if (this.of) document.addEventListener("n2n-look", ({ detail }) => detail.name === this.of && this.follow(detail));
    addEventListener("scroll", () => (this.scrolled = performance.now()), { passive: true });
  }

  addBar() {
    const bar = make(this.root, "div", "bar");
    this.mode = addChoice(bar, this.name, "View", MODES, (mode) => {
      this.chosenMode = true;
      this.change({ mode });
    });
    this.sides = make(bar, "span", "sides");
    this.left = addSelect(this.sides, "Left picture", (left) => this.change({ left }));
    this.right = addSelect(this.sides, "Right picture", (right) => this.change({ right }));
    this.contrast = make(bar, "span", "named");
    this.contrast.textContent = "contrast";
    this.contrasts = addChoice(this.contrast, this.name, "Contrast", CONTRASTS, (contrast) =>
      this.change({ contrast }),
    );
    const loupe = make(bar, "label", "named end");
    loupe.textContent = "loupe";
    this.loupe = addSelect(loupe, "Loupe", (size) => this.change({ loupe: Number(size) }));
    fillSelect(
      this.loupe,
      LOUPES.map((size) => [size, size ? `${size}×` : "off"]),
      this.view.loupe,
    );
    const zoom = make(bar, "div", "choice", { role: "group", "aria-label": "Zoom" });
    const buttons = [
      ["−", "Smaller", () => this.step(-1)],
      ["", "Fit", () => this.zoomTo(1)],
      ["+", "Larger", () => this.step(1)],
    ];
    [this.smaller, this.fit, this.larger] = buttons.map(([text, label, act]) => {
      const button = make(zoom, "button", "", { type: "button", "aria-label": label });
      button.textContent = text;
      button.addEventListener("click", act);
      return button;
    });
    this.bar = bar;
    this.list = make(this.root, "div", "rows", { role: "radiogroup", "aria-label": "Picture" });
  }

  async show() {
    this.waiting = this.props.value || {};
    if (this.busy) return;
    this.busy = true;
    try {
      while (this.waiting) {
        const value = this.waiting;
        this.waiting = null;
        await loaded(value, this.rows, this.view);
        this.apply(value);
      }
    } finally {
      this.busy = false;
    }
  }

  apply(value) {
    const list = value.rows || [];
    if (!this.chosenMode) this.view.mode = value.flips && innerWidth < 640 ? "flip" : this.first;
    write(this.empty, list.length ? "" : value.empty || "");
    while (this.rows.length > list.length) this.rows.pop().section.remove();
    while (this.rows.length < list.length) this.rows.push(this.newRow());
    list.forEach((data, place) => {
      this.fillRow(this.rows[place], data);
    });
    this.arrange();
  }

  newRow() {
    const section = make(this.root, "div", "row");
    this.root.append(this.said);
    const name = make(section, "p", "name");
    const grid = make(section, "div", "grid", { tabindex: 0, role: "group" });
    const row = { section, name, grid, figures: [], single: false, scale: 1, spot: [0.5, 0.5] };
    const surface = make(grid, "div", "divider");
    const range = make(surface, "input", "", { type: "range", min: 0, max: 100, step: "any" });
    make(surface, "div", "edge", { "aria-hidden": "true" });
    row.divider = { surface, range };
    // The range is for the keyboard; on some phones it can be dragged by its thumb only.
    range.addEventListener("input", () => this.moveDivider(range.valueAsNumber));
    this.addGestures(row);
    return row;
  }

  fillRow(row, data) {
    write(row.name, data.name || "");
    while (row.figures.length > data.panels.length) row.figures.pop().node.remove();
    while (row.figures.length < data.panels.length) row.figures.push(newFigure(row.grid));
    const noisy = data.panels.find((panel) => panel.role === "noisy");
    row.said = data.said || "";
    data.panels.forEach((panel, place) => {
      fillFigure(row.figures[place], panel, data.name, noisy, this.view);
    });
  }

  change(set) {
    Object.assign(this.view, set);
    for (const row of this.rows) {
      this.hideLoupe(row);
      for (const figure of row.figures) showSource(figure, this.view);
    }
    this.arrange();
    this.keep();
  }

  keep() {
    clearTimeout(this.keeping);
    if (!this.of) this.keeping = setTimeout(() => keepView(this.name, this.view, this.first), QUIET);
  }

  // Shows the place that was chosen in the other viewer.
  follow({ x, y, chosen }) {
    this.chosen = chosen;
    Object.assign(this.view, { x, y });
    this.arrange();
  }

  // --- what is where

  get shown() {
    return this.rows.filter((row) => !row.section.hidden);
  }

  arrange() {
    this.chosen = clamp(this.chosen, 0, Math.max(0, this.rows.length - 1));
    this.rows.forEach((row, place) => {
      row.section.hidden = !this.compact && place !== this.chosen;
    });
    this.listRows();
    this.fillBar();
    this.arrangeRows();
  }

  arrangeRows() {
    for (const row of this.rows) {
      this.chooseSides(row);
      this.describe(row);
      sizeRow(row, this.compact);
    }
    this.moveDivider(this.view.cut);
    this.look();
    for (const row of this.rows) if (row.grid.classList.contains("magnified")) this.showLoupe(row);
  }

  // Of several rows, one is chosen by its small picture.
  listRows() {
    const rows = this.compact || this.of || this.rows.length < 2 ? [] : this.rows;
    this.list.hidden = !rows.length;
    while (this.list.childElementCount > rows.length) this.list.lastChild.remove();
    while (this.list.childElementCount < rows.length) this.addThumb(this.list.childElementCount);
    rows.forEach((row, place) => {
      const [input, image, words] = this.list.children[place].children;
      const { panel } = byRole(row, "denoised") || row.figures[0];
      const source = shownSource(panel, this.view);
      input.checked = place === this.chosen;
      if (image.getAttribute("src") !== source) image.src = source;
      write(words, row.name.textContent || `${place + 1}`);
    });
  }

  addThumb(place) {
    const option = make(this.list, "label");
    const input = make(option, "input", "", { type: "radio", name: `${this.name} Picture`, value: place });
    make(option, "img", "", { alt: "", draggable: "false" });
    make(option, "span");
    input.addEventListener("change", () => {
      this.chosen = place;
      this.arrange();
      this.tell([this.view.x, this.view.y]);
    });
  }

  // The two that are compared in one place, or none where a row has not got two.
  chooseSides(row) {
    const { mode, face } = this.view;
    const [left, right] = this.chosenSides(row);
    row.single = mode !== "side" && Boolean(left && right && left !== right);
    for (const figure of row.figures)
      figure.node.dataset.side = !row.single ? "" : figure === left ? "left" : figure === right ? "right" : "";
    row.grid.dataset.view = row.single ? mode : "side";
    row.grid.dataset.face = face;
  }

  chosenSides(row) {
    const usual = this.props.value?.sides || ["noisy", "denoised"];
    const left = byRole(row, this.view.left) || byRole(row, usual[0]) || row.figures[0];
    const other = row.figures.find((figure) => figure !== left);
    const right = byRole(row, this.view.right) || byRole(row, usual[1]) || other;
    return [left, right === left ? other : right];
  }

  // Describes a row and its keys to a screen reader.
  describe(row) {
    const { mode } = this.view;
    const name = row.name.textContent;
    const more = this.props.value?.picks ? ", Enter chooses the middle of the loupe" : "";
    const help = "plus and minus enlarge, 0 fits, arrow keys move, with Shift by one pixel, Escape goes back";
    const flips = row.single && mode === "flip" ? ", Space flips" : more;
    row.grid.setAttribute("aria-label", `${name || "Pictures"}; ${help}${flips}`);
    row.grid.tabIndex = row.single && mode === "wipe" ? -1 : 0;
    if (!row.single) return;
    const titles = this.chosenSides(row).map((figure) => figure.panel.title);
    row.divider.range.setAttribute("aria-label", `Divider between ${titles.join(" and ")}${name ? `, ${name}` : ""}`);
  }

  fillBar() {
    const { mode, contrast } = this.view;
    const rows = this.shown;
    const figures = rows.flatMap((row) => row.figures);
    const titles = [...new Map(figures.map(({ panel }) => [panel.role, panel.title]))];
    const comparable = titles.length > 1;
    const deep = figures.some(({ panel }) => panel.stretched);
    this.bar.hidden = this.compact || this.of || !rows.length;
    this.mode.hidden = !comparable;
    this.sides.hidden = !comparable || mode === "side";
    this.contrast.hidden = !deep;
    this.loupe.parentNode.hidden = comparable && mode !== "side";
    check(this.mode, mode);
    check(this.contrasts, contrast);
    const said = rows.map((row) => row.said).find(Boolean) || "";
    write(this.said, deep && contrast === "stretched" ? said : "");
    if (!comparable || !rows.length) return;
    const [left, right] = this.chosenSides(rows[0]);
    fillSelect(this.left, titles, left.panel.role);
    fillSelect(this.right, titles, right?.panel.role);
  }

  flip() {
    this.change({ face: this.view.face === "left" ? "right" : "left" });
  }

  moveDivider(percent) {
    const cut = clamp(percent, 0, 100);
    if (cut !== this.view.cut) this.keep();
    this.view.cut = cut;
    this.root.style.setProperty("--cut", `${cut}%`);
    for (const { divider } of this.rows) {
      divider.range.value = cut;
      divider.range.setAttribute("aria-valuetext", `${Math.round(cut)} % from the left`);
    }
  }

  // --- zoom

  get scale() {
    return this.shown[0]?.scale || 1;
  }

  // The place in the picture of a place in its stage.
  inPicture([x, y]) {
    const { zoom, x: middle, y: centre } = this.view;
    return [middle + (x - 0.5) / zoom, centre + (y - 0.5) / zoom];
  }

  // What is at `place` of the stage stays there.
  zoomTo(zoom, place = [0.5, 0.5]) {
    const [x, y] = this.inPicture(place);
    const next = clamp(zoom, 1, Math.max(1, LARGEST / this.scale));
    Object.assign(this.view, { zoom: next, x: x - (place[0] - 0.5) / next, y: y - (place[1] - 0.5) / next });
    this.rows.forEach((row) => {
      this.hideLoupe(row);
    });
    this.look();
    this.keep();
  }

  // To the next whole number of screen pixels for a pixel, or back to where all of the picture is seen.
  step(direction, place) {
    const now = this.scale * this.view.zoom;
    const larger = SCALES.find((scale) => scale > now * 1.01) || LARGEST;
    const smaller = SCALES.findLast((scale) => scale < now * 0.99) || 0;
    this.zoomTo((direction > 0 ? larger : smaller) / this.scale, place);
  }

  pan(across, down) {
    this.view.x += across / this.view.zoom;
    this.view.y += down / this.view.zoom;
    this.look();
    this.keep();
  }

  // Brings the view onto the screen. A share of its own width is the same for pictures of any size.
  look() {
    const { view } = this;
    if (!this.shown.length) return;
    if (this.of) view.zoom = 1 / this.scale;
    this.root.classList.toggle("idle", Boolean(this.of) && this.scale >= 1); // all of it is seen that large already
    view.zoom = clamp(view.zoom, 1, Math.max(1, LARGEST / this.scale));
    const margin = 0.5 / view.zoom;
    view.x = clamp(view.x, margin, 1 - margin);
    view.y = clamp(view.y, margin, 1 - margin);
    const shift = (place) => `${100 * (0.5 - view.zoom * place)}%`;
    this.root.style.setProperty("--look", `translate(${shift(view.x)}, ${shift(view.y)}) scale(${view.zoom})`);
    this.root.classList.toggle("zoomed", view.zoom > 1);
    for (const row of this.shown) {
      const scale = row.scale * view.zoom;
      row.grid.classList.toggle("pixels", scale >= 3 || (scale > 1.5 && Number.isInteger(scale)));
    }
    write(this.fit, view.zoom > 1 ? `${Math.round(100 * this.scale * view.zoom)} %` : "fit");
    this.smaller.disabled = view.zoom <= 1;
    this.larger.disabled = this.scale * view.zoom >= LARGEST;
  }

  // --- pointers and keys

  addGestures(row) {
    const { grid } = row;
    const pointers = new Map(); // those that press, with their places on the screen
    let moved = 0; // CSS pixels since the first was pressed
    let dividing = false;
    const surface = (event) => event.target.closest(".stage, .divider");
    const spread = () => {
      const [one, other] = [...pointers.values()];
      return other ? Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY) : 0;
    };
    const release = (event) => {
      pointers.delete(event.pointerId);
      if (!pointers.size) dividing = false;
    };
    grid.addEventListener("pointerdown", (event) => {
      const stage = surface(event);
      if (!stage || event.button > 0) return;
      if (!pointers.size) moved = 0;
      pointers.set(event.pointerId, event);
      const [x] = placeOf(event, stage);
      const near = Math.abs(x - this.view.cut / 100) * stage.clientWidth < 24;
      dividing = grid.dataset.view === "wipe" && pointers.size === 1 && (this.view.zoom === 1 || near);
      if (dividing) this.moveDivider(100 * x);
      if (dividing || this.view.zoom > 1) stage.setPointerCapture(event.pointerId);
      else this.followPointer(row, event);
    });
    grid.addEventListener("pointermove", (event) => {
      const before = pointers.get(event.pointerId);
      const stage = surface(event);
      if (!before || !stage) return this.followPointer(row, event);
      const [x, y] = [event.clientX - before.clientX, event.clientY - before.clientY];
      moved += Math.hypot(x, y);
      const width = spread();
      pointers.set(event.pointerId, event);
      if (pointers.size > 1) this.zoomTo((this.view.zoom * spread()) / (width || 1), placeOf(event, stage));
      else if (dividing) this.moveDivider(100 * placeOf(event, stage)[0]);
      else if (this.view.zoom > 1) this.pan(-x / stage.clientWidth, -y / stage.clientHeight);
      else this.followPointer(row, event);
    });
    grid.addEventListener("pointerup", release);
    grid.addEventListener("pointercancel", (event) => {
      release(event);
      this.hideLoupe(row); // a finger that scrolls the page
    });
    grid.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && this.hideLoupe(row));
    grid.addEventListener("focus", () => grid.matches(":focus-visible") && this.showLoupe(row));
    grid.addEventListener("blur", () => this.hideLoupe(row));
    grid.addEventListener("click", (event) => {
      const stage = surface(event);
      if (!stage || moved > 6) return;
      if (grid.dataset.view === "flip") this.flip();
      else this.pick(this.inPicture(placeOf(event, stage)));
    });
    grid.addEventListener("dblclick", (event) => {
      const stage = surface(event);
      if (!stage || grid.dataset.view === "flip" || this.props.value?.picks) return;
      this.zoomTo(this.view.zoom > 1 ? 1 : 8 / row.scale, placeOf(event, stage));
    });
    grid.addEventListener("wheel", (event) => this.wheel(event, surface(event)), { passive: false });
    grid.addEventListener("keydown", (event) => this.key(row, event));
  }

  // The wheel enlarges; but a page that is being scrolled goes on, and so it does where all of a picture is seen.
  wheel(event, stage) {
    const scrolls = performance.now() - this.scrolled < QUIET && !event.ctrlKey;
    const outward = event.deltaY > 0 && this.view.zoom <= 1;
    if (!stage || this.compact || !event.deltaY || scrolls || (outward && !event.ctrlKey)) return;
    event.preventDefault();
    const lines = event.deltaMode ? 20 : 1; // pixels
    const speed = event.ctrlKey ? 0.01 : 0.002; // a pinch on a touchpad comes as a slow wheel with Ctrl
    this.zoomTo(this.view.zoom * Math.exp(-speed * clamp(lines * event.deltaY, -200, 200)), placeOf(event, stage));
  }

  key(row, event) {
    const { key, shiftKey } = event;
    if (event.ctrlKey || event.altKey || event.metaKey || this.compact) return;
    const arrow = ARROWS[key];
    const dividing = event.target === row.divider.range && !shiftKey;
    const view = row.grid.dataset.view;
    if (key === "+" || key === "=") this.step(1);
    else if (key === "-") this.step(-1);
    else if (key === "0") this.zoomTo(1);
    else if (key === "Escape") this.hideLoupe(row) || this.zoomTo(1);
    else if (key === " " && view === "flip") this.flip();
    else if (key === "Enter" && view !== "flip") this.pick(this.view.zoom > 1 ? [this.view.x, this.view.y] : row.spot);
    else if (arrow && !dividing && row.figures.length) this.arrow(row, arrow, shiftKey);
    else return;
    event.preventDefault();
  }

  arrow(row, [across, down], slow) {
    const { width, height } = row.figures[0].panel;
    const { zoom } = this.view;
    if (zoom > 1) this.pan(across * (slow ? zoom / width : 0.125), down * (slow ? zoom / height : 0.125));
    if (zoom > 1 || row.single || !this.view.loupe) return;
    const pixels = slow ? 1 : Math.max(1, Math.round(Math.min(width, height) / 32));
    const middle = (place, length) => (Math.min(Math.floor(place * length), length - 1) + 0.5) / length;
    this.showLoupe(row, [
      middle(row.spot[0], width) + (across * pixels) / width,
      middle(row.spot[1], height) + (down * pixels) / height,
    ]);
  }

  // Reports the place of a picture that a person chose, in percent, where the value asks for one.
  pick([x, y]) {
    this.tell([x, y]);
    if (this.props.value?.picks) this.trigger("select", { x: 100 * clamp(x, 0, 1), y: 100 * clamp(y, 0, 1) });
  }

  tell([x, y]) {
    document.dispatchEvent(new CustomEvent("n2n-look", { detail: { name: this.name, chosen: this.chosen, x, y } }));
  }

  // --- the loupe, where all of the pictures is seen

  followPointer(row, event) {
    const stage = event.target.closest(".stage");
    if (stage) this.showLoupe(row, placeOf(event, stage));
    else if (event.pointerType === "mouse") this.hideLoupe(row);
  }

  // Without a place it stays where it is, and shows the pictures that have changed beneath it.
  showLoupe(row, spot = row.spot) {
    row.spot = spot.map((place) => clamp(place, 0, 1));
    const visible = this.view.loupe > 0 && !row.single && this.view.zoom <= 1;
    row.grid.classList.toggle("magnified", visible);
    if (visible) for (const figure of row.figures) moveLens(figure, ...row.spot, this.view.loupe);
  }

  // Whether there was one to hide.
  hideLoupe(row) {
    const visible = row.grid.classList.contains("magnified");
    row.grid.classList.remove("magnified");
    return visible;
  }
}

export function start(component) {
  const viewer = new Viewer(component);
  component.watch("value", () => viewer.show());
  new ResizeObserver(() => viewer.arrangeRows()).observe(viewer.root);
  viewer.show();
}
