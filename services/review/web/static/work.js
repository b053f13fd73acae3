// A reviewer's hand: the items held, the answers on their way. Knows the API, and no page.

const HAND = 3; // the item shown and two more, so that the next one is there at once
const FIRST_LOOK = 2000; // ms between two looks at an empty queue, growing to LAST_LOOK
const LAST_LOOK = 5000;
const FIRST_RETRY = 500;
const TIMEOUT = 15000;

/** The server said no, and would say so again. */
class Refused extends Error {}

/** Nobody knows (any more) who we are: a person must act, then the same works. */
export class LoggedOut extends Error {}

/** We may not for now, as when paused or before an exam: the message says who can help. */
export class Barred extends Error {}

/** Calls the API; whatever may be cured by trying again is a plain Error. */
async function call(path, body, headers = {}) {
  const options = { signal: AbortSignal.timeout(TIMEOUT), cache: "no-store" };
  if (body) {
    options.method = "POST";
    options.headers = { "Content-Type": "application/json", ...headers };
    options.body = JSON.stringify(body);
  }
  const answer = await fetch(path, options);
  if (answer.ok) return answer.status === 204 ? null : answer.json();
  const problem = await answer.json().catch(() => ({}));
  const detail = problem.detail ?? `The server answered ${answer.status}.`;
  if (answer.status === 401) throw new LoggedOut(detail);
  if (answer.status === 403) throw new Barred(detail);
  const passes = answer.status >= 500 || answer.status === 408 || answer.status === 429;
  throw passes ? new Error(detail) : new Refused(detail);
}

/** A key that makes a retry safe; randomUUID exists on secure origins only. */
function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Works one queue. Tells `page`:
 *   shown(held)              this item is to be answered now
 *   resting(because, until)  none is there: "no_items", "all_leased", "given_back", or null
 *                            while we ask
 *   troubled(unsaved, tries, error)  a call failed and is tried again; answers are kept
 *   level()                  the last call went well
 *   saved()                  an answer was counted
 *   lost(event, why)         an answer was refused, or the item shown was taken away
 */
export class Work {
  constructor(queue, leaseSeconds, page) {
    this.queue = queue;
    this.leaseMs = leaseSeconds * 1000;
    this.page = page;
    this.hand = [];
    this.returned = [];
    this.shelf = `handraise.unsaved.${queue}`;
    this.unsaved = JSON.parse(sessionStorage.getItem(this.shelf) ?? "[]");
    this.look = FIRST_LOOK;
    this.dry = false; // the last claim brought less than it asked for
    this.wake = () => {};
  }

  get current() {
    return this.hand[0] ?? null;
  }

  /** Answers the item shown, shows the next, and sends the answer behind the reviewer's back. */
  decide(label, seconds) {
    const held = this.hand.shift();
    this.unsaved.push({
      lease: held.lease.id,
      event: held.item.event_id,
      label,
      seconds,
      key: newKey(),
    });
    this.keep();
    this.next();
  }

  /** Gives the item shown back and shows the next. */
  release() {
    this.returned.push(this.hand.shift());
    this.next();
  }

  next() {
    this.dry = false;
    if (this.current) this.page.shown(this.current);
    else this.page.resting(null, null);
    this.wake();
  }

  /** Sends, claims and gives back, one call after the other, for as long as the page is open. */
  async run() {
    for (let tries = 0; ; ) {
      try {
        await this.step();
        this.page.level();
        tries = 0;
      } catch (error) {
        tries += 1;
        this.page.troubled(this.unsaved.length, tries, error);
        await this.pause(Math.min(FIRST_RETRY * 2 ** (tries - 1), LAST_LOOK));
      }
    }
  }

  async step() {
    if (this.unsaved.length > 0) await this.send(this.unsaved[0]);
    else if (this.wanted() > 0) await this.claim();
    else if (this.returned.length > 0) await this.giveBack(this.returned[0]);
    else await this.rest();
  }

  wanted() {
    return this.dry || document.hidden ? 0 : Math.max(0, HAND - this.hand.length);
  }

  async send(answer) {
    const body = { label: answer.label, claim_next: this.wanted() };
    if (answer.seconds !== null) body.seconds_spent = answer.seconds;
    const at = Date.now();
    try {
      const got = await call(`/v1/leases/${answer.lease}/decision`, body, {
        "Idempotency-Key": answer.key,
      });
      this.page.saved();
      this.drop(answer);
      if (body.claim_next > 0) this.take(got, body.claim_next, at);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.drop(answer);
      this.page.lost(answer.event, error.message);
    }
  }

  async claim() {
    const limit = this.wanted();
    const at = Date.now();
    this.take(await call(`/v1/queues/${this.queue}/claims`, { limit }), limit, at);
  }

  /** An item given back is the longest-waiting one: claim first, or it returns at once. */
  async giveBack(held) {
    await call(`/v1/leases/${held.lease.id}/release`, {}).catch((error) => {
      if (!(error instanceof Refused)) throw error;
    });
    this.returned.shift();
    if (this.current) return;
    this.look = LAST_LOOK;
    this.page.resting("given_back", null);
  }

  take(got, asked, at) {
    const idle = !this.current;
    for (const { item, lease } of got.claims) {
      const held = { item, lease, until: at + this.leaseMs };
      const mine = this.hand.findIndex((other) => other.item.id === item.id);
      if (mine >= 0) Object.assign(this.hand[mine], held);
      else this.hand.push(held);
    }
    this.dry = got.claims.length < asked;
    if (this.current) this.look = FIRST_LOOK;
    if (idle && this.current) this.page.shown(this.current);
    else if (idle) this.page.resting(got.empty_because, got.next_free_at);
  }

  /** Waits until something is to be done; an empty hand looks again now and then. */
  async rest() {
    if (this.current || document.hidden) return this.pause(null);
    await this.pause(this.look);
    this.look = Math.min(this.look * 1.25, LAST_LOOK);
    this.dry = false;
  }

  pause(ms) {
    return new Promise((resolve) => {
      const timer = ms === null ? null : setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Keeps what is held; an item that somebody else has by now is let go. */
  async beat() {
    await Promise.allSettled(
      this.hand.map(async (held) => {
        const at = Date.now();
        try {
          await call(`/v1/leases/${held.lease.id}/heartbeat`, {});
          held.until = at + this.leaseMs;
        } catch (error) {
          if (error instanceof Refused) this.letGo(held, error.message);
        }
      }),
    );
  }

  letGo(held, why) {
    const place = this.hand.indexOf(held);
    if (place < 0) return; // answered or given back in the meantime
    this.hand.splice(place, 1);
    if (place === 0) this.page.lost(held.item.event_id, why);
    if (place === 0) this.next();
  }

  /** The page is looked at again: see what is still ours, and what came in. */
  resume() {
    this.dry = false;
    this.wake();
    return this.beat();
  }

  /** The page goes away: the last chance to send, and what is held goes back to the queue. */
  leave() {
    const post = (path, body, headers = {}) =>
      fetch(path, {
        method: "POST",
        keepalive: true,
        headers: { "Content-Type": "application/json", ...headers },
        body: JSON.stringify(body),
      }).catch(() => {});
    for (const { lease, label, key } of this.unsaved) {
      post(`/v1/leases/${lease}/decision`, { label }, { "Idempotency-Key": key });
    }
    for (const { lease } of [...this.hand, ...this.returned]) {
      post(`/v1/leases/${lease.id}/release`, {});
    }
  }

  /** How many wait in this queue, held or not. */
  async depth() {
    const { queues } = await call("/v1/queues");
    return queues.find((queue) => queue.queue === this.queue)?.depth ?? 0;
  }

  drop(answer) {
    this.unsaved = this.unsaved.filter((other) => other !== answer);
    this.keep();
  }

  /** Unsaved answers outlive a reload or a login in this tab. */
  keep() {
    sessionStorage.setItem(this.shelf, JSON.stringify(this.unsaved));
  }
}
