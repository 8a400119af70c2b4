// Places in a picture: x and y from 0 (left, top) to 1 (right, bottom).

export const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

// The place of a pointer in a node; below 0 or above 1 outside of it.
export function placeOf(event, node) {
  const shown = node.getBoundingClientRect();
  return [(event.clientX - shown.left) / shown.width, (event.clientY - shown.top) / shown.height];
}
