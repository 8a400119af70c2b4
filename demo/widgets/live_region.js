// Words that screen readers read out when they change. The element stays while its content comes and goes, without which
// most of them say nothing; while work goes on they wait for its end, or they would read a sentence every second.

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
