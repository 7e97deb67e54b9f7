// Keyboard navigation for the correlation heat map on the results page. Arrow keys move between
// cells, and a line above the map shows the selected pair. The page also works without this script.
for (const table of document.querySelectorAll('table[data-readout]')) {
  const rows = [...table.tBodies[0].rows].map((row) => [...row.cells].slice(1));
  const readout = document.createElement('output');
  readout.className = 'readout';
  // The line above the map is not a live region, because screen readers already read the focused
  // cell with its row and column headers.
  readout.setAttribute('aria-live', 'off');
  readout.textContent = 'Hover or use the arrow keys to compare a pair.';
  table.closest('.scroll').before(readout);
  table.setAttribute('role', 'grid');
  table.setAttribute('aria-readonly', 'true');

  let current = rows[0][0];
  current.tabIndex = 0;
  const show = (cell) => { readout.textContent = cell.dataset.pair; };
  const moveTo = (row, column) => {
    current.tabIndex = -1;
    current = rows[row][column];
    current.tabIndex = 0;
    current.focus();
  };
  for (const cell of rows.flat()) {
    // The line above the map replaces the tooltips of the cells.
    cell.dataset.pair = cell.title;
    cell.removeAttribute('title');
  }
  table.addEventListener('focusin', (event) => { if (event.target.dataset.pair) show(event.target); });
  table.addEventListener('pointerover', (event) => {
    const cell = event.target.closest('td[data-pair]');
    if (cell) show(cell);
  });
  table.addEventListener('keydown', (event) => {
    const row = rows.findIndex((cells) => cells.includes(event.target));
    if (row < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    const column = rows[row].indexOf(event.target);
    const last = rows.length - 1;
    const to = {
      ArrowUp: [row - 1, column], ArrowDown: [row + 1, column], ArrowLeft: [row, column - 1], ArrowRight: [row, column + 1],
      Home: [row, 0], End: [row, last], PageUp: [0, column], PageDown: [last, column],
    }[event.key];
    if (!to) return;
    event.preventDefault();
    moveTo(...to.map((index) => Math.min(Math.max(index, 0), last)));
  });
}

// The contents: marks the section that is being read, and closes the list on narrow windows once a
// link in it is followed, because it would cover the section.
const contents = document.querySelector('.contents');
if (contents) {
  const links = [...contents.querySelectorAll('a')];
  const targets = [...new Set(links.map((link) => link.hash.slice(1)))].map((id) => document.getElementById(id)).filter(Boolean);
  const list = contents.querySelector('details');
  contents.addEventListener('click', (event) => { if (event.target.closest('a')) list.open = false; });
  const mark = () => {
    // The section that is being read is the last one that starts in the upper third of the window.
    const begun = targets.filter((target) => target.getBoundingClientRect().top < window.innerHeight / 3);
    const current = `#${(begun.at(-1) ?? targets[0])?.id}`;
    for (const link of links) {
      if (link.hash === current) link.setAttribute('aria-current', 'true'); else link.removeAttribute('aria-current');
    }
  };
  let isWaiting = false;
  addEventListener('scroll', () => {
    if (isWaiting) return;
    isWaiting = true;
    requestAnimationFrame(() => { isWaiting = false; mark(); });
  }, { passive: true });
  mark();
}
