// Plain pages by keyboard: a key presses the button that names it.

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select");
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || typing) return;
  for (const button of document.querySelectorAll("button[aria-keyshortcuts]")) {
    if (button.getAttribute("aria-keyshortcuts") === event.key.toLowerCase()) return button.click();
  }
});
