// Where the person goes from here: the addresses that the program which started the login has added to the link.

// These would run in this page, or show something in its name. Any other scheme may be an app's.
const NEVER = ['javascript:', 'data:', 'vbscript:', 'blob:', 'filesystem:', 'about:', 'view-source:'];

/** The address with the values added to its query, or null where it is none that one can be sent to. */
export function destination(text, values) {
  if (!text) return null;
  let url;
  try {
    url = new URL(text);
  } catch {
    return null;
  }
  if (NEVER.includes(url.protocol)) return null;
  const added = Object.entries(values).filter(([, value]) => value);
  const names = added.map(([name]) => name);
  // What is there already stays as it was written: it may be signed.
  const query = url.search
    .slice(1)
    .split('&')
    .filter((pair) => pair && !names.includes(nameOf(pair)));
  url.search = [...query, ...added.map(([name, value]) => `${name}=${encodeURIComponent(value)}`)].join('&');
  return url.href;
}

function nameOf(pair) {
  return new URLSearchParams(pair).keys().next().value;
}
