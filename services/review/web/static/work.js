// A reviewer's hand: the items held, the acts on their way. Knows the API, and no page.

import { LONGEST, Loop, Refused, call, farewell, newKey, shelf, unlessRefused } from "./wire.js";

const HAND = 3; // the item shown and two more, so that the next one is there at once
const FIRST_LOOK = 2000; // ms between two looks at an empty queue, growing to LONGEST
const PEN_RESTS = 800; // ms without a key after which a note is kept by the server too
const MOST_PAST = 20; // answers that an undo reaches back

/**
 * Works one queue. Tells `page`, besides what a loop tells:
 *   shown(held)              this item is to be answered now
 *   resting(because, until)  none is there: "no_items", "all_leased", "given_back", or null
 *                            while we ask
 *   counted(more)            so many answers more were counted
 *   lost(event, why)         an act was refused, or the item shown was taken away
 */
export class Work extends Loop {
  constructor(queue, leaseSeconds, shelves, page) {
    super(page);
    this.queue = queue;
    this.leaseMs = leaseSeconds * 1000;
    this.hand = [];
    this.returned = [];
    this.shelves = {
      acts: shelf(`${shelves}.acts`, []),
      past: shelf(`${shelves}.past`, []),
      notes: shelf(`${shelves}.notes`, {}),
    };
    this.acts = this.shelves.acts.read(); // decision, skip, escalate, undo, in the order of the keys
    this.past = this.shelves.past.read(); // one's own answers, newest last
    this.notes = this.shelves.notes.read(); // by item: { comment, reason_code }
    this.drafts = new Map(); // notes that the server is to keep too, by lease
    this.look = FIRST_LOOK;
    this.dry = false; // the last claim brought less than it asked for
  }

  get current() {
    return this.hand[0] ?? null;
  }

  get last() {
    return this.past.at(-1) ?? null;
  }

  keep(name) {
    this.shelves[name].write(this[name]);
  }

  /** What is written on an item: here, or before on another page. */
  note(held) {
    return { comment: held.draft?.comment ?? "", reason_code: "", ...this.notes[held.item.id] };
  }

  /** Keeps a note on the item shown: in this tab at once, with the server when the pen rests. */
  write(note) {
    const held = this.current;
    this.notes[held.item.id] = note;
    this.keep("notes");
    clearTimeout(this.pen);
    this.pen = setTimeout(() => {
      this.drafts.set(held.lease.id, this.draft(held));
      this.wake();
    }, PEN_RESTS);
  }

  draft(held) {
    return { comment: this.note(held).comment };
  }

  /** Answers the item shown, shows the next, and sends the answer behind the reviewer's back. */
  decide(label, seconds) {
    const held = this.current;
    const { comment, reason_code } = this.note(held);
    const body = { label, seconds_spent: seconds };
    if (comment) body.comment = comment;
    if (reason_code) body.reason_code = reason_code;
    const { item, event, key } = this.act("decision", held, body);
    const note = { comment, reason_code };
    this.past = [...this.past, { item, event, label, note, key, held }].slice(-MOST_PAST);
    this.keep("past");
    this.passOn();
  }

  /** Leaves the item shown to others for good, or lets a lead decide it; its note is the reason. */
  pass(kind) {
    const reason = this.note(this.current).comment.slice(0, 1000);
    this.act(kind, this.current, reason ? { reason } : {});
    this.passOn();
  }

  /** Gives the item shown back and shows the next. */
  release() {
    this.returned.push(this.hand.shift());
    this.next();
  }

  /** Takes the last answer back and shows its item; one that never left is only crossed out. */
  undo() {
    const { item, event, note, key, held } = this.past.pop();
    this.keep("past");
    this.notes[item] = note;
    const waiting = this.acts.find((act) => act.key === key);
    const left = !waiting || waiting.tried || !held; // a try without an answer may have arrived
    if (left) this.act("undo", { item: { id: item, event_id: event }, lease: {} }, {});
    else this.drop(waiting);
    if (held) this.hand.unshift(Object.assign(held, { away: left })); // else it comes with the answer
    this.next();
  }

  act(kind, { item, lease }, body) {
    const made = { kind, lease: lease.id, item: item.id, event: item.event_id, body, key: newKey() };
    this.acts.push(made);
    this.keep("acts");
    return made;
  }

  passOn() {
    clearTimeout(this.pen);
    const { item, lease } = this.hand.shift();
    this.drafts.delete(lease.id);
    delete this.notes[item.id];
    this.keep("notes");
    this.next();
  }

  next() {
    this.dry = false;
    if (this.current) this.page.shown(this.current);
    else this.page.resting(null, null);
    this.wake();
  }

  /** Sends, claims and gives back, one call after the other. */
  async step() {
    if (this.acts.length > 0) await this.send(this.acts[0]);
    else if (this.wanted() > 0) await this.claim();
    else if (this.returned.length > 0) await this.giveBack(this.returned[0]);
    else if (this.drafts.size > 0) await this.keepDraft(...this.drafts.entries().next().value);
    else await this.rest();
  }

  wanted() {
    return this.dry || document.hidden ? 0 : Math.max(0, HAND - this.hand.length);
  }

  async send(act) {
    const asked = act.kind === "decision" ? this.wanted() : 0;
    const body = act.kind === "decision" ? { ...act.body, claim_next: asked } : act.body;
    const at = Date.now();
    act.tried = true;
    this.keep("acts");
    try {
      const got = await call(address(act), body, { key: act.key });
      this.drop(act);
      if (act.kind === "decision") this.page.counted(1);
      if (act.kind === "undo") this.tookBack(got, at);
      if (asked > 0) this.take(got, asked, at);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.refused(act, error.message);
    }
  }

  /** The item is held again, under a lease of its own: what waits for it learns which. */
  tookBack({ item, lease, draft }, at) {
    const again = { item, lease, draft, until: at + this.leaseMs, away: false };
    const waiting = this.acts.filter((act) => act.item === item.id);
    for (const act of waiting) act.lease = lease.id;
    this.keep("acts");
    this.page.counted(-1);
    const known = [...this.hand, ...this.returned, ...this.past.map(({ held }) => held)];
    const same = known.filter((held) => held?.item.id === item.id);
    for (const held of same) Object.assign(held, again);
    if (waiting.length + same.length > 0) return;
    this.hand.unshift(again);
    this.page.shown(again);
  }

  /** What was refused takes along what was to follow on the same item. */
  refused(act, why) {
    this.acts = this.acts.filter((other) => other.item !== act.item);
    this.past = this.past.filter((answer) => answer.item !== act.item);
    this.keep("acts");
    this.keep("past");
    this.page.lost(act.event, why);
    this.letGo(this.hand.find((held) => held.item.id === act.item));
  }

  async claim() {
    const limit = this.wanted();
    const at = Date.now();
    this.take(await call(`/v1/queues/${this.queue}/claims`, { limit }), limit, at);
  }

  /** An item given back is the longest-waiting one: claim first, or it returns at once. */
  async giveBack(held) {
    await unlessRefused(`/v1/leases/${held.lease.id}/release`, {});
    this.returned.shift();
    if (this.current) return;
    this.look = LONGEST;
    this.page.resting("given_back", null);
  }

  async keepDraft(lease, draft) {
    await unlessRefused(`/v1/leases/${lease}/draft`, draft, { method: "PUT" });
    if (this.drafts.get(lease) === draft) this.drafts.delete(lease);
  }

  take(got, asked, at) {
    const idle = !this.current;
    for (const { item, lease, draft } of got.claims) {
      const held = { item, lease, draft, until: at + this.leaseMs };
      const mine = this.hand.find((other) => other.item.id === item.id);
      if (mine) Object.assign(mine, held);
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
    this.look = Math.min(this.look * 1.25, LONGEST);
    this.dry = false;
  }

  /** Keeps what is held; an item that somebody else has by now is let go. */
  async beat() {
    const held = this.hand.filter(({ away }) => !away);
    await Promise.allSettled(held.map((each) => this.beatOne(each, Date.now())));
  }

  async beatOne(held, at) {
    try {
      await call(`/v1/leases/${held.lease.id}/heartbeat`, {});
      held.until = at + this.leaseMs;
    } catch (error) {
      if (!(error instanceof Refused)) return;
      if (held === this.current) this.page.lost(held.item.event_id, error.message);
      this.letGo(held);
    }
  }

  letGo(held) {
    const place = this.hand.indexOf(held);
    if (place < 0) return; // answered or given back in the meantime
    this.hand.splice(place, 1);
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
    const undo = this.acts.findIndex(({ kind }) => kind === "undo"); // what follows needs its answer
    for (const act of undo < 0 ? this.acts : this.acts.slice(0, undo + 1)) {
      farewell(address(act), act.body, { key: act.key });
    }
    const { current, drafts } = this;
    if (this.notes[current?.item.id]) drafts.set(current.lease.id, this.draft(current));
    for (const [lease, draft] of drafts) farewell(`/v1/leases/${lease}/draft`, draft, { method: "PUT" });
    for (const { lease } of [...this.hand, ...this.returned]) {
      farewell(`/v1/leases/${lease.id}/release`, {});
    }
  }

  /** How many wait in this queue, held or not. */
  async depth() {
    const { queues } = await call("/v1/queues");
    return queues.find((queue) => queue.queue === this.queue)?.depth ?? 0;
  }

  drop(act) {
    this.acts = this.acts.filter((other) => other !== act);
    this.keep("acts");
  }
}

function address({ kind, lease, item }) {
  return kind === "undo" ? `/v1/items/${item}/undo` : `/v1/leases/${lease}/${kind}`;
}
