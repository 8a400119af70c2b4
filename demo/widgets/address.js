// The page's address: it names the training that is shown, and hides the teacher's key.

// The address finds a training again, after a reload or on another device; whoever has it has the training.
export function keepRun(token) {
  const address = new URL(location.href);
  address.searchParams.set("run", token);
  if (token) history.replaceState(history.state, "", address);
}

export function runOfAddress() {
  return new URLSearchParams(location.search).get("run") || "";
}

export function hideKey() {
  const address = new URL(location.href);
  if (!address.searchParams.has("key")) return;
  address.searchParams.delete("key");
  history.replaceState(history.state, "", address);
}
