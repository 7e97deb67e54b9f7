// Reloads the live page if its live updates do not work, or if it is older than the server. The
// script in the page loads this file only then, and once more after each reload.
const note = document.getElementById('page-note');
const log = document.getElementById('log');
const details = [...document.querySelectorAll('details')];

// Reloads happen every 10 seconds for the first two minutes, then every 30 seconds.
const SECONDS = 10;
const LATER_SECONDS = 30;
const QUICK_RELOADS = 12;

// An outdated page reloads after this time, so that no sequence of updates is faster.
const UPDATE_SECONDS = 5;

// A tab remembers at most this many builds that it has been updated to.
const MAX_BUILDS = 20;

// The log counts as scrolled to its end if it is less than this many CSS pixels away from it.
const END_TOLERANCE = 24;

// State that the tab keeps across reloads. `remember` returns whether the browser allows it.
let memory = {};
function remember(facts) {
  Object.assign(memory, facts);
  try {
    sessionStorage.livePage = JSON.stringify(memory);
    return true;
  } catch {
    return false;
  }
}
try {
  memory = JSON.parse(sessionStorage.livePage) ?? {};
} catch {
  // The tab has not remembered anything yet, or the browser blocks the storage.
}

// A reload would clear the selection and close a dialog.
function isBusy() {
  try {
    return !getSelection().isCollapsed || document.querySelector('dialog[open], :popover-open') !== null;
  } catch {
    // The browser does not know the selector, and has no popovers.
    return false;
  }
}

// Returns whether a reload would show a page: neither the browser's nor a proxy's error.
async function canReload() {
  try {
    return (await fetch(location.href, { method: 'HEAD' })).status < 500;
  } catch {
    return false;
  }
}

// Returns the scroll position of the log. At the end of the log, it stays at the end.
function logPosition() {
  const isAtEnd = log?.scrollHeight - log?.scrollTop - log?.clientHeight < END_TOLERANCE;
  return isAtEnd ? Number.MAX_SAFE_INTEGER : log?.scrollTop;
}

async function reloadEvery(seconds) {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    if (!isBusy() && await canReload() && !isBusy()) {
      remember({ place: { url: location.href, log: logPosition(), open: details.map((element) => element.open) } });
      location.reload();
    }
  }
}

const REASONS = {
  broken: 'Live updates don’t work in this browser',
  missing: 'Part of this page didn’t load',
  off: 'This browser has WebAssembly turned off',
};

// Replaces live updates by reloads, and says why.
export function replaceUpdates(reason) {
  const reloads = memory.url === location.href ? memory.reloads : 0;
  const seconds = reloads < QUICK_RELOADS ? SECONDS : LATER_SECONDS;
  remember({ url: location.href, reloads: reloads + 1 });
  note.textContent = `${REASONS[reason]}, so the page reloads every ${seconds} s.`;
  reloadEvery(seconds);
}

// Reloads a page that is older than the server. Does so only once per build, because two servers of
// different builds may take turns. Without a memory, it does not reload at all.
export function update(current, build) {
  const builds = memory.builds ?? [];
  if (builds.includes(current) || !remember({ builds: [...builds, current].slice(-MAX_BUILDS), from: build })) return;
  reloadEvery(UPDATE_SECONDS);
}

// Restores what a reload loses. The browser restores the scroll position of the page, but not that
// of the log. Also says if the reload has brought a newer version of the page.
export function restore(_, build) {
  const { place } = memory;
  if (place?.url === location.href) {
    if (log) log.scrollTop = place.log;
    details.forEach((element, index) => { element.open = place.open[index] ?? element.open; });
  }
  if (memory.from && memory.from !== build) note.textContent = 'This page was updated to a newer version.';
  remember({ place: null, from: null });
}
