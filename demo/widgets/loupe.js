// One loupe over all panels of a row: a square that shows the same pixels in each, enlarged by a whole factor.

import { clamp, placeOf } from "./places.js";

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

// Without x and y the loupe stays where it is, and shows the pictures that have changed beneath it.
export function showLoupe(row, x = row.spot[0], y = row.spot[1]) {
  row.spot = [clamp(x, 0, 1), clamp(y, 0, 1)];
  const visible = row.view.zoom > 0 && !row.wiping;
  row.grid.classList.toggle("magnified", visible);
  if (visible) for (const figure of row.figures) moveLens(figure, ...row.spot, row.view.zoom);
}

export function hideLoupe(row) {
  row.grid.classList.remove("magnified");
}

function stepLoupe(row, event) {
  const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  if (event.key === "Escape") hideLoupe(row);
  if (!step || !row.figures.length || row.wiping || !row.view.zoom || event.ctrlKey || event.altKey || event.metaKey)
    return;
  event.preventDefault();
  const { width, height } = row.figures[0].panel;
  const pixels = event.shiftKey ? 1 : Math.max(1, Math.round(Math.min(width, height) / 32));
  const middle = (place, length) => (Math.min(Math.floor(place * length), length - 1) + 0.5) / length;
  showLoupe(
    row,
    middle(row.spot[0], width) + (step[0] * pixels) / width,
    middle(row.spot[1], height) + (step[1] * pixels) / height,
  );
}

function followPointer(row, event) {
  if (row.wiping) return;
  const stage = event.target.closest(".stage");
  if (stage) showLoupe(row, ...placeOf(event, stage));
  else if (event.pointerType === "mouse") hideLoupe(row);
}

export function addLoupe(row) {
  const { grid } = row;
  row.spot = [0.5, 0.5];
  grid.addEventListener("pointermove", (event) => followPointer(row, event));
  grid.addEventListener("pointerdown", (event) => followPointer(row, event));
  grid.addEventListener("pointercancel", () => hideLoupe(row)); // a finger that scrolls the page
  grid.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && hideLoupe(row));
  grid.addEventListener("focus", () => grid.matches(":focus-visible") && showLoupe(row));
  grid.addEventListener("blur", () => hideLoupe(row));
  grid.addEventListener("keydown", (event) => stepLoupe(row, event));
}
