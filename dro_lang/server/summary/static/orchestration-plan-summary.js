/**
 * <orchestration-plan-summary src object record-id token>: what became of a record's submission, and how far its
 * orchestration plan is; live. One module without dependencies; it works in any page, also one of another origin, and
 * under a strict content security policy (script-src and connect-src: the server).
 *
 * Attributes: `src` (the server; default: where this module comes from), `object`, `record-id`, `token` (a read token;
 * without one the person's own session counts, on the server's own pages), `lang`, `theme` (light, dark, auto; default:
 * that of the page), `heading-level` (default 2).
 * Events: `orchestration-summary` (detail: the summary, after each change), `orchestration-token` (the token has ended:
 * set another one). Style: the custom properties at the top of STYLE, and ::part() of every part named here.
 */

// ---- what states look like; the same as in the pictures of the command line (tests hold the two equal)

const LOOKS = {
  /* looks: begin */
  pending: { glyph: "M2 6 h.01 M6 6 h.01 M10 6 h.01", light: "#57606a", dark: "#b1bac4" },
  scheduled: { glyph: "M6 1.5 a4.5 4.5 0 1 0 0.01 0 z M6 3.5 V6 L8 7.5", light: "#4653b8", dark: "#a9b4ff" },
  ready: { glyph: "M6 1.5 a4.5 4.5 0 1 0 0.01 0 z", light: "#0b6b7d", dark: "#6cd3e6" },
  in_progress: { glyph: "M3.5 2 L9.5 6 L3.5 10 z", light: "#1260b8", dark: "#79b8ff" },
  on_hold: { glyph: "M4 2.5 V9.5 M8 2.5 V9.5", light: "#855300", dark: "#f0b94d" },
  completed: { glyph: "M2 6.5 L5 9.5 L10 2.5", light: "#1a7035", dark: "#6fdd8b" },
  failed: { glyph: "M6 2 V7 M6 9.8 v.01", light: "#a84300", dark: "#ffab70" },
  fatally_failed: { glyph: "M2.5 2.5 L9.5 9.5 M9.5 2.5 L2.5 9.5", light: "#b8121b", dark: "#ff8f8a" },
  skipped: { glyph: "M2 2.5 L5.5 6 L2 9.5 M6.5 2.5 L10 6 L6.5 9.5", light: "#655c7a", dark: "#c4b8de", faint: true },
  bypassed: { glyph: "M1.5 8 a4.5 4.5 0 0 1 9 0 M8 6.5 L10.5 8.5 L11.5 5.5", light: "#6d5c49", dark: "#d6c0a4", faint: true },
  expired: { glyph: "M2.5 1.5 H9.5 L2.5 10.5 H9.5 z", light: "#992a76", dark: "#ff9fdc" },
  amended: { glyph: "M1.5 7.5 C3.5 2.5 5 4.5 6 6 S8.5 9.5 10.5 4.5", light: "#6e37b0", dark: "#cfa8ff" },
  canceled: { glyph: "M6 1.5 a4.5 4.5 0 1 0 0.01 0 z M2.9 9.1 L9.1 2.9", light: "#8a3a3a", dark: "#f0a8a8", faint: true },
  discarded: { glyph: "M2 6 H10", light: "#474e57", dark: "#9ea7b1", faint: true },
  /* looks: end */
};

const PLAN_LOOKS = {
  not_started: "pending",
  in_progress: "in_progress",
  freezing: "on_hold",
  frozen: "on_hold",
  completed: "completed",
};
const SUBMISSION_LOOKS = { submitted: "completed", error: "fatally_failed", not_submitted: "pending" };

// ---- words

const MESSAGES = {
  en: {
    title: "Orchestration plan",
    loading: "Loading…",
    offline: "No connection to the server. Trying again…",
    signed_out: "Your access has ended. Reload the page to see the plan.",
    forbidden: "You may not see the plan of this record.",
    broken: "The plan cannot be shown now ({code}).",
    incomplete: "Say which record: this element needs the attributes object and record-id.",
    again: "Try again",
    open: "Open the plan",
    finished: { one: "{done} of {count} step finished", other: "{done} of {count} steps finished" },
    steps_by_state: "Steps by state",
    next: "What happens next",
    at_risk: "At risk",
    failed: "Failed",
    tasks: "Your open tasks",
    item: "item {item}",
    due: "due",
    no_date: "no due date",
    attempts: { one: "{count} attempt", other: "{count} attempts" },
    retry: "tried again",
    needs_operator: "waits for an operator",
    not_submitted_help: "This record has not been submitted for orchestration.",
    submission: { submitted: "Submitted", error: "Not orchestrated", not_submitted: "Not submitted" },
    plan: {
      not_started: "Not Started", in_progress: "In Progress", freezing: "Freezing", frozen: "Frozen",
      completed: "Completed",
    },
    states: {
      pending: "Pending", scheduled: "Scheduled", ready: "Ready", in_progress: "In Progress", on_hold: "On Hold",
      completed: "Completed", failed: "Failed", fatally_failed: "Fatally Failed", skipped: "Skipped",
      bypassed: "Bypassed", expired: "Expired", amended: "Amended", canceled: "Canceled", discarded: "Discarded",
    },
    jeopardy: { on_time: "On time", in_jeopardy: "In jeopardy", late: "Late" },
    upcoming: {
      starts: "starts", retries: "is tried again", expires: "expires", person: "waits for {who}",
      answer: "waits for {who} to answer", condition: "waits for its condition", online: "waits for {who} to be online",
      unfreeze: "goes on when the plan is unfrozen",
    },
    somebody: "somebody",
    now: "now",
    said: "{plan}: {state}. {progress}.",
    said_failed: "Failed: {step}.",
  },
  de: {
    title: "Orchestrierungsplan",
    loading: "Wird geladen…",
    offline: "Keine Verbindung zum Server. Neuer Versuch…",
    signed_out: "Ihr Zugriff ist abgelaufen. Laden Sie die Seite neu, um den Plan zu sehen.",
    forbidden: "Sie dürfen den Plan dieses Datensatzes nicht sehen.",
    broken: "Der Plan kann gerade nicht gezeigt werden ({code}).",
    incomplete: "Welcher Datensatz? Dieses Element braucht die Attribute object und record-id.",
    again: "Erneut versuchen",
    open: "Plan öffnen",
    finished: { one: "{done} von {count} Schritt erledigt", other: "{done} von {count} Schritten erledigt" },
    steps_by_state: "Schritte nach Zustand",
    next: "Was als Nächstes geschieht",
    at_risk: "Gefährdet",
    failed: "Fehlgeschlagen",
    tasks: "Ihre offenen Aufgaben",
    item: "Position {item}",
    due: "fällig",
    no_date: "ohne Termin",
    attempts: { one: "{count} Versuch", other: "{count} Versuche" },
    retry: "neuer Versuch",
    needs_operator: "wartet auf einen Bearbeiter",
    not_submitted_help: "Dieser Datensatz wurde nicht zur Orchestrierung eingereicht.",
    submission: { submitted: "Eingereicht", error: "Nicht orchestriert", not_submitted: "Nicht eingereicht" },
    plan: {
      not_started: "Nicht begonnen", in_progress: "In Arbeit", freezing: "Wird angehalten", frozen: "Angehalten",
      completed: "Abgeschlossen",
    },
    states: {
      pending: "Wartend", scheduled: "Geplant", ready: "Bereit", in_progress: "In Arbeit", on_hold: "Zurückgestellt",
      completed: "Erledigt", failed: "Fehlgeschlagen", fatally_failed: "Endgültig fehlgeschlagen",
      skipped: "Übersprungen", bypassed: "Umgangen", expired: "Abgelaufen", amended: "Geändert",
      canceled: "Storniert", discarded: "Verworfen",
    },
    jeopardy: { on_time: "Pünktlich", in_jeopardy: "Gefährdet", late: "Verspätet" },
    upcoming: {
      starts: "beginnt", retries: "wird erneut versucht", expires: "läuft ab", person: "wartet auf {who}",
      answer: "wartet auf Antwort von {who}", condition: "wartet auf seine Bedingung",
      online: "wartet, bis {who} wieder erreichbar ist", unfreeze: "geht weiter, wenn der Plan weitergeht",
    },
    somebody: "jemanden",
    now: "jetzt",
    said: "{plan}: {state}. {progress}.",
    said_failed: "Fehlgeschlagen: {step}.",
  },
};

class Words {
  constructor(locale) {
    this.locale = locale;
    const known = [locale, locale.split("-")[0], "en"].find((name) => name in MESSAGES);
    this.messages = known === "en" ? MESSAGES.en : { ...MESSAGES.en, ...MESSAGES[known] };
    this.language = known;
    try {
      this.plurals = new Intl.PluralRules(locale);
    } catch {
      this.locale = "en";
      this.plurals = new Intl.PluralRules("en");
    }
    this.numbers = new Intl.NumberFormat(this.locale);
    this.relative = new Intl.RelativeTimeFormat(this.locale, { numeric: "auto" });
    this.dates = new Intl.DateTimeFormat(this.locale, { dateStyle: "medium", timeStyle: "short" });
  }

  say(key, values = {}) {
    let message = key.split(".").reduce((found, part) => found?.[part], this.messages);
    if (typeof message === "object") message = message[this.plurals.select(values.count)] ?? message.other;
    const shown = (value) => (typeof value === "number" ? this.numbers.format(value) : value);
    return (message ?? key).replace(/\{(\w+)\}/g, (_, name) => shown(values[name] ?? ""));
  }

  date(text) {
    return this.dates.format(new Date(text));
  }

  fromNow(text) {
    const seconds = (new Date(text) - Date.now()) / 1000;
    const units = [["day", 86400], ["hour", 3600], ["minute", 60]];
    for (const [unit, size] of units) {
      if (Math.abs(seconds) >= size) return this.relative.format(Math.trunc(seconds / size), unit);
    }
    return this.say("now");
  }
}

/** A step's name as people write it: `call_customer` is "Call customer". */
function label(step) {
  const words = step.step.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const keyOf = (step) => JSON.stringify([step.group, step.copy ?? 0, step.step, step.item ?? null]);

// ---- style

const STYLE = `
:host {
  --surface: var(--orchestration-surface, light-dark(#ffffff, #0d1117));
  --raised: var(--orchestration-raised, light-dark(#f6f8fa, #151b23));
  --border: var(--orchestration-border, light-dark(#d0d7de, #343c46));
  --text: var(--orchestration-text, light-dark(#1f2328, #e6edf3));
  --muted: var(--orchestration-muted, light-dark(#57606a, #a3adb8));
  --accent: var(--orchestration-accent, light-dark(#2f62c9, #79a7ff));
  --on-badge: var(--orchestration-on-badge, light-dark(#ffffff, #0d1117));
  --font: var(--orchestration-font, Inter, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'Liberation Sans', sans-serif);
  --radius: var(--orchestration-radius, 8px);
  --gap: var(--orchestration-gap, 14px);
  display: block;
  container-type: inline-size;
  color: var(--text);
  font: 400 14px/1.45 var(--font);
  text-align: start;
}
:host([hidden]) { display: none; }
:host([theme="light"]) { color-scheme: light; }
:host([theme="dark"]) { color-scheme: dark; }
:host([theme="auto"]) { color-scheme: light dark; }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
.card {
  background: var(--surface); border: 1px solid var(--border); border-radius: var(--radius);
  padding: calc(var(--gap) + 2px); display: grid; gap: var(--gap);
}
header { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 10px; }
.title { font-size: 15px; font-weight: 650; margin: 0; flex: 1 1 auto; min-width: 0; }
.title span { color: var(--muted); font-weight: 400; }
h3 { font-size: 12px; font-weight: 650; margin: 0 0 5px; color: var(--muted); }
h3:focus-visible, a:focus-visible, button:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
p, ul { margin: 0; padding: 0; }
ul { list-style: none; display: grid; gap: 5px; }
a { color: var(--accent); text-underline-offset: 2px; }
button {
  font: inherit; color: var(--text); background: var(--raised); border: 1px solid var(--border);
  border-radius: 6px; padding: 3px 10px; cursor: pointer;
}
.badge {
  display: inline-flex; align-items: center; gap: 5px; padding: 1px 9px 1px 7px; border-radius: 99px;
  font-size: 12px; font-weight: 600; white-space: nowrap; color: var(--on-badge); background: var(--state);
  border: 1px solid transparent;
}
.badge.quiet { color: var(--state); background: transparent; border-color: var(--state); }
.badge.faint { border-style: dashed; }
.glyph { width: 12px; height: 12px; flex: none; fill: none; stroke: currentColor; stroke-width: 1.7;
  stroke-linecap: round; stroke-linejoin: round; }
.message { background: var(--raised); border-inline-start: 3px solid var(--state, var(--border)); padding: 8px 12px;
  border-radius: 4px; display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }
.bar { display: flex; gap: 2px; height: 10px; border-radius: 5px; overflow: hidden; background: var(--raised); }
.segment { background: var(--state); flex: var(--share) 1 0; min-width: 3px; }
.segment.faint { opacity: .55; }
.segment.pending { opacity: .3; }
.done { font-size: 13px; margin-bottom: 6px; }
.states { display: flex; flex-wrap: wrap; gap: 3px 14px; margin-top: 7px; font-size: 13px; }
.states li { display: inline-flex; align-items: center; gap: 5px; }
.states .glyph, .row > .glyph { color: var(--state); }
.states b { font-variant-numeric: tabular-nums; font-weight: 650; }
.row { display: grid; grid-template-columns: 12px minmax(0, 1fr) auto; gap: 1px 8px; align-items: baseline; }
.row .glyph { align-self: center; }
.what { min-width: 0; overflow-wrap: anywhere; }
.what b, .what a { font-weight: 600; }
.more { color: var(--muted); }
.when { color: var(--muted); font-size: 13px; text-align: end; font-variant-numeric: tabular-nums; }
.when span:not([hidden]) + time:not([hidden])::before { content: " · "; white-space: pre; }
.late { color: light-dark(#b8121b, #ff8f8a); font-weight: 600; }
.in_jeopardy { color: light-dark(#a84300, #ffab70); font-weight: 600; }
footer { display: flex; gap: 12px; font-size: 13px; }
.spoken { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%);
  white-space: nowrap; }
@container (width < 24rem) {
  .card { padding: 11px; gap: 11px; }
  .title { flex-basis: 100%; }
  .row { grid-template-columns: 12px minmax(0, 1fr); }
  .when { grid-column: 2; text-align: start; }
}
@media (forced-colors: active) {
  .bar, .badge { border: 1px solid CanvasText; }
  .segment { border-inline-end: 1px solid CanvasText; }
}
@media (prefers-reduced-motion: no-preference) { .segment { transition: flex-grow .3s; } }
${Object.entries(LOOKS)
  .map(([state, look]) => `.${state} { --state: light-dark(${look.light}, ${look.dark}); }`)
  .join("\n")}
`;
const SHEET = new CSSStyleSheet();
SHEET.replaceSync(STYLE);

// ---- making and updating elements; text is only ever set as text

function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function glyph(state) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [key, value] of Object.entries({ class: "glyph", viewBox: "0 0 12 12", "aria-hidden": "true" })) {
    svg.setAttribute(key, value);
  }
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", LOOKS[state].glyph);
  svg.append(path);
  return svg;
}

/** Give an element the look of a state: class, glyph (its first child) and whether it is faint. */
function look(element, state, ...classes) {
  const wanted = [...classes, state, ...(LOOKS[state].faint ? ["faint"] : [])].join(" ");
  if (element.className === wanted) return;
  element.className = wanted;
  const old = element.querySelector(":scope > .glyph");
  old ? old.replaceWith(glyph(state)) : element.prepend(glyph(state));
}

/** Bring a list's children to be those of `items`, and keep every element whose key stays. */
function reconcile(list, items, key, create, update) {
  const old = new Map([...list.children].map((child) => [child.dataset.key, child]));
  let place = list.firstElementChild;
  for (const item of items) {
    const name = key(item);
    let element = old.get(name);
    old.delete(name);
    if (!element) {
      element = create(item);
      element.dataset.key = name;
    }
    if (element === place) place = place.nextElementSibling;
    else list.insertBefore(element, place);
    update(element, item);
  }
  for (const element of old.values()) element.remove();
}

// ---- the live stream: server-sent events over fetch, which can carry a token in its header

class Stream {
  constructor(url, token, on) {
    Object.assign(this, { url, token, on, last: null, tries: 0, stopper: new AbortController() });
    this.run();
  }

  stop() {
    this.stopper.abort();
    clearTimeout(this.timer);
  }

  async run() {
    const headers = { accept: "text/event-stream" };
    if (this.token) headers.authorization = `Bearer ${this.token}`;
    if (this.last) headers["last-event-id"] = this.last;
    try {
      const credentials = this.token ? "omit" : "same-origin";
      const response = await fetch(this.url, { headers, credentials, signal: this.stopper.signal, cache: "no-store" });
      if (!response.ok) return this.failed(response);
      await this.read(response.body.getReader());
    } catch {
      // The connection broke, or never came about: below.
    }
    if (this.stopper.signal.aborted) return;
    if (this.tries > 0) this.on.offline();
    this.later();
  }

  async failed(response) {
    if (response.status === 429 || response.status >= 500) {
      this.on.offline();
      return this.later();
    }
    const problem = await response.json().catch(() => ({}));
    if (!this.stopper.signal.aborted) this.on.refused(response.status, problem.code ?? `HTTP ${response.status}`);
  }

  later() {
    // Those who were cut off together do not come back together.
    const seconds = Math.min(30, 2 ** this.tries) * (0.5 + Math.random());
    this.tries += 1;
    this.timer = setTimeout(() => this.run(), seconds * 1000);
  }

  async read(reader) {
    const decoder = new TextDecoder();
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      rest += decoder.decode(value, { stream: true });
      const events = rest.split(/\r?\n\r?\n/);
      rest = events.pop();
      for (const event of events) this.take(event);
    }
  }

  take(event) {
    const fields = { data: [] };
    for (const line of event.split(/\r?\n/)) {
      const [, name, value] = /^([^:]*):? ?(.*)$/.exec(line);
      if (name === "data") fields.data.push(value);
      else if (name) fields[name] = value;
    }
    this.tries = 0;
    this.on.online();
    if (fields.id) this.last = fields.id;
    if (fields.data.length) this.on.summary(JSON.parse(fields.data.join("\n")));
  }
}

// ---- the element

const HERE = new URL("..", import.meta.url).href;

export class OrchestrationPlanSummary extends HTMLElement {
  static observedAttributes = ["src", "object", "record-id", "token", "lang", "heading-level"];

  /** Add a language, or change words of one: `localize("fr", { title: "…" })`. What is missing stays English. */
  static localize(language, messages) {
    MESSAGES[language] = { ...MESSAGES[language], ...messages };
  }

  #root = this.attachShadow({ mode: "open" });
  #parts = {};
  #stream = null;
  #summary = null;
  #words = null;
  #pulse = null;
  #restarting = false;
  #said = "";

  constructor() {
    super();
    this.#root.adoptedStyleSheets = [SHEET];
    const part = (name, tag, attributes = {}, ...children) => {
      this.#parts[name] = make(tag, { part: name, ...attributes }, ...children);
      return this.#parts[name];
    };
    const section = (name) =>
      part(name, "section", { "aria-labelledby": `${name}-heading` },
        part(`${name}-heading`, "h3", { id: `${name}-heading`, tabindex: "-1" }),
        part(`${name}-list`, "ul", { role: "list" }));
    this.#root.append(
      make("article", { class: "card", part: "card", "aria-labelledby": "title" },
        make("header", { part: "header" },
          part("title", "div", { class: "title", id: "title", role: "heading" }),
          part("submission", "span", {}, make("span")),
          part("plan", "span", {}, make("span"))),
        part("message", "div", { class: "message" }, make("span"), part("again", "button", { type: "button" })),
        part("progress", "section", {},
          part("done", "p", { class: "done" }),
          part("bar", "div", { class: "bar", role: "progressbar", "aria-valuemin": "0" }),
          part("states", "ul", { class: "states", role: "list" })),
        section("failed"), section("at_risk"), section("tasks"), section("next"),
        part("footer", "footer", {}, part("open", "a", { target: "_blank", rel: "noopener" }))),
      part("spoken", "div", { class: "spoken", role: "status" }));
    this.#parts.again.addEventListener("click", () => this.#restart());
  }

  /** What is shown, as the API says it; null until it is known. */
  get summary() {
    return this.#summary;
  }

  connectedCallback() {
    this.#restart();
    this.#pulse = setInterval(() => this.#summary && this.#show(), 60_000);
  }

  disconnectedCallback() {
    this.#stream?.stop();
    clearInterval(this.#pulse);
  }

  attributeChangedCallback(name, before, after) {
    if (before === after || !this.isConnected || this.#restarting) return;
    // Attributes that are set one after another make one new start.
    this.#restarting = true;
    queueMicrotask(() => {
      this.#restarting = false;
      if (this.isConnected) this.#restart(name !== "token");
    });
  }

  #restart(forget = true) {
    this.#stream?.stop();
    const locale = this.closest("[lang]")?.lang || document.documentElement.lang || navigator.language || "en";
    this.#words = new Words(locale);
    const [object, record] = [this.getAttribute("object"), this.getAttribute("record-id")];
    if (forget) this.#summary = null;
    if (!object || !record) return this.#tell("incomplete");
    if (!this.#summary) this.#tell("loading");
    const url = new URL("api/v1/summary/stream", new URL(this.getAttribute("src") || HERE, document.baseURI));
    url.search = new URLSearchParams({ object, record_id: record });
    this.#stream = new Stream(url, this.getAttribute("token"), {
      online: () => this.#summary && this.#show(),
      offline: () => this.#tell("offline"),
      refused: (status, code) => this.#refused(status, code),
      summary: (summary) => {
        this.#summary = summary;
        this.#show();
        this.#announce();
        this.dispatchEvent(
          new CustomEvent("orchestration-summary", { detail: summary, bubbles: true, composed: true }));
      },
    });
  }

  #refused(status, code) {
    if (status !== 401) this.#summary = null;
    this.#tell(status === 401 ? "signed_out" : status === 403 ? "forbidden" : "broken", { code }, status !== 401);
    if (status === 401) {
      this.dispatchEvent(new CustomEvent("orchestration-token", { bubbles: true, composed: true }));
    }
  }

  // ---- showing

  /** Say something in place of the plan, or above what is shown of it. */
  #tell(key, values = {}, again = false) {
    const { message } = this.#parts;
    this.#frame();
    if (!this.#summary) this.#clear();
    message.hidden = false;
    message.className = "message";
    setText(message.firstElementChild, this.#words.say(key, values));
    this.#parts.again.hidden = !again;
  }

  #clear() {
    for (const name of ["submission", "plan", "progress", "failed", "at_risk", "tasks", "next", "footer"]) {
      this.#parts[name].hidden = true;
    }
  }

  #frame() {
    const { title, again, open } = this.#parts;
    title.setAttribute("aria-level", this.getAttribute("heading-level") || "2");
    if (!this.#summary) setText(title, this.#words.say("title"));
    setText(again, this.#words.say("again"));
    setText(open, this.#words.say("open"));
    this.#root.querySelector("article").lang = this.#words.language;
  }

  #show() {
    const words = this.#words;
    const { submission, plan, progress } = this.#summary;
    const parts = this.#parts;
    const focused = this.#root.activeElement;
    const home = focused?.closest("section");
    this.#frame();
    this.#title();
    this.#badge(parts.submission, SUBMISSION_LOOKS[submission.status], `submission.${submission.status}`, Boolean(plan));
    parts.plan.hidden = !plan;
    if (plan) this.#badge(parts.plan, PLAN_LOOKS[plan.state], `plan.${plan.state}`, false);
    this.#problem(submission);
    parts.progress.hidden = !progress;
    if (progress) this.#progress(progress);
    this.#list("failed", this.#summary.failed, (step) => this.#failure(step));
    this.#list("at_risk", this.#summary.at_risk, (step) => this.#risk(step));
    this.#list("tasks", this.#summary.tasks, (step) => this.#task(step), true);
    this.#list("next", this.#summary.upcoming, (step) => this.#upcoming(step));
    parts.footer.hidden = !this.#summary.url;
    if (this.#summary.url) parts.open.href = this.#link();
    // What had the focus may have gone: whoever is at the keyboard stays where they were.
    if (focused && !focused.isConnected && home) {
      (home.hidden ? parts.open : home.querySelector("a") ?? home.querySelector("h3")).focus();
    }
  }

  #title() {
    const { plan } = this.#summary;
    const name = plan ? ` · ${plan.name}` : "";
    const wanted = this.#words.say("title") + name;
    if (this.#parts.title.textContent !== wanted) {
      this.#parts.title.replaceChildren(this.#words.say("title"), make("span", {}, name));
    }
  }

  #badge(element, state, key, quiet) {
    element.hidden = false;
    look(element, state, "badge", ...(quiet ? ["quiet"] : []));
    setText(element.lastElementChild, this.#words.say(key));
  }

  #problem(submission) {
    const { message, again } = this.#parts;
    again.hidden = true;
    message.hidden = submission.status === "submitted";
    if (message.hidden) return;
    message.className = `message ${SUBMISSION_LOOKS[submission.status]}`;
    const told = submission.status === "error"
      ? `${submission.error_code}: ${submission.reason ?? ""}`
      : this.#words.say("not_submitted_help");
    setText(message.firstElementChild, told);
  }

  #progress({ total, finished, by_state }) {
    const words = this.#words;
    const told = words.say("finished", { done: finished, count: total });
    const { bar, states, done } = this.#parts;
    setText(done, told);
    for (const [key, value] of Object.entries({ "aria-valuemax": total, "aria-valuenow": finished,
      "aria-valuetext": told, "aria-label": words.say("title") })) bar.setAttribute(key, value);
    states.setAttribute("aria-label", words.say("steps_by_state"));
    reconcile(bar, by_state, (each) => each.state,
      ({ state }) => make("div", { class: `segment ${state}${LOOKS[state].faint ? " faint" : ""}` }),
      (element, { state, count }) => {
        element.style.setProperty("--share", count);
        element.title = `${words.say(`states.${state}`)}: ${count}`;
      });
    reconcile(states, by_state, (each) => each.state,
      ({ state }) => make("li", { class: state, part: `state state-${state}` }, glyph(state), make("span"), make("b")),
      (element, { state, count }) => {
        setText(element.children[1], words.say(`states.${state}`));
        setText(element.children[2], words.numbers.format(count));
      });
  }

  /** A section with a line for each step; without any it is not there. */
  #list(name, steps, lineOf, linked = false) {
    const parts = this.#parts;
    parts[name].hidden = steps.length === 0;
    setText(parts[`${name}-heading`], this.#words.say(name));
    reconcile(parts[`${name}-list`], steps, keyOf,
      (step) => make("li", { class: "row", part: "step" }, glyph(step.state),
        make("div", { class: "what" }, make(linked && this.#summary.url ? "a" : "b"), make("span", { class: "more" })),
        make("div", { class: "when" }, make("span"), make("time"))),
      (element, step) => this.#line(element, step, lineOf(step)));
  }

  #line(element, step, { more, when, note, urgent }) {
    const words = this.#words;
    look(element, step.state, "row");
    element.querySelector(":scope > .glyph").setAttribute("aria-hidden", "true");
    const [what, moment] = [element.children[1], element.children[2]];
    const [name, rest] = what.children;
    setText(name, label(step));
    if (name.tagName === "A") {
      name.href = this.#link(step);
      name.target = "_blank";
      name.rel = "noopener";
    }
    const item = step.item == null ? "" : ` (${words.say("item", { item: step.item })})`;
    setText(rest, `${item} ${more}`);
    const [said, time] = moment.children;
    said.className = urgent ?? "";
    setText(said, note ?? "");
    said.hidden = !note;
    time.hidden = !when;
    if (when) {
      time.dateTime = when;
      time.title = words.fromNow(when);
      setText(time, words.date(when));
    }
  }

  #failure(step) {
    const words = this.#words;
    const attempts = words.say("attempts", { count: step.attempts });
    const more = `${words.say(`states.${step.state}`)}${step.error ? ` · ${step.error}` : ""} · ${attempts}`;
    return { more, when: step.retry_at, note: words.say(step.retry_at ? "retry" : "needs_operator") };
  }

  #risk(step) {
    const words = this.#words;
    return {
      more: words.say(`states.${step.state}`),
      when: step.due_at, note: words.say(`jeopardy.${step.jeopardy}`), urgent: step.jeopardy,
    };
  }

  #task(step) {
    const words = this.#words;
    const more = `${words.say(`states.${step.state}`)}${step.queue ? ` · ${step.queue}` : ""}`;
    const urgent = ["in_jeopardy", "late"].includes(step.jeopardy) ? step.jeopardy : "";
    const note = urgent ? words.say(`jeopardy.${urgent}`) : words.say(step.due_at ? "due" : "no_date");
    return { more, when: step.due_at, note, urgent };
  }

  #upcoming(step) {
    const words = this.#words;
    const more = words.say(`upcoming.${step.what}`, { who: step.who ?? words.say("somebody") });
    return { more, when: step.at, note: step.at ? words.fromNow(step.at) : "" };
  }

  /** The plan in the console, or a step of it; never anything but a page. */
  #link(step) {
    const url = new URL(this.#summary.url, this.getAttribute("src") || HERE);
    if (!/^https?:$/.test(url.protocol)) return "about:blank";
    if (step) url.hash = `step=${encodeURIComponent(keyOf(step))}`;
    return url.href;
  }

  /** Tell those who listen what has changed of importance, once. */
  #announce() {
    const words = this.#words;
    const { plan, progress, failed, submission } = this.#summary;
    const said = plan
      ? [
          words.say("said", {
            plan: plan.name, state: words.say(`plan.${plan.state}`),
            progress: words.say("finished", { done: progress.finished, count: progress.total }),
          }),
          ...failed.map((step) => words.say("said_failed", { step: label(step) })),
        ].join(" ")
      : words.say(`submission.${submission.status}`);
    if (said !== this.#said && this.#said) setText(this.#parts.spoken, said);
    this.#said = said;
  }
}

customElements.get("orchestration-plan-summary") ??
  customElements.define("orchestration-plan-summary", OrchestrationPlanSummary);
