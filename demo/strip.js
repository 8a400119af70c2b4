// Builds the strip once, then follows the value.

const root = element.querySelector(".n2n-strip");
const inputs = new Map();

function follow() {
  const chosen = props.choices.find(([key]) => key === props.value);
  for (const [key, input] of inputs) input.checked = key === props.value;
  line.textContent = chosen && chosen[3] ? `${chosen[1]} — ${chosen[3]}` : "";
}

const list = make(root, "div", "list", { role: "radiogroup", "aria-label": props.label });
for (const [key, label, thumbnail, credit] of props.choices) {
  const option = make(list, "label", "option", { title: credit ? `${label} — ${credit}` : label });
  const input = make(option, "input", "", { type: "radio", name: `${element.id} sample`, value: key });
  make(option, "img", "", { src: thumbnail, alt: "", width: 72, height: 72, draggable: "false" });
  make(option, "span").textContent = label;
  inputs.set(key, input);
  input.addEventListener("change", () => {
    props.value = key;
    follow();
    trigger("input");
  });
}
const line = make(root, "p", "credit", { "aria-live": "polite" });

watch("value", follow);
follow();
