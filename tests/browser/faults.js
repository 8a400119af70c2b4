// What is wrong with how a page looks just now, each fault as a sentence: words over words, words cut off, words under
// an icon, a page wider than its window, a picture that is missing or narrower than its place.
() => {
  const found = [];
  const box = (node) => node.getBoundingClientRect();
  const seen = (node) => node.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const hides = (style, axis) => style[`overflow${axis}`] !== "visible";
  const scrolls = (style, axis) => ["auto", "scroll"].includes(style[`overflow${axis}`]);
  const short = (text) => text.trim().replace(/\s+/g, " ").slice(0, 50);

  // What is left of a rectangle inside all that cuts it off; `cut` where words are lost for good.
  function inside(node, rectangle) {
    let { left, right, top, bottom } = rectangle;
    let cut = false;
    for (let outer = node; outer && outer !== document.body; outer = outer.parentElement) {
      const style = getComputedStyle(outer);
      const around = box(outer);
      if (style.display === "inline" || style.display === "contents") continue;
      if (hides(style, "X")) {
        if (!scrolls(style, "X")) cut ||= right > around.right + 1.5 || left < around.left - 1.5;
        [left, right] = [Math.max(left, around.left), Math.min(right, around.right)];
      }
      if (hides(style, "Y")) {
        if (!scrolls(style, "Y")) cut ||= bottom > around.bottom + 4 || top < around.top - 4;
        [top, bottom] = [Math.max(top, around.top), Math.min(bottom, around.bottom)];
      }
      if (style.position === "fixed") break;
    }
    return { left, right, top, bottom, cut };
  }

  const words = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (
      !node.data.trim() ||
      parent.closest("script, style, option, .file-preview, .sr-only, .visually-hidden") ||
      !seen(parent)
    )
      continue;
    if (box(parent).width < 3) continue; // only read aloud
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const word of node.data.matchAll(/[a-z]{2,}/gi)) {
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      const tops = [...range.getClientRects()].map((each) => Math.round(each.top));
      if (Math.max(...tops) - Math.min(...tops) > 4 && !parent.closest("code, pre, .name, textarea"))
        found.push(`broken: ${word[0]}`);
    }
    range.selectNodeContents(node);
    for (const rectangle of range.getClientRects()) {
      const left = inside(parent, rectangle);
      if (left.cut) found.push(`cut off: ${short(node.data)}`);
      if (left.right - left.left > 1 && left.bottom - left.top > 1) words.push({ ...left, node, parent });
    }
  }
  const over = (one, other) =>
    Math.min(one.right, other.right) - Math.max(one.left, other.left) > 1.5 &&
    Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 4;
  words.forEach((one, place) => {
    for (const other of words.slice(0, place))
      if (one.node !== other.node && over(one, other))
        found.push(`${short(other.node.data)} | over | ${short(one.node.data)}`);
  });

  const icons = [...document.querySelectorAll("button, a")].filter((node) => seen(node) && !node.innerText.trim());
  for (const icon of icons)
    for (const word of words)
      if (!icon.contains(word.parent) && !word.parent.contains(icon) && box(icon).width < 60 && over(box(icon), word))
        found.push(`under an icon: ${short(word.node.data)}`);
  const buttons = [...document.querySelectorAll("button, [role=tab]")].filter(
    (node) => seen(node) && box(node).width > 2,
  );
  buttons.forEach((one, place) => {
    for (const other of buttons.slice(0, place))
      if (
        !one.contains(other) &&
        !other.contains(one) &&
        over(box(one), box(other)) &&
        !one.closest(".upload-container")
      )
        found.push(
          `a button over another: ${short(one.innerText || one.title)} and ${short(other.innerText || other.title)}`,
        );
  });

  const wide = document.documentElement.scrollWidth;
  if (wide > innerWidth) found.push(`the page is ${wide} pixels wide in a window of ${innerWidth}`);
  for (const image of [...document.querySelectorAll("img:not(footer img)")].filter(seen)) {
    const place = image.closest(".stage") || image.parentElement;
    if (!image.complete || !image.naturalWidth) found.push(`a missing picture: ${image.alt || image.src.slice(-40)}`);
    else if (box(image).width < Math.min(place.clientWidth, 520) - 3) found.push(`a narrow picture: ${image.alt}`);
  }
  for (const svg of [...document.querySelectorAll(".n2n-curves > div > svg")].filter(seen))
    if (box(svg).width < box(svg.parentElement).width - 3)
      found.push(`a narrow figure: ${svg.getAttribute("aria-label")}`);
  return [...new Set(found)];
};
