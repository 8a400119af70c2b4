// The first part of a function(element, trigger, props, server, upload, watch): how nodes are made.
"use strict";

function make(parent, tag, className = "", attributes = {}) {
  const node = document.createElement(tag);
  node.className = className;
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  parent.append(node);
  return node;
}

// Texts come from file names and the like: never anything but textContent.
function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
  node.hidden = text === "";
}
