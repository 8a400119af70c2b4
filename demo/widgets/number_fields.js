// Enter in a number's field acts at once, as leaving it does; leaving it then, or unchanged, does nothing.

const isNumber = (node) => node.matches?.("input[type=number]");

export function actOnEnter() {
  const acted = new WeakMap(); // field → the value that was acted on
  document.addEventListener("focus", ({ target }) => isNumber(target) && acted.set(target, target.value), true);
  document.addEventListener(
    "blur",
    (event) => {
      if (isNumber(event.target) && acted.get(event.target) === event.target.value) event.stopPropagation();
    },
    true,
  );
  document.addEventListener("keydown", ({ key, target }) => {
    if (key !== "Enter" || !isNumber(target)) return;
    target.blur();
    target.focus();
  });
}
