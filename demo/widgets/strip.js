// Thumbnails as one group of radio buttons: built once, then it follows the component's value.

import { make } from "./nodes.js";

export function start({ element, props, trigger, watch }) {
  const root = element.querySelector(".n2n-strip");
  const list = make(root, "div", "list", { role: "radiogroup", "aria-label": props.label });
  const credit = make(root, "p", "credit", { "aria-live": "polite" });
  const inputs = new Map(props.choices.map((choice) => [choice[0], addOption(list, `${element.id} sample`, choice)]));

  function follow() {
    const chosen = props.choices.find(([key]) => key === props.value);
    for (const [key, input] of inputs) input.checked = key === props.value;
    credit.textContent = chosen?.[3] ? `${chosen[1]} — ${chosen[3]}` : "";
  }

  for (const [key, input] of inputs)
    input.addEventListener("change", () => {
      props.value = key;
      follow();
      trigger("input");
    });
  watch("value", follow);
  follow();
}

function addOption(list, group, [key, label, thumbnail, credit]) {
  const option = make(list, "label", "option", { title: credit ? `${label} — ${credit}` : label });
  const input = make(option, "input", "", { type: "radio", name: group, value: key });
  make(option, "img", "", { src: thumbnail, alt: "", width: 72, height: 72, draggable: "false" });
  make(option, "span").textContent = label;
  return input;
}
