// Times in the reader's own zone and way of writing.

const full = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

for (const time of document.querySelectorAll("time[datetime]")) {
  time.textContent = full.format(new Date(time.dateTime));
}
