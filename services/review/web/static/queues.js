// The queues as they stand: painted anew whenever `/v1/stream` says so.

const $ = (id) => document.getElementById(id);
const MINUTE = 60;
const HOUR = 3600;
const DAY = 86400;
const PATIENCE = 3000; // ms
const OLD = "These figures are old: no connection, or you are logged out";

let queues = [];
let heardAt = 0;

/** A time that passes, as people say it; the server says it alike. */
function span(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < MINUTE) return `${whole} s`;
  if (whole < HOUR) return `${Math.floor(whole / MINUTE)} min`;
  const [large, unit, small, less] = whole < DAY ? [HOUR, "h", MINUTE, "min"] : [DAY, "d", HOUR, "h"];
  const rest = Math.floor((whole % large) / small);
  return `${Math.floor(whole / large)} ${unit}${rest ? ` ${rest} ${less}` : ""}`;
}

/** Whether there is something to do in a queue, and if not, why. */
function standing({ depth, leased, free, next_free_at: next }) {
  if (depth === 0) return "Nothing waits";
  if (free) return leased ? `${leased} held` : "Nobody is at it";
  if (!next) return "All held";
  return `All held, next free in ${span((new Date(next) - Date.now()) / 1000)} at the latest`;
}

function say(card, place, text) {
  const element = card.querySelector(place);
  if (element.textContent !== text) element.textContent = text;
}

function worker({ name, holds }) {
  const line = document.createElement("li");
  const who = document.createElement("span");
  const count = document.createElement("b");
  who.dir = "auto";
  who.textContent = name;
  count.textContent = holds;
  line.append(who, " ", count);
  return line;
}

function paint(queue) {
  const known = [...$("queues").children].find((card) => card.dataset.queue === queue.queue);
  const card = known ?? $("card").content.firstElementChild.cloneNode(true);
  card.dataset.queue = queue.queue;
  const link = card.querySelector("h2 a");
  if (link) {
    link.href = `/review/${encodeURIComponent(queue.queue)}`;
    const [alike, practice] = card.querySelectorAll(".together a");
    alike.href = `${link.href}/alike`;
    practice.href = link.href.replace("/review/", "/practice/");
  }
  const passed = (performance.now() - heardAt) / 1000;
  const age = queue.oldest_age_seconds;
  say(card, link ? "h2 a" : "h2", queue.queue);
  say(card, ".title", queue.title);
  say(card, ".depth b", String(queue.depth));
  say(card, ".standing", standing(queue));
  say(card, ".age span", age === null ? "" : span(age + passed));
  say(card, ".overdue span", String(queue.overdue));
  card.querySelector(".age").hidden = age === null;
  card.querySelector(".overdue").hidden = queue.overdue === 0;
  card.querySelector(".workers").hidden = queue.workers.length === 0;
  card.querySelector(".workers").replaceChildren(...queue.workers.map(worker));
  return card;
}

function paintAll() {
  const cards = queues.map(paint);
  const same = cards.every((card, place) => card === $("queues").children[place]);
  if (!same || cards.length !== $("queues").childElementCount) $("queues").replaceChildren(...cards);
  $("none").hidden = queues.length > 0;
}

/** A browser comes back by itself when a stream ends, but not when it is refused. */
function listen() {
  const stream = new EventSource("/v1/stream");
  stream.addEventListener("queues", (event) => {
    queues = JSON.parse(event.data).queues;
    heardAt = performance.now();
    paintAll();
  });
  stream.addEventListener("open", () => say(document, "#live", "Live"));
  stream.addEventListener("error", () => {
    setTimeout(() => stream.readyState === EventSource.OPEN || say(document, "#live", OLD), PATIENCE);
    if (stream.readyState === EventSource.CLOSED) setTimeout(listen, PATIENCE);
  });
}

listen();
setInterval(() => queues.length && paintAll(), 1000);
