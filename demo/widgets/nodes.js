// How nodes of the page are made and written.

export function make(parent, tag, className = "", attributes = {}) {
  const node = document.createElement(tag);
  node.className = className;
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  parent.append(node);
  return node;
}

// Texts come from file names and the like: never anything but textContent.
export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
  node.hidden = text === "";
}
