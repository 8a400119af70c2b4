// Before / after: two pictures of a row in one place, and a divider between them.

import { make } from "./nodes.js";
import { clamp, placeOf } from "./places.js";

const NEVER_RIGHT = ["noisy", "error", "residual", "disagreement"]; // nobody wipes to these

export const byRole = (row, role) => row.figures.find((figure) => figure.panel.role === role);

// The pictures that may stand at the right of the divider: titles by role.
export function rightSides(rows) {
  const sides = new Map();
  for (const { panel } of rows.flatMap((row) => row.figures))
    if (!NEVER_RIGHT.includes(panel.role) && !sides.has(panel.role)) sides.set(panel.role, panel.title);
  return sides;
}

function moveDivider(row, percent) {
  const cut = clamp(percent, 0, 100);
  row.divider.range.value = cut;
  row.divider.range.setAttribute("aria-valuetext", `${Math.round(cut)} % from the left`);
  row.grid.style.setProperty("--cut", `${cut}%`);
}

export function addDivider(row) {
  const surface = make(row.grid, "div", "divider");
  const range = make(surface, "input", "", { type: "range", min: 0, max: 100, step: "any" });
  make(surface, "div", "edge", { "aria-hidden": "true" });
  row.divider = { surface, range };
  // The range is for the keyboard; on some phones it can be dragged by its thumb only.
  const drag = (event) => moveDivider(row, 100 * placeOf(event, surface)[0]);
  surface.addEventListener("pointerdown", (event) => {
    surface.setPointerCapture(event.pointerId);
    drag(event);
  });
  surface.addEventListener("pointermove", (event) => surface.hasPointerCapture(event.pointerId) && drag(event));
  range.addEventListener("input", () => moveDivider(row, range.valueAsNumber));
  moveDivider(row, 50);
}

// Chooses the two panels of a row that are wiped, or none where the row lacks one of them.
export function chooseSides(row) {
  const left = byRole(row, "noisy");
  const right = byRole(row, row.view.right) || byRole(row, "denoised");
  row.wiping = row.view.mode === "wipe" && Boolean(left && right);
  for (const figure of row.figures)
    figure.node.dataset.side = figure === left ? "left" : figure === right ? "right" : "";
  if (!row.wiping) return;
  const name = row.name.textContent;
  const titles = `${left.panel.title} and ${right.panel.title}`;
  row.divider.range.setAttribute("aria-label", `Divider between ${titles}${name ? `, ${name}` : ""}`);
}
