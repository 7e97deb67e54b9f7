// Keeps whoever has a page open signed in. Clerk's tokens last a minute and its script renews them; this tells the page
// when there is a new one. Where that script is missing, a page without a session looks again when somebody comes back.
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

// A session of now: true with one; false where nobody is signed in, or nothing here could renew it; fails where the
// sign-in service does not answer.
window.renewSession = async () => {
  const known = await clerk.catch(() => undefined);
  return Boolean(await known?.session?.getToken({ skipCache: true }));
};

// Looks again, but not over and over where the server refuses what the sign-in service gives.
const lookAgain = () => {
  const last = Number(sessionStorage.getItem('looked-again') ?? 0);
  if (Date.now() - last < 10_000) return;
  sessionStorage.setItem('looked-again', String(Date.now()));
  location.reload();
};

clerk.then(async (known) => {
  if (isSignedOut && await window.renewSession()) lookAgain();
  // Somebody signs in, here or in another tab.
  let wasSignedIn = Boolean(known?.session);
  known?.addListener(async ({ session }) => {
    if (session && !wasSignedIn) {
      await window.renewSession();
      if (isSignedOut) lookAgain();
      else window.dispatchEvent(new Event('signedin'));
    }
    wasSignedIn = Boolean(session);
  });
}).catch(() => {});

if (isSignedOut) {
  document.addEventListener('visibilitychange', () => document.hidden || lookAgain());
  window.addEventListener('focus', lookAgain);
}
