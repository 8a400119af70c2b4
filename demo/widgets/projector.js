// Large type for a projector, the controls folded away.

import { hideKey } from "./address.js";

// Returns the accordion around the controls.
export function project(large) {
  document.body.classList.toggle("n2n-projector", large);
  return { __type__: "update", open: !large };
}

// What a lesson's link asks for, but not on a phone; returns the checkbox, the accordion, and the timer.
export function arrive(wanted) {
  const large = wanted && matchMedia("(min-width: 641px) and (min-height: 481px)").matches;
  hideKey();
  const timer = wanted && !large ? { active: false } : {};
  return [large, project(large), { __type__: "update", ...timer }];
}

// A name of this browser, so that a page that is loaded again does not vote twice.
export function browserName() {
  const fresh = [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
  try {
    localStorage.setItem("n2n-voter", localStorage.getItem("n2n-voter") || fresh);
    return localStorage.getItem("n2n-voter");
  } catch {
    return fresh;
  }
}
