// The figures of a row: their pictures and texts.

import { make, write } from "./nodes.js";

const number = (value, digits) => value.toFixed(digits).replace("-", "−");
const psnrText = (panel) => panel.psnr_text || (panel.psnr == null ? "" : `${number(panel.psnr, 2)} dB`);

// The gain in PSNR of the denoised picture over the noisy one of its row.
function gainText(panel, noisy) {
  if (panel.role !== "denoised" || !noisy || panel.psnr == null || noisy.psnr == null) return "";
  const gain = panel.psnr - noisy.psnr;
  return `${gain < 0 ? "" : "+"}${number(gain, 1)} dB`;
}

export function newFigure(grid) {
  const node = make(grid, "figure");
  const stage = make(node, "div", "stage");
  const image = make(stage, "img", "", { decoding: "sync", draggable: "false" });
  const lens = make(stage, "div", "lens");
  const caption = make(node, "figcaption");
  const texts = { title: make(caption, "div", "title") };
  for (const names of [
    ["psnr", "gain"],
    ["ssim", "note"],
  ]) {
    const line = make(caption, "div", "line");
    for (const name of names) texts[name] = make(line, "span", name);
  }
  return { node, stage, image, lens, texts, panel: null };
}

export function fillFigure(figure, panel, name, noisy) {
  figure.panel = panel;
  figure.node.dataset.role = panel.role;
  if (panel.psnr == null) delete figure.node.dataset.psnr;
  else figure.node.dataset.psnr = panel.psnr;
  const psnr = psnrText(panel);
  write(figure.texts.title, panel.title);
  write(figure.texts.psnr, psnr);
  write(figure.texts.gain, gainText(panel, noisy));
  write(figure.texts.ssim, panel.ssim == null ? "" : `SSIM ${number(panel.ssim, 3)}`);
  write(figure.texts.note, panel.note || "");
  const image = figure.image;
  image.alt = `${panel.title} picture${name ? ` of ${name}` : ""}${psnr ? `, ${psnr}` : ""}`;
  image.width = panel.width;
  image.height = panel.height;
  if (image.getAttribute("src") !== panel.src) image.src = panel.src;
}
