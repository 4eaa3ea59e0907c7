// Spares the reader full reloads; without it every link and form works as it stands.
"use strict";

const POLL_MS = 3000;
const page = document.body.dataset;
const byId = (id) => document.getElementById(id);

async function read(url, options) {
  const response = await fetch(url, options);
  if (!response.ok) throw new Error(await response.text());
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

function swap(id, from) {
  const here = byId(id);
  const there = from.getElementById(id);
  if (here && there) here.replaceChildren(...there.childNodes);
  dress();
}

// Times in the reader's zone, and words in place of pictures that did not load.
const FORMS = {
  "local-date": { dateStyle: "medium" },
  "local-moment": { dateStyle: "medium", timeStyle: "short" },
};
function dress() {
  for (const time of document.querySelectorAll("time[class^=local]")) {
    const at = new Date(time.dateTime);
    const today = at.toDateString() === new Date().toDateString();
    const form = FORMS[time.className] ?? (today ? { timeStyle: "short" } : FORMS["local-moment"]);
    time.textContent = at.toLocaleString(document.documentElement.lang, form);
    time.removeAttribute("class");
  }
  for (const image of document.images) {
    if (image.complete && !image.naturalWidth) replaceByWords(image);
  }
}
function replaceByWords(image) {
  const words = document.createElement("span");
  words.className = `${image.className} missing`;
  words.textContent = image.alt;
  image.replaceWith(words);
}
document.addEventListener("error", (event) => event.target.alt && replaceByWords(event.target), true);

// Answers
async function answer(form, submitter) {
  const target = new URL(form.action);
  const slot = target.hash.slice(1);
  form.setAttribute("aria-busy", "true");
  closeMenus();
  try {
    const body = new URLSearchParams(new FormData(form, submitter));
    swap(slot, await read(target, { method: "POST", body }));
    if (form.matches(".composer")) form.reset();
  } catch (error) {
    const words = document.createElement("p");
    words.className = "message ephemeral";
    words.textContent = `No answer: ${error.message}`;
    byId(slot).replaceChildren(words);
  }
  form.removeAttribute("aria-busy");
  byId(slot).scrollIntoView({ block: "nearest" });
}
document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-answer]") || event.target.ariaBusy === "true") return;
  event.preventDefault();
  answer(event.target, event.submitter);
});

// Threads
async function turnTo(url, push) {
  const from = await read(url);
  swap("thread-pane", from);
  page.page = from.body.dataset.page;
  if (push) history.pushState(null, "", url);
}
document.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  const link = event.target.closest("a[data-thread], a[data-dismiss]");
  if (!link) return;
  event.preventDefault();
  if (link.matches("[data-dismiss]")) {
    link.closest(".answer").replaceChildren();
    byId("box").focus();
  } else {
    openThread(link);
  }
});
async function openThread(link) {
  const url = new URL(link.href);
  try {
    await turnTo(url, true);
  } catch {
    location.assign(url);
    return;
  }
  if (byId("thread")) {
    byId("thread-name").focus();
    byId("replies").scrollIntoView();
  } else {
    document.querySelector(`${url.hash} .replies a`)?.focus({ preventScroll: true });
  }
}
addEventListener("popstate", () => turnTo(location.href, false).catch(() => location.reload()));

// Menus close as menus do
function closeMenus(but) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== but) menu.open = false;
  }
}
document.addEventListener("toggle", ({ target }) => {
  if (target.matches("details.menu[open]")) target.querySelector("ul").scrollIntoView({ block: "nearest" });
}, true);
document.addEventListener("click", (event) => closeMenus(event.target.closest?.("details.menu")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = event.target.closest?.("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  } else {
    document.querySelector("#thread .close")?.click();
  }
});

// New posts, and edits of old ones
function merge(id, from) {
  const list = byId(id);
  // A copy, as each one taken over leaves the other page's list.
  for (const there of [...(from.getElementById(id)?.children ?? [])]) {
    const here = byId(there.id);
    if (!here) list.append(there);
    else if (here.dataset.edits !== there.dataset.edits) here.replaceWith(there);
    else here.querySelector(".replies").replaceWith(there.querySelector(".replies"));
  }
}
async function look() {
  if (document.hidden) return;
  const { version } = await (await fetch(page.versionAt)).json();
  if (String(version) === page.version) return;
  const from = await read(page.page);
  byId("newest")?.remove();
  merge("channel-messages", from);
  if (byId("thread-messages")) {
    merge("thread-opener", from);
    merge("thread-messages", from);
    byId("replies").replaceWith(from.getElementById("replies"));
  }
  document.querySelector(".empty")?.remove();
  page.version = from.body.dataset.version;
  dress();
}
(function watch() {
  // The board may be gone for a while (a restart): the next look finds out.
  setTimeout(() => look().catch(() => null).finally(watch), POLL_MS);
})();

dress();
if (!location.hash) byId("newest")?.scrollIntoView();
