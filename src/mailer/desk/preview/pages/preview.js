// The page follows the file: each save brings it anew, at the place where it was.
"use strict";

const place = "place:" + location.search;
const frame = document.getElementById("mail");
const state = document.getElementById("state");

function remember() {
  const inner = frame && frame.contentWindow ? frame.contentWindow.scrollY : 0;
  sessionStorage.setItem(place, JSON.stringify([window.scrollY, inner]));
}

const [outer, inner] = JSON.parse(sessionStorage.getItem(place) || "[0, 0]");
window.scrollTo(0, outer);
if (frame) {
  frame.addEventListener("load", () => frame.contentWindow.scrollTo(0, inner));
}

for (const select of document.querySelectorAll("select")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}

const changes = new EventSource("/changes?seen=" + document.body.dataset.seen);
changes.onmessage = () => {
  remember();
  location.reload();
};
changes.onerror = () => { state.textContent = "The preview has stopped; run the command again."; };
changes.onopen = () => { state.textContent = ""; };
