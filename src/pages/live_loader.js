// Hydrates the live page, and notices when the page no longer shows what it should. The file
// public/reloading.js, which is loaded only when needed, then reloads the page.
//
// The server puts three constants in front of this script: `bundle` (the URL of the WebAssembly
// and its JavaScript, without the extension), `build` (the build of the server that rendered the
// page) and `reloads` (whether a broken page reloads itself). It removes comments and indentation.
const { dataset } = document.documentElement;

const reloading = (action, fact) => {
  import('/reloading.js')
    .then((module) => module[action](fact, build))
    .catch(() => { reloads && setTimeout(() => location.reload(), 15_000); });
};

// Replaces live updates by reloads. Once the run is over, there is nothing to update.
const giveUp = (reason) => {
  if (!reloads || 'reloads' in dataset) return;
  dataset.reloads = '';
  delete dataset.hydrated;
  reloading('replaceUpdates', reason);
};

// An uncaught error of the WebAssembly, such as a panic, leaves it in an unknown state.
const check = ({ error, reason = error }) => { String(reason?.stack).includes(bundle) && giveUp('broken'); };
addEventListener('error', check);
addEventListener('unhandledrejection', check);

// Polls report the build of the server. If it has changed, the page is older than the server.
const { fetch: request } = window;
window.fetch = async (...parameters) => {
  const response = await request(...parameters);
  const current = response.headers.get('x-build');
  current && current !== build && reloading('update', current);
  return response;
};

// Translation replaces text nodes by `font` elements, and the page keeps writing to the old nodes.
// As soon as it does, the old node returns to its place, where it can be translated again.
const replacements = new WeakMap();
const observer = new MutationObserver((records) => {
  for (const { type, target, removedNodes, addedNodes, previousSibling, nextSibling } of records) {
    for (const node of removedNodes) {
      replacements.set(node, [...addedNodes, previousSibling, nextSibling].find((other) => other?.nodeName === 'FONT'));
      observer.observe(node, { characterData: true });
    }
    if (type === 'characterData' && !target.isConnected) {
      const font = replacements.get(target);
      font?.isConnected ? font.replaceWith(target) : giveUp('broken');
    }
  }
});
observer.observe(document.body, { childList: true, subtree: true });

// The WebAssembly publishes the connection state that it has written. In a working page, that is
// what the document shows.
let wasLive = true;
setInterval(() => {
  const isLive = dataset.connection === 'Live';
  isLive && !wasLive && note.remove();
  wasLive = isLive;
  'hydrated' in dataset && dataset.connection !== document.querySelector('.connection')?.textContent && giveUp('broken');
}, 1000);

// Some browsers have no notifications (Safari on iOS), or not over HTTP, or not those of a page
// (Chrome on Android, which throws). Without permission, the notification is not shown.
try {
  if (!isSecureContext) throw 0;
  Notification.permission === 'granted' || new Notification('');
} catch {
  dataset.noNotifications = '';
}

// Forms are sent without leaving the page, so that a lost connection is reported here. A cancelled
// run ends with the next poll; everything else leads to another page.
const UNSENT = 'We couldn’t reach the server, so this may not have been sent. Try again in a moment.';
const note = document.createElement('p');
note.className = 'unsent';
note.role = 'alert';
addEventListener('submit', async (event) => {
  const { target: form } = event;
  if (form.method !== 'post') return;
  event.preventDefault();
  note.remove();
  const sent = { method: 'POST', body: new URLSearchParams(new FormData(form)), headers: { accept: 'text/html' } };
  const response = await request(form.action, sent).catch(() => null);
  const question = form.closest(':popover-open');
  if (!response || response.status > 499) {
    note.textContent = UNSENT;
    (question ?? document.body).append(note);
  } else if (!response.ok) {
    form.submit();
  } else if (!question || dataset.connection !== 'Live') {
    location.assign(response.url);
  } else {
    question.hidePopover();
    const cancel = document.querySelector('[popovertarget]');
    cancel.textContent = 'Cancelling…';
    cancel.disabled = true;
    dispatchEvent(new Event('online'));
  }
});

// The menu of the download closes with Escape, and when the user goes elsewhere. Tab stays within
// the question, and the note disappears with it.
const onLeave = (event) => {
  const { type, target, key, shiftKey } = event;
  const question = document.querySelector('.question:popover-open');
  if (question && key === 'Tab') {
    const buttons = [...question.querySelectorAll('button')];
    event.preventDefault();
    buttons.at((buttons.indexOf(document.activeElement) + (shiftKey ? -1 : 1)) % buttons.length).focus();
  }
  for (const menu of document.querySelectorAll('.log-download [open]')) {
    if (type === 'keydown' ? key !== 'Escape' : menu.contains(target)) continue;
    menu.open = false;
    key && menu.firstElementChild.focus();
  }
};
for (const type of ['click', 'focusin', 'keydown']) addEventListener(type, onLeave);
addEventListener('online', () => note.remove());
addEventListener('toggle', ({ target }) => { target.popover && note.remove(); }, true);

// A link to the line that is in the address already changes nothing, so the page would not notice.
addEventListener('click', ({ target }) => {
  target.closest?.('[href^="#L"]')?.hash === location.hash && dispatchEvent(new Event('hashchange'));
});

// Keeps the user's place after a reload. Some browsers block the storage.
try { sessionStorage.livePage && reloading('restore'); } catch {}

// A download that never ends would otherwise leave a page that looks current.
setTimeout(() => { 'hydrated' in dataset || giveUp('missing'); }, 15_000);
let reason = 'missing';
try {
  const page = await import(`${bundle}.js`);
  await page.default({ module_or_path: `${bundle}.wasm` });
  reason = 'broken';
  page.hydrate();
  for (const island of document.querySelectorAll('leptos-island')) {
    const { component } = island.dataset;
    // The files of another build contain other islands.
    page[component] ? page[component](island) : reloading('update', component);
  }
  if (!('reloads' in dataset)) dataset.hydrated = '';
} catch (error) {
  console.error(error);
  giveUp(window.WebAssembly ? reason : 'off');
}
