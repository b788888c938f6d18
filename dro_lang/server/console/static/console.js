// Puts the part of a page that changes (#live) in place: when a link or a form in it is followed, and when something
// happened. Without this file every link and every form does the same with a whole page.

const SELECTOR = "#live";
const live = () => document.querySelector(SELECTOR);

// ---- following links and forms

function swapped(element) {
  return live() !== null && (element.hasAttribute("data-swap") || element.closest("svg.dro-graph") !== null);
}

async function go(address, push) {
  const url = new URL(address, location.href);
  await htmx.ajax("GET", url.pathname + url.search, { target: SELECTOR, select: SELECTOR, swap: "outerHTML" });
  if (push) history.pushState(null, "", url);
  mirror();
}

// What is searched for stands beside what changes, and says the same as the address.
const SAID_OTHERWISE = ["sort", "order", "after", "before", "said"];

function besideLive() {
  return [...document.querySelectorAll("form[data-swap]")].filter((form) => !live()?.contains(form));
}

function mirror() {
  const said = new URL(location.href).searchParams;
  for (const form of besideLive()) {
    for (const field of form.elements) {
      if (field.name && field.type !== "hidden" && field !== document.activeElement) field.value = said.get(field.name) ?? "";
    }
    const clear = form.querySelector("#f-clear");
    if (clear) clear.hidden = [...said].every(([name, value]) => SAID_OTHERWISE.includes(name) || value === "");
  }
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a");
  const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  if (!link || !plain || event.defaultPrevented || !swapped(link)) return;
  event.preventDefault();
  const href = link.getAttribute("href");
  go(href, true).then(() => {
    if (link.closest("svg")) document.getElementById("panel")?.scrollIntoView({ block: "nearest" });
  });
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.hasAttribute("data-swap") || live() === null) return;
  event.preventDefault();
  search(form);
});

function search(form) {
  let pairs = [...new FormData(form)];
  if (besideLive().includes(form)) {
    // Its hidden fields are those of the page as it was when it came: by what else it is narrowed now, the address says.
    const shown = new Set([...form.elements].filter((field) => field.type !== "hidden").map((field) => field.name));
    const kept = [...new URL(location.href).searchParams].filter(([name]) => !["after", "before", "said"].includes(name));
    pairs = [...pairs.filter(([name]) => shown.has(name)), ...kept.filter(([name]) => !shown.has(name))];
  }
  const said = new URLSearchParams(pairs.filter(([, value]) => value !== ""));
  return go(`${form.getAttribute("action")}?${said}`, true);
}

// A search goes on while somebody types, a choice is taken at once.
let typing;
document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form[data-swap]");
  if (!form) return;
  clearTimeout(typing);
  typing = setTimeout(() => search(form), event.target.type === "search" ? 350 : 0);
});

addEventListener("popstate", () => go(location.href, false));

// ---- what a change in place must not lose: places of scrollers, the zoom

const scrolled = new Map();
let zoom = null;

document.addEventListener("htmx:beforeSwap", (event) => {
  // What is refused has a page, too; who is not signed in any more is sent to sign in.
  if (event.detail.xhr.responseURL && new URL(event.detail.xhr.responseURL).pathname === "/sign-in") {
    event.detail.shouldSwap = false;
    location.reload();
  }
  for (const each of document.querySelectorAll("[data-keep-scroll], .scroller, #panel")) {
    scrolled.set(each.id, [each.scrollLeft, each.scrollTop]);
  }
});

document.addEventListener("htmx:afterSwap", () => {
  for (const [id, [left, top]] of scrolled) document.getElementById(id)?.scrollTo(left, top);
  prepare();
});

function prepare() {
  for (const each of document.querySelectorAll("[data-zoom]")) each.hidden = false;
  if (zoom !== null) show(zoom);
}

function show(factor) {
  const svg = document.querySelector(".canvas svg.dro-graph");
  if (!svg) return;
  const width = svg.viewBox.baseVal.width;
  zoom = Math.min(4, Math.max(0.15, factor));
  svg.style.width = `${width * zoom}px`;
}

document.addEventListener("click", (event) => {
  const by = event.target.closest?.("[data-by]")?.dataset.by;
  const canvas = document.querySelector(".canvas");
  if (!by || !canvas) return;
  const svg = canvas.querySelector("svg");
  show(by === "fit" ? (canvas.clientWidth - 2) / svg.viewBox.baseVal.width : (zoom ?? 1) * Number(by));
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const close = document.getElementById("panel-close");
  if (close && !event.target.matches("input, select, textarea")) close.click();
});

// ---- live

function isBusy() {
  // Nobody's typing is taken away.
  const active = document.activeElement;
  return active !== null && live()?.contains(active) && active.matches("input:not([type=hidden]), select, textarea");
}

let waiting = false;
let timer;

async function refresh() {
  if (isBusy()) {
    waiting = true;
    return;
  }
  waiting = false;
  await go(location.href, false);
}

document.addEventListener("focusout", () => {
  if (waiting) setTimeout(() => waiting && refresh(), 50);
});

function follow() {
  const region = live();
  if (!region?.dataset.live) return;
  const plan = region.dataset.plan;
  const stream = new EventSource(plan ? `/api/v1/events?plan_id=${encodeURIComponent(plan)}` : "/api/v1/events");
  const state = document.getElementById("live-state");
  stream.addEventListener("open", () => {
    if (!state.hidden) refresh();
    state.hidden = true;
  });
  stream.addEventListener("error", () => {
    state.textContent = "Not connected: what you see may be old.";
    state.hidden = false;
  });
  stream.addEventListener("plan", () => {
    clearTimeout(timer);
    timer = setTimeout(refresh, plan ? 150 : 800);
  });
  addEventListener("pagehide", () => stream.close());
}

prepare();
follow();
