// Replays a finished run on the live page in about eight seconds. The page loads this script at the
// first click on "Replay".
//
// The replay plays on a copy of the phases, the findings and the log, so that the true content of
// the page only has to be shown again afterward. All times come from the page itself; nothing is
// requested from the server.

/** How long a replay takes, in milliseconds. */
const LENGTH = 8_000;

/** Milliseconds between two steps, and for users who reduce motion. */
const STEP = 50;
const CALM_STEP = 1_000;

const page = document.querySelector('.live-page');
const button = document.getElementById('replay');
const reducedMotion = matchMedia('(prefers-reduced-motion: reduce)');

let running = null;

function element(name, properties = {}, ...children) {
  const created = Object.assign(document.createElement(name), properties);
  created.append(...children);
  return created;
}

const round = (number) => (number < 9.95 ? number.toFixed(1).replace('.0', '') : Math.round(number).toLocaleString('en-US'));

/** Says how much slower or faster than the run the replay is. */
function speed(total) {
  const factor = LENGTH / total;
  if (factor > 1.05) return `${round(factor)} times slower`;
  if (factor < 0.95) return `${round(1 / factor)} times faster`;
  return 'at its own speed';
}

/** Formats a duration like the rest of the page: "412 ms", "45s", "3m 24s" or "1h 2m 3s". */
function duration(ms) {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  const seconds = Math.floor(ms / 1_000);
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60];
  return `${hours > 0 ? `${hours}h ` : ''}${hours + minutes > 0 ? `${minutes}m ` : ''}${seconds % 60}s`;
}

/**
 * Returns a function that shows a phase as it was at a time, in milliseconds since the start. After
 * a restart of the server, the phase began again, so its first line of the log can be older.
 */
function phasePlayer(row, start, firstLine) {
  const at = (time) => (time ? Date.parse(time) - start : Infinity);
  const started = Math.min(at(row.dataset.startedAt), at(firstLine?.dateTime));
  const ended = at(row.dataset.endedAt);
  const [state, took] = ['.phase-state', '.phase-duration'].map((name) => row.querySelector(name));
  const note = row.querySelector('.phase-note');
  const arc = row.querySelector('.arc');
  const last = { name: row.className.replace(' watched', ''), state: state.textContent, took: took.textContent };
  let shown = null;
  return (now) => {
    const phase = now < started ? 'pending' : now < ended ? 'running' : 'over';
    if (phase === 'running') {
      took.textContent = duration(now - started);
      arc.setAttribute('stroke-dasharray', `${Math.round((now - started) / Math.max(ended - started, 1) * 100)} 100`);
    }
    if (phase === shown) return;
    // Like on the live page, a check draws itself only if its phase has been seen running.
    row.className = phase === 'over' ? `${last.name}${shown === null ? '' : ' watched'}` : `phase ${phase}`;
    if (phase === 'running') row.setAttribute('aria-current', 'step');
    else row.removeAttribute('aria-current');
    state.textContent = { pending: 'Pending', running: 'Running', over: last.state }[phase];
    if (phase === 'pending') took.textContent = '';
    if (phase === 'over') took.textContent = last.took;
    if (note) note.hidden = phase !== 'over';
    shown = phase;
  };
}

/** Returns a function that shows the elements whose time has come. */
function timedPlayer(elements, show) {
  elements.sort((a, b) => a.at - b.at);
  // Drawings have the attribute, but not the property of the same name.
  for (const { node } of elements) node.setAttribute('hidden', '');
  let next = 0;
  return (now) => {
    const first = next;
    for (; next < elements.length && elements[next].at <= now; next += 1) elements[next].node.removeAttribute('hidden');
    if (next > first) show?.();
  };
}

class Replay {
  constructor() {
    const start = Date.parse(page.dataset.startedAt);
    const columns = page.querySelector('.columns');
    const stage = page.querySelector('.stage');
    const copy = columns.cloneNode(true);
    const rows = [...copy.querySelectorAll('.phase')];
    const lines = [...copy.querySelectorAll('.log li:has(time)')].map((node) => ({ node, at: Date.parse(node.querySelector('time').dateTime) - start }));
    const found = [...copy.querySelectorAll('[data-at]')].map((node) => ({ node, at: Number(node.dataset.at) }));
    const ends = rows.filter((row) => row.dataset.endedAt).map((row) => Date.parse(row.dataset.endedAt) - start);
    this.total = [...ends, ...lines.map((line) => line.at)].reduce((last, at) => Math.max(last, at), 1);

    const firstLine = (row) => {
      const id = row.querySelector('.phase-log')?.hash?.slice(1);
      return id ? copy.querySelector(`[id="${id}"] time`) : null;
    };
    const phasePlayers = rows.map((row) => phasePlayer(row, start, firstLine(row)));

    // The copy repeats no id of the page. Its parts are still named by the hidden headings.
    copy.classList.add('replayed');
    for (const node of copy.querySelectorAll('[id]')) node.removeAttribute('id');

    const log = copy.querySelector('.log');
    this.players = [
      ...phasePlayers,
      timedPlayer(lines, () => { log.scrollTop = log.scrollHeight; }),
      timedPlayer(found),
    ];
    const banner = this.banner();
    this.hidden = [stage, columns].filter(Boolean);
    this.shown = [banner, copy];
    (stage ?? columns).before(banner);
    columns.before(copy);
    for (const node of this.hidden) node.hidden = true;
    // A phase needs more lines once it has ended, so its row keeps the height that it has then.
    const heights = rows.map((row) => row.offsetHeight);
    rows.forEach((row, index) => { row.style.minHeight = `${heights[index]}px`; });
    this.started = performance.now();
    this.timer = setInterval(() => this.step(), reducedMotion.matches ? CALM_STEP : STEP);
    this.onKey = (event) => { if (event.key === 'Escape') this.end(); };
    addEventListener('keydown', this.onKey);
    this.step();
    this.stop.focus({ preventScroll: true });
  }

  /** Returns the panel that says that this is a replay, and how far it is. */
  banner() {
    this.percent = element('p', { className: 'percent' });
    this.elapsed = element('p');
    this.bar = element('progress', { max: 100, value: 0, ariaLabel: 'Replay' });
    this.stop = element('button', { type: 'button', className: 'button', textContent: 'Stop replay' });
    this.stop.setAttribute('aria-describedby', 'replay-banner');
    this.stop.addEventListener('click', () => this.end());
    const steps = reducedMotion.matches ? ', in steps' : '';
    return element('div', { className: 'stage replay' },
      element('p', { className: 'strong', id: 'replay-banner' }, `Replay of what happened, ${speed(this.total)}${steps}`),
      element('div', { className: 'line' }, this.percent, this.elapsed), this.bar,
      element('div', { className: 'actions' }, this.stop));
  }

  step() {
    const share = Math.min(1, (performance.now() - this.started) / LENGTH);
    const now = share * this.total;
    for (const play of this.players) play(now);
    this.percent.textContent = `${Math.floor(share * 100)}% of the time`;
    this.elapsed.textContent = `${duration(now)} of ${duration(this.total)}`;
    this.bar.value = share * 100;
    if (share === 1) this.end();
  }

  end() {
    clearInterval(this.timer);
    removeEventListener('keydown', this.onKey);
    const hadFocus = this.shown.some((node) => node.contains(document.activeElement));
    for (const node of this.shown) node.remove();
    for (const node of this.hidden) node.hidden = false;
    running = null;
    if (hadFocus) document.getElementById('replay')?.focus({ preventScroll: true });
  }
}

function start() {
  running ??= new Replay();
}

button?.addEventListener('click', start);
if (button) start();
