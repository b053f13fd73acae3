// A form whose answer takes a while: says so, and is not sent twice.

const form = document.getElementById("ask");

form.addEventListener("submit", () => {
  document.getElementById("patience").textContent = "Playing the past: some seconds, or a minute for many events.";
  form.querySelector("button").disabled = true;
});

// Whoever comes back by the browser's button may ask again.
addEventListener("pageshow", () => (form.querySelector("button").disabled = false));

document.getElementById("outcome-heading")?.focus();
