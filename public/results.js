// Reads the charts and the correlation heat map of the results page to people, by pointer, touch
// and keyboard. The numbers come from the tables of the page, which also works without this
// script.

const inRange = (at, last) => Math.min(Math.max(at, 0), last);
const dateWords = (iso) => new Date(`${iso}T00:00Z`).toLocaleDateString('en-US', { timeZone: 'UTC', dateStyle: 'medium' });

// The form of a line is `M0 500l1-3 1 5`: the start of each part, then how much lower each next
// day is.
const heightsOf = (line) => {
  const heights = [];
  for (const part of line.getAttribute('d').split('M').slice(1)) {
    let [at, height, ...steps] = part.match(/-?\d+/g).map(Number);
    heights[at] = height;
    for (let step = 1; step < steps.length; step += 2) heights[at += 1] = height += steps[step];
  }
  return heights;
};

for (const chart of document.querySelectorAll('[data-columns]')) {
  const { table, columns, prefix } = chart.dataset;
  const rows = [...document.querySelectorAll(`#${table} tbody tr`)].reverse();
  const area = chart.querySelector('.area');
  const svg = area.firstElementChild;
  const { x, width } = svg.viewBox.baseVal;
  const last = x + width;
  if (rows.length !== last + 1) continue;
  const lines = [...svg.querySelectorAll('.series')].map(heightsOf);
  const items = [...chart.querySelector('.legend').children];
  const [cross, dots] = svg.querySelectorAll('.cross, .dots');

  // An invisible slider has the keyboard and the words for screen readers.
  const slider = document.createElement('input');
  Object.assign(slider, { type: 'range', min: 0, max: last, value: last });
  slider.setAttribute('aria-label', `${svg.querySelector('title').textContent}, by day`);
  area.append(slider);

  const show = (at) => {
    const cells = rows[at].cells;
    items[0].textContent = dateWords(cells[0].textContent);
    columns.split(' ').forEach((column, line) => {
      items[line + 1].querySelector('b').textContent = cells[column].textContent.replace(/^[-−]?(?=\d)/, (sign) => sign + prefix);
    });
    cross.setAttribute('d', `M${at} 0V1000`);
    dots.setAttribute('d', lines.map((line) => (at in line ? `M${at} ${line[at]}h0` : '')).join(''));
    slider.value = at;
    slider.setAttribute('aria-valuetext', items.map((item) => item.textContent.trim()).join(', '));
  };
  const showAt = (event) => {
    const box = svg.getBoundingClientRect();
    show(inRange(Math.round(x + ((event.clientX - box.left) / box.width) * width), last));
  };
  show(last);
  slider.addEventListener('input', () => show(slider.valueAsNumber));
  slider.addEventListener('keydown', (event) => {
    // A month has about 21 trading days.
    const step = { PageUp: 21, PageDown: -21 }[event.key];
    if (!step) return;
    event.preventDefault();
    show(inRange(slider.valueAsNumber + step, last));
  });
  slider.addEventListener('blur', () => show(last));
  area.addEventListener('pointermove', showAt);
  area.addEventListener('pointerdown', (event) => {
    showAt(event);
    slider.focus({ preventScroll: true });
  });
  // Otherwise, the browser would move the focus from the slider to the page.
  area.addEventListener('mousedown', (event) => event.preventDefault());
  area.addEventListener('pointerleave', () => { if (document.activeElement !== slider) show(last); });
}

for (const table of document.querySelectorAll('table[data-readout]')) {
  const names = [...table.tHead.rows[0].cells].map((cell) => cell.textContent);
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
  const show = (event) => {
    const cell = event.target.closest('tbody td');
    if (!cell) return;
    const [row, column] = [cell.parentNode.cells[0], table.tHead.rows[0].cells[cell.cellIndex]];
    readout.textContent = `${row.textContent} and ${names[cell.cellIndex]}: ${cell.textContent}`;
    table.querySelectorAll('.at').forEach((heading) => heading.classList.remove('at'));
    [row, column].forEach((heading) => heading.classList.add('at'));
  };
  // On a touch screen, a tap is a `pointerover` as well.
  for (const event of ['focusin', 'pointerover']) table.addEventListener(event, show);
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
    current.tabIndex = -1;
    current = rows[inRange(to[0], last)][inRange(to[1], last)];
    current.tabIndex = 0;
    current.focus();
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
