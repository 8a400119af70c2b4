// The page's address: it names what is shown, and hides the teacher's key.

// The address finds a training again, after a reload or on another device; whoever has it has the training.
export function keepRun(token) {
  const address = new URL(location.href);
  address.searchParams.set("run", token);
  if (token) history.replaceState(history.state, "", address);
}

export function runOfAddress() {
  return new URLSearchParams(location.search).get("run") || "";
}

// The built-in picture that is shown, and how; nothing of the first screen, and of pictures of a visitor's own.
export function keepPicture(written) {
  const address = new URL(location.href);
  if (written) address.searchParams.set("denoise", written);
  else address.searchParams.delete("denoise");
  history.replaceState(history.state, "", address);
}

// Only a tab that a person chooses: the first one opens by itself, before the one of the address.
export function keepTab(name) {
  const address = new URL(location.href);
  const named = address.searchParams.has("tab");
  if (!navigator.userActivation.isActive || (name === "denoise" && !named)) return;
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
