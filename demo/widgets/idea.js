// The strip that tells the idea: a recorded training that plays by itself until somebody pauses it, or folds it away.

const FLICKER = 400; // ms that each noisy shot is seen
const LEAD = 1600; // ms before the net begins to learn
const PACE = 2.5; // recorded seconds in one second
const REST = 6000; // ms at the end, before it begins again
const TICK = 100; // ms
const FOLDED = "n2n-folded"; // the key under which it is remembered, and the class of the page

function remember(folded) {
  try {
    localStorage.setItem(FOLDED, folded ? "yes" : "");
  } catch {
    // where nothing may be kept, it is folded until the page is left
  }
}

export function start({ element, props, trigger }) {
  const find = (selector) => element.querySelector(selector);
  const [strip, pause, fold, reason, why] = [".idea", ".pause", ".fold", ".reason", ".why"].map(find);
  const [shots, result] = [".shots", ".result"].map((name) => find(name));
  const end = props.moments.at(-1)[0];
  const whole = LEAD + (1000 * end) / PACE;
  const sheet = new Image();
  let [time, playing, drawn] = [0, !matchMedia("(prefers-reduced-motion: reduce)").matches, ""];
  if (!playing) time = whole;

  function draw(canvas, place) {
    const { width, height } = canvas;
    canvas.getContext("2d").drawImage(sheet, 0, place * height, width, height, 0, 0, width, height);
  }

  function show() {
    const seconds = Math.min(end, Math.max(0, ((time - LEAD) / 1000) * PACE));
    const place = props.moments.findLastIndex(([from]) => from <= seconds);
    const shot = playing ? Math.floor(time / FLICKER) % props.shots : 0;
    const [, step, psnr] = props.moments[place];
    find(".seconds").textContent = `${seconds.toFixed(1)} s`;
    find(".step").textContent = ` · step ${step}`;
    strip.style.setProperty("--done", `${(100 * seconds) / end}%`);
    strip.classList.toggle("learning", playing && seconds > 0 && seconds < end);
    if (drawn === `${shot} ${place}`) return;
    drawn = `${shot} ${place}`;
    draw(shots, shot);
    draw(result, props.shots + place);
    find(".psnr").textContent = `${psnr.toFixed(1)} dB`;
  }

  function play(on) {
    playing = on;
    pause.textContent = on ? "Pause" : "Play";
    if (on && time >= whole) time = 0;
    show();
  }

  function setFolded(folded) {
    document.documentElement.classList.toggle(FOLDED, folded);
    fold.textContent = folded ? "Show how" : "Hide";
    fold.setAttribute("aria-expanded", !folded);
    if (folded) setWhy(false);
  }

  function setWhy(open) {
    why.hidden = !open;
    reason.setAttribute("aria-expanded", open);
  }

  setFolded(document.documentElement.classList.contains(FOLDED));
  fold.addEventListener("click", () => {
    setFolded(!document.documentElement.classList.contains(FOLDED));
    remember(document.documentElement.classList.contains(FOLDED));
  });
  reason.addEventListener("click", () => setWhy(why.hidden));
  pause.addEventListener("click", () => play(!playing));
  find(".teach").addEventListener("click", () => trigger("submit"));
  sheet.addEventListener("load", () => {
    play(playing);
    setInterval(() => {
      if (!playing || document.hidden || !shots.checkVisibility()) return;
      time = time + TICK < whole + REST ? time + TICK : 0;
      show();
    }, TICK);
  });
  sheet.src = new URL(props.sheet, document.baseURI);
}
