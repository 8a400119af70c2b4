// The switches above the rows: the view, the picture at the right of the divider, and the loupe.

import { make } from "./nodes.js";
import { byRole, rightSides } from "./wipe.js";

const MODES = [
  ["side", "side by side"],
  ["wipe", "before / after"],
];
const ZOOMS = [
  [0, "off"],
  [1, "1×"],
  [2, "2×"],
  [4, "4×"],
  [8, "8×"],
];

// A row of radio buttons that looks like one switch; `name` is unique in the page.
function addChoice(parent, name, label, options, chosen, act) {
  const group = make(parent, "div", "choice", { role: "radiogroup", "aria-label": label });
  for (const [value, text] of options) {
    const option = make(group, "label");
    const input = make(option, "input", "", { type: "radio", name: `${name} ${label}`, value });
    input.checked = value === chosen;
    make(option, "span").textContent = text;
    input.addEventListener("change", () => act(value));
  }
  return group;
}

// Adds all switches; they call `change` with the part of `view` that a person has set.
export function addSwitches(root, name, view, change) {
  const bar = make(root, "div", "bar");
  const mode = addChoice(bar, name, "View", MODES, view.mode, (mode) => change({ mode }));
  const right = make(bar, "label", "right");
  make(right, "span").textContent = "compare with";
  const select = make(right, "select");
  select.addEventListener("change", () => change({ right: select.value }));
  const loupe = make(bar, "span", "zoom");
  loupe.textContent = "loupe";
  addChoice(loupe, name, "Loupe", ZOOMS, view.zoom, (zoom) => change({ zoom }));
  return { bar, mode, right, select, loupe };
}

// Offers the pictures that the rows have; a right side that none of them has becomes the denoised one.
export function fillSwitches({ bar, mode, right, select, loupe }, view, rows) {
  const sides = rightSides(rows);
  const can = rows.some((row) => byRole(row, "noisy") && byRole(row, "denoised"));
  if (!sides.has(view.right)) view.right = "denoised";
  bar.hidden = rows.length === 0;
  mode.hidden = !can;
  right.hidden = !can || view.mode !== "wipe" || sides.size < 2;
  loupe.hidden = can && view.mode === "wipe";
  const options = [...sides].map(([role, title]) => new Option(title, role, false, role === view.right));
  const same = (option, index) => option.isEqualNode(select.options[index]);
  if (options.length !== select.length || !options.every(same)) select.replaceChildren(...options);
  select.value = view.right;
}
