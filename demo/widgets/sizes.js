// The sizes at which pictures are shown, in CSS pixels: all pictures of a row have one scale.

const SMALL = 128; // pixels; up to here a picture is enlarged by whole factors, its pixels seen as squares
const CAPTION = 150; // the least width of a column that has room for more

// The gap between two figures, and the least width of a figure.
function measures(row) {
  const style = getComputedStyle(row.grid);
  return { gap: parseFloat(style.columnGap) || 0, least: parseFloat(style.getPropertyValue("--least")) };
}

// The number of figures in a line, so that all lines are equally full and captions have room; at least two, since noisy
// and denoised belong together.
function columnsFor(room, count, least, gap) {
  const most = Math.max(2, Math.floor((room + gap) / (least + gap)));
  return Math.ceil(count / Math.ceil(count / most));
}

// CSS pixels for each pixel of a picture.
function scaleFor(pictures, column, tallest) {
  const width = Math.max(...pictures.map((picture) => picture.width));
  const height = Math.max(...pictures.map((picture) => picture.height));
  const small = Math.max(width, height) <= SMALL;
  const scale = Math.min(column / width, tallest / height, small ? 8 : 2);
  return small && scale > 1 ? Math.floor(scale) : scale;
}

// Sizes a row; it shares one scale and one width with its peers. Does nothing in a tab that is not open.
export function sizeRow(row, peers) {
  const room = row.section.clientWidth;
  if (!room || !row.figures.length) return;
  const { gap, least } = measures(row);
  const longest = Math.max(...peers.map((peer) => peer.figures.length));
  const count = row.wiping ? 1 : columnsFor(room, longest, least, gap);
  const column = Math.floor((room - gap * (count - 1)) / count);
  const pictures = peers.flatMap((peer) => peer.figures.map((figure) => figure.panel));
  const tallest = Math.max(240, window.innerHeight / 2); // pictures and captions on one screen
  const scale = scaleFor(pictures, column, tallest);
  const widest = Math.max(...pictures.map((picture) => Math.floor(scale * picture.width)));
  row.grid.style.setProperty("--columns", count);
  row.grid.style.setProperty("--column", `${Math.max(widest, Math.min(column, CAPTION))}px`);
  for (const { stage, panel } of row.figures) {
    stage.style.width = `${row.wiping ? widest : Math.floor(scale * panel.width)}px`;
    stage.classList.toggle("pixels", Number.isInteger(scale));
  }
  row.divider.surface.style.width = `${widest}px`;
}

// The width of a line of small pictures: as much as their captions need.
export function lineWidth(rows) {
  const { gap, least } = measures(rows[0]);
  const longest = Math.max(...rows.map((row) => row.figures.length));
  return longest * (least + gap) - gap;
}
