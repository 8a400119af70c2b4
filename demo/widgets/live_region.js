// Text that screen readers read out when it changes. The element stays while its content comes and goes, or most of them
// would say nothing; while work goes on it is marked as busy, or they would read a sentence every second.

export function start({ element, watch }) {
  element.setAttribute("role", "status");
  element.setAttribute("aria-live", "polite");

  function follow() {
    const bar = element.querySelector("progress");
    element.setAttribute("aria-busy", String(Boolean(bar) && bar.value < bar.max));
  }

  watch("value", follow);
  follow();
}
