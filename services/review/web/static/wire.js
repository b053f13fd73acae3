// The API as a page of ours meets it: calls, trying again, and a shelf that outlives a reload.

export const LONGEST = 5000; // ms between two tries
const FIRST_RETRY = 500;
const TIMEOUT = 15000;

/** The server said no, and would say so again. */
export class Refused extends Error {}

/** Nobody knows (any more) who we are: a person must act, then the same works. */
export class LoggedOut extends Error {}

/** We may not for now, as when paused or before an exam: the message says who can help. */
export class Barred extends Error {}

function request(body, { method = "POST", key = null }) {
  const headers = { "Content-Type": "application/json" };
  if (key) headers["Idempotency-Key"] = key;
  return { method, headers, body: JSON.stringify(body) };
}

/** Calls the API, without a body to read; whatever may be cured by trying again is a plain Error. */
export async function call(path, body = null, how = {}) {
  const options = { signal: AbortSignal.timeout(TIMEOUT), cache: "no-store" };
  const answer = await fetch(path, body ? { ...options, ...request(body, how) } : options);
  if (answer.ok) return answer.status === 204 ? null : answer.json();
  const problem = await answer.json().catch(() => ({}));
  const detail = problem.detail ?? `The server answered ${answer.status}.`;
  if (answer.status === 401) throw new LoggedOut(detail);
  if (answer.status === 403) throw Object.assign(new Barred(detail), { type: problem.type });
  const passes = answer.status >= 500 || answer.status === 408 || answer.status === 429;
  throw passes ? new Error(detail) : new Refused(detail);
}

/** Something that has become pointless if the server says no. */
export async function unlessRefused(path, body, how) {
  await call(path, body, how).catch((error) => {
    if (!(error instanceof Refused)) throw error;
  });
}

/** Says something while the page goes away; nobody waits for the answer. */
export function farewell(path, body, how = {}) {
  fetch(path, { keepalive: true, ...request(body, how) }).catch(() => {});
}

/** A key that makes a retry safe; randomUUID exists on secure origins only. */
export function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** What is held stays in memory: it ends with the page. */
const unheld = (name, value) => (name === "held" ? undefined : value);

/** Something that outlives a reload, and a login, in this tab. */
export function shelf(name, empty) {
  return {
    read: () => JSON.parse(sessionStorage.getItem(name)) ?? empty,
    write: (value) => sessionStorage.setItem(name, JSON.stringify(value, unheld)),
  };
}

/**
 * Does one `step` after the other for as long as the page is open. Tells `page`:
 *   troubled(tries, error)  a step failed and is tried again
 *   level()                 the last step went well
 */
export class Loop {
  constructor(page) {
    this.page = page;
    this.wake = () => {};
  }

  async run() {
    for (let tries = 0; ; ) {
      try {
        await this.step();
        this.page.level();
        tries = 0;
      } catch (error) {
        tries += 1;
        this.page.troubled(tries, error);
        await this.pause(Math.min(FIRST_RETRY * 2 ** (tries - 1), LONGEST));
      }
    }
  }

  /** Waits so long, or until somebody calls `wake`. */
  pause(ms) {
    return new Promise((resolve) => {
      const timer = ms === null ? null : setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
