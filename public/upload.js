// Reads a file as soon as it is chosen, dropped or pasted. If there is something to check, the page
// "Check Your Portfolio" opens; if not, the file waits for "Start Setup". The page also works
// without this script.
const form = document.querySelector('form.upload');
const file = document.getElementById('csv_file');
const text = document.getElementById('csv_text');
const status = document.getElementById('file-status');
const kept = ['portfolio_name', 'cash_balance'].map((id) => document.getElementById(id));

// Only the newest file counts, because an earlier one may take longer to read.
let newest = 0;

// Returns whether the browser can still open the file. It can't if the file was moved or deleted,
// or if it is a folder.
async function canOpen(chosen) {
  try {
    await chosen.slice(0, 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

// Says which symbols have no prices: at most five by name, and the number of the others.
function leftOut(symbols) {
  const named = symbols.slice(0, 5);
  if (symbols.length > named.length) named.push(`${(symbols.length - named.length).toLocaleString('en-US')} more`);
  const list = new Intl.ListFormat('en-US').format(named);
  return `There are no prices for ${list}, so ${symbols.length === 1 ? 'it' : 'they'} will be left out.`;
}

async function read(field) {
  const number = ++newest;
  const content = field.files ? field.files[0] : field.value;
  if (field.files && !await canOpen(content)) {
    field.value = '';
    status.textContent = 'Your browser can’t open this file. Choose it again.';
    return;
  }
  // The server keeps the file with the portfolio that it corrects.
  if (form.elements.corrects) {
    form.requestSubmit();
    return;
  }
  const body = new FormData();
  body.append(field.name === 'csv_file' ? 'csv_file' : 'text', content);
  for (const input of kept) body.append(input.name, input.value);
  status.textContent = 'Reading your file…';
  let response;
  let answer;
  try {
    response = await fetch('/api/v1/onboarding/portfolios/preview', { method: 'POST', body });
    answer = await response.json();
  } catch {
    // The form can still be sent. The server then reads the file and reports any problem.
    if (number === newest) status.textContent = '';
    return;
  }
  if (number !== newest) return;
  if (!response.ok) {
    status.textContent = answer.error?.details?.[0]?.message ?? answer.error?.message ?? '';
  } else if (answer.can_start && answer.warnings.length === 0 && !answer.remembered) {
    const count = answer.totals.positions;
    const summary = `${count.toLocaleString('en-US')} ${count === 1 ? 'position' : 'positions'} read`;
    const missing = answer.prices.unavailable;
    const isPriced = answer.prices.known + answer.prices.to_ask > 0 || answer.positions.some((position) => position.class === 'PRIVATE');
    if (missing.length > 0 && !isPriced) {
      location.assign(`/portfolios/new/${answer.preview_id}`);
      return;
    }
    status.textContent = missing.length === 0 ? `${summary}, nothing to fix.` : `${summary}. ${leftOut(missing)}`;
  } else {
    location.assign(`/portfolios/new/${answer.preview_id}`);
  }
}

function choose(files) {
  if (files.length === 0) return;
  if (files.length > 1) {
    status.textContent = 'Drop one file at a time.';
    return;
  }
  file.files = files;
  read(file);
}

if (form && file && status) {
  file.addEventListener('change', () => { if (file.files.length > 0) read(file); });
  text?.addEventListener('paste', () => setTimeout(() => { if (text.value.trim()) read(text); }));
  for (const type of ['dragenter', 'dragover', 'dragleave', 'drop']) {
    document.addEventListener(type, (event) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      const isOver = type === 'dragenter' || type === 'dragover';
      document.documentElement.toggleAttribute('data-dragging', isOver);
      if (type === 'drop') choose(event.dataTransfer.files);
    });
  }
  document.addEventListener('paste', (event) => {
    if (event.target.closest?.('input, textarea')) return;
    const { files } = event.clipboardData;
    const pasted = event.clipboardData.getData('text/plain');
    if (files.length > 0) {
      choose(files);
    } else if (text && pasted.trim()) {
      text.closest('details')?.setAttribute('open', '');
      text.value = pasted;
      read(text);
    }
  });

  // A browser may show this page again as it was left, while the check page was opening.
  window.addEventListener('pageshow', (event) => { if (event.persisted) status.textContent = ''; });

  // Browsers forget the fields of this page, because it must not be stored. So that "Back" loses
  // nothing, the tab remembers them.
  const isBack = performance.getEntriesByType('navigation')[0]?.type === 'back_forward';
  for (const input of kept) {
    if (isBack && !input.value) input.value = sessionStorage.getItem(input.name) ?? '';
    input.addEventListener('input', () => sessionStorage.setItem(input.name, input.value));
  }
}
