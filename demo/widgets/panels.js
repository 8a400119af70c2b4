// Rows of pictures: what is on the screen, and how it follows the component's value.

import { addLoupe, hideLoupe, showLoupe } from "./loupe.js";
import { make, write } from "./nodes.js";
import { fillFigure, newFigure } from "./pictures.js";
import { clamp, placeOf } from "./places.js";
import { lineWidth, sizeRow } from "./sizes.js";
import { addSwitches, fillSwitches } from "./switches.js";
import { addDivider, chooseSides } from "./wipe.js";

const PATIENCE = 4000; // ms that new pictures may take to load before they are shown piece by piece

class Panels {
  view = { mode: "side", right: "denoised", zoom: 4 };
  rows = []; // each keeps its nodes while its pictures change
  waiting = null; // only the latest value waits: a slow network shows fewer, never none
  busy = false;

  constructor({ element, props, trigger }) {
    this.props = props;
    this.trigger = trigger;
    this.root = element.querySelector(".n2n-panels");
    this.compact = this.root.classList.contains("compact"); // many small pictures: no switches, a row is one line
    if (!this.compact) this.switches = addSwitches(this.root, element.id, this.view, (set) => this.change(set));
    this.empty = make(this.root, "p", "empty");
  }

  async show() {
    this.waiting = this.props.value || {};
    if (this.busy) return;
    this.busy = true;
    try {
      while (this.waiting) {
        const value = this.waiting;
        this.waiting = null;
        await loaded(value, this.rows);
        this.apply(value);
      }
    } finally {
      this.busy = false;
    }
  }

  apply(value) {
    const list = value.rows || [];
    write(this.empty, list.length ? "" : value.empty || "");
    while (this.rows.length > list.length) this.rows.pop().section.remove();
    while (this.rows.length < list.length) this.rows.push(this.newRow());
    list.forEach((data, index) => {
      fillRow(this.rows[index], data);
    });
    this.arrange();
  }

  newRow() {
    const section = make(this.root, "div", "row");
    const name = make(section, "p", "name");
    const grid = make(section, "div", "grid", { tabindex: 0, role: "group" });
    const row = { section, name, grid, view: this.view, figures: [], wiping: false };
    addLoupe(row);
    addDivider(row);
    grid.addEventListener("click", (event) => {
      const stage = event.target.closest(".stage");
      if (stage) this.pick(placeOf(event, stage));
    });
    grid.addEventListener("keydown", (event) => event.key === "Enter" && this.pick(row.spot));
    return row;
  }

  // Reports the place of a picture that a person chose, in percent, where the value asks for one.
  pick([x, y]) {
    if (this.props.value?.picks) this.trigger("select", { x: 100 * clamp(x, 0, 1), y: 100 * clamp(y, 0, 1) });
  }

  change(set) {
    Object.assign(this.view, set);
    this.rows.forEach(hideLoupe);
    this.arrange();
  }

  arrange() {
    if (this.switches) fillSwitches(this.switches, this.view, this.rows);
    this.arrangeRows();
  }

  arrangeRows() {
    if (this.compact && this.rows.length) this.root.style.setProperty("--line", `${lineWidth(this.rows)}px`);
    for (const row of this.rows) {
      chooseSides(row);
      describe(row, this.props.value?.picks);
      sizeRow(row, this.compact ? this.rows : [row]);
      if (row.grid.classList.contains("magnified")) showLoupe(row);
    }
  }
}

function fillRow(row, data) {
  write(row.name, data.name || "");
  while (row.figures.length > data.panels.length) row.figures.pop().node.remove();
  while (row.figures.length < data.panels.length) row.figures.push(newFigure(row.grid));
  const noisy = data.panels.find((panel) => panel.role === "noisy");
  data.panels.forEach((panel, index) => {
    fillFigure(row.figures[index], panel, data.name, noisy);
  });
}

// Describes a row and its keys to a screen reader.
function describe(row, picks) {
  const chooses = picks ? ", Enter chooses its place" : "";
  const help = row.wiping ? "" : `; the arrow keys move the loupe, with Shift by one pixel, Escape hides it${chooses}`;
  row.grid.dataset.view = row.wiping ? "wipe" : "side";
  row.grid.setAttribute("aria-label", `${row.name.textContent || "Pictures"}${help}`);
  row.grid.tabIndex = row.wiping ? -1 : 0;
}

// Loads what is new before anything changes, so that pictures and numbers change together.
function loaded(value, rows) {
  const shown = new Set(rows.flatMap((row) => row.figures.map((figure) => figure.panel.src)));
  const fresh = (value.rows || []).flatMap((row) => row.panels).filter((panel) => !shown.has(panel.src));
  if (!shown.size || !fresh.length) return Promise.resolve();
  const pictures = fresh.map((panel) => {
    const picture = new Image();
    picture.src = panel.src;
    return picture.decode().then(() => picture);
  });
  return Promise.race([Promise.allSettled(pictures), new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
}

export function start(component) {
  const panels = new Panels(component);
  component.watch("value", () => panels.show());
  new ResizeObserver(() => panels.arrangeRows()).observe(panels.root);
  panels.show();
}
