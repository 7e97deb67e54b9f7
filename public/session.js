// Keeps the user signed in while a page is open. Clerk's tokens expire after a minute, and Clerk's
// script renews them. This script notifies the page when the user signs in. It also reloads a
// signed-out page when the user returns to it, even if Clerk's script is missing.
const isSignedOut = document.documentElement.hasAttribute('data-signed-out');
const script = document.getElementById('clerk');

const clerk = new Promise((loaded, failed) => {
  const load = () => window.Clerk.load({ standardBrowser: true }).then(() => loaded(window.Clerk), failed);
  if (!script) loaded(undefined);
  else if (window.Clerk) load();
  else {
    script.addEventListener('load', load);
    script.addEventListener('error', () => failed(new Error('the script of the sign-in service did not load')));
  }
});
clerk.catch((error) => console.warn('Sessions are not renewed:', error.message));

// Renews the session. Resolves to true if the user has a session, and to false if the user is
// signed out or Clerk's script is missing. Rejects if the sign-in service does not respond.
window.renewSession = async () => {
  const known = await clerk.catch(() => undefined);
  return Boolean(await known?.session?.getToken({ skipCache: true }));
};

// Reloads the page, but at most once every 10 seconds. Without this limit, a session that the
// sign-in service accepts but the server rejects would cause an endless reload loop. Once the user
// has signed in, the reload is only delayed: nothing else would bring the page back.
const throttledReload = (isSignedIn = false) => {
  const wait = Number(sessionStorage.getItem('reloaded-at') ?? 0) + 10_000 - Date.now();
  if (wait > 0) {
    if (isSignedIn) setTimeout(throttledReload, wait, true);
    return;
  }
  sessionStorage.setItem('reloaded-at', String(Date.now()));
  location.reload();
};

// Shows the user's e-mail address, if Clerk knows it, in place of the id that the server knows.
// Turns the link at the top of the page into one that ends the session.
clerk.then((known) => {
  const who = document.querySelector('body > header span');
  const address = known?.user?.primaryEmailAddress?.emailAddress;
  if (address && who?.textContent === `Signed in as ${known.user.id}`) who.textContent = `Signed in as ${address}`;
  const link = document.getElementById('sign-out');
  if (!link || !known?.session || !known.signOut) return;
  link.textContent = 'Sign out';
  link.hidden = false;
  link.addEventListener('click', async (event) => {
    event.preventDefault();
    await known.signOut();
    location.assign('/');
  });
}).catch(() => {});

clerk.then(async (known) => {
  if (isSignedOut && await window.renewSession()) throttledReload(true);
  // Detect when the user signs in, whether in this tab or in another one.
  let wasSignedIn = Boolean(known?.session);
  known?.addListener(async ({ session }) => {
    if (session && !wasSignedIn) {
      await window.renewSession();
      if (isSignedOut) throttledReload(true);
      else window.dispatchEvent(new Event('signedin'));
    }
    wasSignedIn = Boolean(session);
  });
}).catch(() => {});

if (isSignedOut) {
  document.addEventListener('visibilitychange', () => document.hidden || throttledReload());
  window.addEventListener('focus', () => throttledReload());
}
