// The last part: what is on the screen, and how it follows the value.

const rows = []; // as shown; each keeps its nodes while its pictures change
const view = { mode: "side", right: "denoised", zoom: 4 };
const PATIENCE = 4000; // ms that new pictures may take to load before they are shown piece by piece

// A row of radio buttons that looks like one switch.
function choice(parent, label, options, chosen, act) {
  const group = make(parent, "div", "choice", { role: "radiogroup", "aria-label": label });
  for (const [value, text] of options) {
    const option = make(group, "label");
    const input = make(option, "input", "", { type: "radio", name: `${element.id} ${label}`, value });
    input.checked = value === chosen;
    make(option, "span").textContent = text;
    input.addEventListener("change", () => act(value));
  }
  return group;
}

const root = element.querySelector(".n2n-panels");
const compact = root.classList.contains("compact"); // many small pictures at once: no switches, a row is one line
const bar = make(root, "div", "bar");
const modes = [["side", "side by side"], ["wipe", "before / after"]];
const modeChoice = choice(bar, "View", modes, view.mode, (mode) => {
  view.mode = mode;
  arrange();
});
const rightChoice = make(bar, "label", "right");
make(rightChoice, "span").textContent = "compare with";
const rightSelect = make(rightChoice, "select");
rightSelect.addEventListener("change", () => {
  view.right = rightSelect.value;
  arrange();
});
const zooms = [[0, "off"], [1, "1×"], [2, "2×"], [4, "4×"], [8, "8×"]];
const zoomLabel = make(bar, "span", "zoom");
zoomLabel.textContent = "loupe";
const zoomChoice = choice(zoomLabel, "Loupe", zooms, view.zoom, (zoom) => {
  view.zoom = zoom;
  for (const row of rows) hideLoupe(row);
});
const empty = make(root, "p", "empty");

function newRow() {
  const section = make(root, "div", "row");
  const name = make(section, "p", "name");
  const grid = make(section, "div", "grid", { tabindex: 0, role: "group" });
  const row = { section, name, grid, figures: [], wiping: false };
  addLoupe(row);
  addDivider(row);
  grid.addEventListener("click", pointAt);
  grid.addEventListener("keydown", (event) => event.key === "Enter" && pick(...row.spot));
  return row;
}

// Says which place of a picture a person chose, x and y from 0 (left, top) to 1, where somebody asks for places.
function pick(x, y) {
  if ((props.value || {}).picks) trigger("select", { x: 100 * clamp(x, 0, 1), y: 100 * clamp(y, 0, 1) });
}

function pointAt(event) {
  const stage = event.target.closest(".stage");
  if (!stage) return;
  const shown = stage.getBoundingClientRect();
  pick((event.clientX - shown.left) / shown.width, (event.clientY - shown.top) / shown.height);
}

function fillRow(row, data) {
  write(row.name, data.name || "");
  while (row.figures.length > data.panels.length) row.figures.pop().node.remove();
  while (row.figures.length < data.panels.length) row.figures.push(newFigure(row.grid));
  const noisy = data.panels.find((panel) => panel.role === "noisy");
  data.panels.forEach((panel, index) => fillFigure(row.figures[index], panel, data.name, noisy));
}

function fillBar() {
  const sides = rightSides();
  const can = rows.some((row) => byRole(row, "noisy") && byRole(row, "denoised"));
  if (!sides.has(view.right)) view.right = "denoised";
  bar.hidden = compact || rows.length === 0;
  modeChoice.hidden = !can;
  rightChoice.hidden = !can || view.mode !== "wipe" || sides.size < 2;
  zoomLabel.hidden = can && view.mode === "wipe";
  const options = [...sides].map(([role, title]) => new Option(title, role, false, role === view.right));
  const same = (option, index) => option.isEqualNode(rightSelect.options[index]);
  if (options.length !== rightSelect.length || !options.every(same)) rightSelect.replaceChildren(...options);
  rightSelect.value = view.right;
}

function arrangeRow(row) {
  chooseSides(row);
  row.grid.dataset.view = row.wiping ? "wipe" : "side";
  const chooses = (props.value || {}).picks ? ", Enter chooses its place" : "";
  const help = row.wiping ? "" : `; the arrow keys move the loupe, with Shift by one pixel, Escape hides it${chooses}`;
  row.grid.setAttribute("aria-label", `${row.name.textContent || "Pictures"}${help}`);
  row.grid.tabIndex = row.wiping ? -1 : 0;
  const room = row.section.clientWidth;
  if (!room || !row.figures.length) return; // in a tab that is not open; the observer calls again
  const peers = compact ? rows : [row]; // many small pictures have one scale and one width, to be compared
  const { gap, least } = measures(row);
  const longest = Math.max(...peers.map((peer) => peer.figures.length));
  const count = row.wiping ? 1 : columnsFor(room, longest, least, gap);
  const column = Math.floor((room - gap * (count - 1)) / count);
  const panels = peers.flatMap((peer) => peer.figures.map((figure) => figure.panel));
  const tallest = Math.max(240, window.innerHeight / 2); // pictures and captions on one screen
  const scale = scaleFor(panels, column, tallest);
  const widest = Math.max(...panels.map((panel) => Math.floor(scale * panel.width)));
  row.grid.style.setProperty("--columns", count);
  row.grid.style.setProperty("--column", `${Math.max(widest, Math.min(column, 150))}px`);
  for (const { stage, panel } of row.figures) {
    stage.style.width = `${row.wiping ? widest : Math.floor(scale * panel.width)}px`;
    stage.classList.toggle("pixels", Number.isInteger(scale));
  }
  row.divider.surface.style.width = `${widest}px`;
  if (row.grid.classList.contains("magnified")) showLoupe(row);
}

// CSS pixels: between two panels, and the least width of one.
function measures(row) {
  const style = getComputedStyle(row.grid);
  return { gap: parseFloat(style.columnGap) || 0, least: parseFloat(style.getPropertyValue("--least")) };
}

// A line of many small pictures is as wide as its captions need.
function arrangeRows() {
  if (compact && rows.length) {
    const { gap, least } = measures(rows[0]);
    const longest = Math.max(...rows.map((row) => row.figures.length));
    root.style.setProperty("--line", `${longest * (least + gap) - gap}px`);
  }
  rows.forEach(arrangeRow);
}

function arrange() {
  fillBar();
  arrangeRows();
}

function apply(value) {
  const list = value.rows || [];
  write(empty, list.length ? "" : value.empty || "");
  while (rows.length > list.length) rows.pop().section.remove();
  while (rows.length < list.length) rows.push(newRow());
  list.forEach((data, index) => fillRow(rows[index], data));
  arrange();
}

// Loads what is new before anything changes, so that pictures and numbers change together.
function loaded(value) {
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

let waiting = null; // only the latest value waits: a slow line shows fewer, never none
let busy = false;

async function show() {
  waiting = props.value || {};
  if (busy) return;
  busy = true;
  try {
    while (waiting) {
      const value = waiting;
      waiting = null;
      await loaded(value);
      apply(value);
    }
  } finally {
    busy = false;
  }
}

watch("value", show);
new ResizeObserver(arrangeRows).observe(root);
show();
