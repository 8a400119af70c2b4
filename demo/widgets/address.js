// The page's address: it names what is shown, and hides the teacher's key.

const SILENT = 60_000; // ms without a word of a training at work, after which its connection counts as dead
const LOOK = 5_000; // ms between two looks

// The address finds a training again, after a reload or on another device; whoever has it has the training.
export function keepRun(token) {
  const address = new URL(location.href);
  address.searchParams.set("run", token);
  if (token) history.replaceState(history.state, "", address);
}

export function runOfAddress() {
  return new URLSearchParams(location.search).get("run") || "";
}

// A laptop that slept, or a phone in another network, would wait for ever on a connection that is dead: the page is
// loaded anew, and finds its training by the address.
export function mindRun() {
  let told = "";
  let heard = Date.now();
  const look = async () => {
    const status = document.getElementById("status"); // there once its tab was opened
    const words = status?.textContent || "";
    if (words !== told) heard = Date.now();
    told = words;
    const bar = status?.querySelector("progress");
    if (!bar || bar.value >= bar.max || document.hidden || Date.now() - heard < SILENT) return;
    heard = Date.now(); // asks again only later
    const answer = await fetch(location.href, { cache: "no-store" }).catch(() => null);
    if (answer?.ok) location.reload();
  };
  setInterval(look, LOOK);
  addEventListener("online", look);
  document.addEventListener("visibilitychange", look);
}

// The built-in picture that is shown, and how; nothing of the first screen, and of pictures of a visitor's own.
export function keepPicture(written) {
  const address = new URL(location.href);
  if (written) address.searchParams.set("denoise", written);
  else address.searchParams.delete("denoise");
  history.replaceState(history.state, "", address);
}

let elsewhere = false; // whether another tab than the first has been open

// Only a tab that a person chooses: the first one opens by itself, before the one of the address, even if somebody
// clicks meanwhile.
export function keepTab(name) {
  const address = new URL(location.href);
  const named = address.searchParams.has("tab");
  elsewhere ||= name !== "denoise";
  if (!elsewhere || !navigator.userActivation.isActive || (name === "denoise" && !named)) return;
  address.searchParams.set("tab", name);
  history.replaceState(history.state, "", address);
}

// Browsers let a page write to the clipboard only where it came by https, or from the same machine.
export async function copyLink() {
  try {
    await navigator.clipboard.writeText(location.href);
    return "Link copied";
  } catch {
    prompt("Copy this link", location.href);
    return "Copy link";
  }
}

export function hideKey() {
  const address = new URL(location.href);
  if (!address.searchParams.has("key")) return;
  address.searchParams.delete("key");
  history.replaceState(history.state, "", address);
}
