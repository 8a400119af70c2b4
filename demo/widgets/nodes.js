// Makes nodes of the page and writes their texts.

export function make(parent, tag, className = "", attributes = {}) {
  const node = document.createElement(tag);
  node.className = className;
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  parent.append(node);
  return node;
}

// Texts come from file names and the like, so they are only ever set as textContent.
export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
  node.hidden = text === "";
}
