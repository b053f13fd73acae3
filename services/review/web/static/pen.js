// What is typed rather than pressed: a note, a reason, the search for a label.

const WHY = "Why should a lead decide?";
const NOTE = "Note";

const $ = (id) => document.getElementById(id);

/** The note of the item shown; never in the way: no key decides in it, and Enter or Esc leaves it. */
export class Pen {
  constructor(buttons, { write, escalate, decide }) {
    this.buttons = buttons;
    this.escalate = escalate;
    this.asking = false; // for the reason of an escalation
    const say = () => write({ comment: $("comment").value, reason_code: $("reason")?.value ?? "" });
    $("comment").addEventListener("input", say);
    $("reason")?.addEventListener("change", say);
    $("comment").addEventListener("keydown", (event) => this.press(event));
    $("search")?.addEventListener("input", () => this.sift());
    $("search")?.addEventListener("keydown", (event) => this.choose(event, decide));
  }

  /** A new item with what was written on it, if anything was. True if it interrupts somebody. */
  show({ comment, reason_code }) {
    const interrupted = this.leave();
    const written = Boolean(comment || reason_code);
    $("comment").value = comment;
    if ($("reason")) $("reason").value = reason_code;
    $("note").hidden = !written;
    this.askFor(false);
    if ($("search")) $("search").value = "";
    this.sift();
    return interrupted;
  }

  open() {
    $("note").hidden = false;
    $("comment").focus();
  }

  ask() {
    this.askFor(true);
    this.open();
  }

  askFor(reason) {
    this.asking = reason;
    $("comment-label").textContent = reason ? WHY : NOTE;
    $("comment-help").textContent = reason ? "Enter sends it to the leads, Esc does not" : "Enter or Esc goes on";
  }

  press(event) {
    const enters = event.key === "Enter" && !event.shiftKey && !event.isComposing;
    if (!enters && event.key !== "Escape") return;
    event.preventDefault();
    const escalates = enters && this.asking && $("comment").value.trim();
    if (this.asking && enters && !escalates) return;
    this.askFor(false);
    this.leave();
    if (escalates) this.escalate();
  }

  /** Back to where keys decide; whether somebody was writing. */
  leave() {
    const writing = document.activeElement.matches("#comment, #reason, #search");
    if (writing) $("answer").focus({ preventScroll: true });
    return writing;
  }

  search() {
    $("search")?.focus();
  }

  sift() {
    const wanted = ($("search")?.value ?? "").trim().toLowerCase();
    for (const button of this.buttons) {
      button.hidden = !button.dataset.label.toLowerCase().includes(wanted);
    }
  }

  /** Enter chooses the label that is left, once only one is. */
  choose(event, decide) {
    if (event.key === "Escape") {
      event.target.value = "";
      this.sift();
      this.leave();
    }
    const left = this.buttons.filter((button) => !button.hidden);
    if (event.key !== "Enter" || left.length !== 1) return;
    this.leave();
    decide(left[0]);
  }
}
