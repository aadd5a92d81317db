// Keys, countdown, folding, and what open pages do when something changed. The pages work without it.
(() => {
  "use strict";
  const $ = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const words = (document.body.dataset.words || "").split("|");
  const say = (at, values) => (words[at] || "").replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const french = document.documentElement.lang === "fr";
  const mac = /Mac|iPhone|iPad/.test(navigator.platform);
  const wide = matchMedia("(min-width:48.01rem)");

  // --- time left ---------------------------------------------------------------------------------------------
  const left = (seconds, long) => {
    const minutes = Math.floor(Math.max(seconds, 0) / 60), hours = Math.floor(minutes / 60), days = Math.floor(hours / 24), d = french ? "j" : "d";
    const two = (n) => String(n).padStart(2, "0");
    if (hours === 0) return `${minutes} min`;
    if (hours < 24) return long ? `${hours} h ${two(minutes % 60)} min` : `${hours} h ${two(minutes % 60)}`;
    return days < 4 ? `${days} ${d} ${hours % 24} h` : `${days} ${d}`;
  };
  const until = (time) => (Date.parse(time.dateTime) - Date.now()) / 1000;
  const warned = new Set();
  const count = () => {
    for (const time of all("time[data-left]")) {
      if (until(time) <= 0) continue;
      const text = left(until(time), time.dataset.left === "long");
      if (time.textContent !== text) time.textContent = text;
    }
    warn();
  };
  // Said aloud once, at 60 and at 15 minutes, for the ticket that is open.
  const warn = () => {
    const clock = $("main[data-ticket] .clock.red time");
    if (!clock) return;
    const minutes = until(clock) / 60, key = (at) => `${$("main").dataset.ticket}:${at}`;
    for (const at of [15, 60]) {
      if (minutes <= at && minutes > at - 2 && !warned.has(key(at))) {
        warned.add(key(at));
        const alert = document.createElement("span");
        alert.className = "vh";
        alert.setAttribute("role", "alert");
        alert.textContent = `${$("main h1").firstChild.textContent}: ${clock.textContent}`;
        $("main").append(alert);
      }
    }
  };
  setInterval(count, 30000);
  setInterval(() => {
    for (const time of all("time[data-leaves]")) {
      const seconds = Math.max(0, Math.ceil(until(time)));
      time.textContent = `${seconds} s`;
    }
    if (all("time[data-left]").some((time) => until(time) < 300)) count();
  }, 1000);

  // --- folding, hints, what only a script can do -----------------------------------------------------------------
  const dress = (from) => {
    for (const hint of all("kbd[data-mod]", from)) hint.textContent = mac ? hint.textContent : hint.textContent.replace("⌘", "Ctrl ");
    for (const hidden of all("[data-hide]", from)) hidden.hidden = true;
    if (!wide.matches) for (const fold of all(".proof details[open]", from)) fold.open = false;
    for (const fold of all("details[data-html]", from)) {
      fold.addEventListener("toggle", () => {
        if (!fold.open || $("iframe", fold)) return;
        const frame = document.createElement("iframe");
        frame.setAttribute("sandbox", "");
        frame.title = $("a", fold).textContent;
        frame.src = fold.dataset.html;
        fold.append(frame);
      });
    }
    guardSend();
    count();
  };
  // One press is one reply: until the answer is on the page nothing is sent again.
  let leaving = false;
  const guardSend = () => {
    const send = $("#send");
    if (!send) return;
    if (send.dataset.own === undefined) send.dataset.own = send.disabled ? "off" : "on";
    send.disabled = send.dataset.own === "off" || leaving || !$("#txt")?.value.trim() || Boolean($("#check[data-leak], #news [data-stop], #saved [data-changed]"));
  };

  // --- the list: nothing moves under the hand --------------------------------------------------------------------
  const markCurrent = () => {
    const here = location.pathname;
    for (const row of all("#queue .tk")) {
      if (row.getAttribute("href") === here) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    }
    const desk = $("#desk");
    if (desk && $("#queue")) {
      const open = Boolean($("main[data-ticket]"));
      desk.classList.toggle("one", open);
      desk.classList.toggle("list", !open);
    }
  };
  const ids = (section) => all("li", section).map((row) => row.id).join();
  const reconcile = (html) => {
    const queue = $("#queue");
    if (!queue) return;
    const fresh = document.createElement("template");
    fresh.innerHTML = html;
    const wanted = all("section", fresh.content);
    for (const section of all("section", queue)) if (!wanted.some((w) => w.dataset.group === section.dataset.group) && !busy(section)) section.remove();
    wanted.forEach((section, at) => {
      const old = $(`section[data-group="${section.dataset.group}"]`, queue);
      if (!old) return place(queue, section, at);
      for (const row of all("li", section)) {
        const same = document.getElementById(row.id);
        if (same && old.contains(same) && same.innerHTML !== row.innerHTML && !same.contains(document.activeElement)) same.replaceWith(row.cloneNode(true));
      }
      if (ids(old) === ids(section)) {
        const counts = [$(".cnt", old), $(".cnt", section)];
        counts[0].textContent = counts[1].textContent;
        return;
      }
      if (busy(old) && section.dataset.group !== "imminent") return offer(old, section);
      const before = queue.scrollHeight, top = queue.scrollTop;
      const focused = document.activeElement && old.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
      old.replaceWith(section);
      if (top > 0) queue.scrollTop = top + (queue.scrollHeight - before);
      if (focused) $(`.tk[href="${focused}"]`, section)?.focus({ preventScroll: true });
    });
    markCurrent();
    htmx.process(queue);
  };
  const busy = (section) => section.matches(":hover") || section.contains(document.activeElement);
  const place = (queue, section, at) => queue.insertBefore(section, all("section", queue)[at] || null);
  const offer = (old, section) => {
    const fresh = all("li", section).filter((row) => !document.getElementById(row.id)).length;
    const head = $("h2", old);
    $(".fresh", head)?.remove();
    const button = document.createElement("button");
    button.className = "btn small fresh";
    button.type = "button";
    button.textContent = say(3, { n: fresh || "…" });
    button.addEventListener("click", () => {
      old.replaceWith(section);
      markCurrent();
      $(".tk", section)?.focus();
    });
    head.append(button);
  };

  // --- keys ----------------------------------------------------------------------------------------------------
  const typing = (target) => target.matches("input, textarea, select, [contenteditable]");
  const press = (key) => {
    const button = $(`[data-key="${key}"]:not([disabled])`);
    if (!button) return false;
    button.click();
    if (button.matches("summary")) $("input", button.parentElement)?.focus();
    return true;
  };
  const step = (by) => {
    const rows = all("#queue .tk");
    const at = rows.findIndex((row) => row === document.activeElement);
    const from = at >= 0 ? at : rows.findIndex((row) => row.getAttribute("aria-current"));
    const row = rows[Math.min(Math.max(from + by, 0), rows.length - 1)];
    row?.focus();
    row?.scrollIntoView({ block: "nearest" });
    return Boolean(row);
  };
  const letters = {
    j: () => step(1), k: () => step(-1), arrowdown: () => document.activeElement.matches(".tk") && step(1), arrowup: () => document.activeElement.matches(".tk") && step(-1),
    e: () => $("#txt") && ($("#txt").focus(), true),
    c: () => $("#case") && ($("#case").focus(), true),
    l: () => { const other = $("#write .seg button:not([aria-current])"); return other && (other.click(), true); },
    f: () => { const facts = all(".fact"); const at = facts.indexOf(document.activeElement); const next = facts[(at + 1) % facts.length]; return next && (next.focus(), true); },
    q: () => { const folds = all("details[data-quoted]"); folds.forEach((fold) => { fold.open = !fold.open; }); return folds.length > 0; },
    g: () => { const link = $("#news a[data-key=g]"); if (link) { link.click(); return true; } const newest = all(".msg").filter((m) => !m.matches(".ours")).pop(); newest?.scrollIntoView({ block: "start" }); const send = $("#send"); if (send && $("#conflict, #news [data-stop]")) seen(); return Boolean(newest); },
    "/": () => { const find = $("#find"); return find && (find.focus(), true); },
    "?": () => { const keys = $("#keys"); return keys && (keys.showModal(), true); },
  };
  // What came since was read: the reply may be sent as it is.
  const seen = () => {
    const stop = $("#news [data-stop]"), form = $("#write");
    if (stop && form && stop.dataset.seen) {
      form.elements.seen.value = stop.dataset.seen;
      stop.removeAttribute("data-stop");
    }
    const send = $("#send");
    if (send && $("#conflict")) { send.dataset.own = "on"; $("#conflict").remove(); }
    guardSend();
  };
  document.addEventListener("keydown", (event) => {
    const mod = mac ? event.metaKey : event.ctrlKey, key = event.key.toLowerCase(), inside = event.target;
    // A key that is held down does nothing twice, but for walking the list.
    const walks = ["j", "k", "arrowdown", "arrowup"].includes(key);
    if (event.repeat && !walks && (mod || !typing(inside))) return event.preventDefault();
    if ($("dialog[open]")) return;
    if (mod && key === "enter") {
      if (typing(inside) && inside.form && !inside.closest("#write")) return inside.form.requestSubmit();
      if (inside.id === "note") { event.preventDefault(); return $("#f-hand").requestSubmit(); }
      if (press("send")) event.preventDefault();
      return;
    }
    if (mod && key === "s" && $("#write")) { press("save"); return event.preventDefault(); }
    if (key === "escape") {
      const ask = $("details.ask[open]");
      if (ask) { ask.open = false; $("summary", ask).focus(); return; }
      if (typing(inside)) inside.blur();
      close();
      return;
    }
    if (event.altKey || event.ctrlKey || event.metaKey || typing(inside)) return;
    if (!("keys" in document.body.dataset) && !key.startsWith("arrow")) return;
    if (letters[key] ? letters[key]() : /^[a-z1-9]$/.test(key) && press(key)) event.preventDefault();
  });

  // --- small forms that open in place --------------------------------------------------------------------------
  let opener = null;
  const close = () => {
    const fix = $("form#fix");
    if (fix) { const empty = document.createElement("div"); empty.id = "fix"; fix.replaceWith(empty); opener?.focus(); }
    $(".mark")?.remove();
  };
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-close]") && $("form#fix")) { event.preventDefault(); close(); }
    const line = event.target.closest("[data-line]");
    if (line) { event.preventDefault(); goTo(Number(line.dataset.line)); }
    if (event.target.closest("button[data-seen]")) { event.preventDefault(); seen(); }
  });
  const goTo = (line) => {
    const text = $("#txt"), lines = text.value.split("\n"), start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    text.focus();
    text.setSelectionRange(start, start + (lines[line - 1] || "").length);
  };
  // Selected words can be marked as a fact.
  document.addEventListener("mouseup", (event) => {
    if (event.target.closest(".mark")) return;
    const chosen = getSelection(), text = chosen.toString().trim();
    const inside = chosen.anchorNode?.parentElement?.closest(".msg .text");
    if (!inside || !text || text.length > 300) return;
    $(".mark")?.remove();
    const bar = document.createElement("p");
    bar.className = "mark row";
    const number = $("main").dataset.ticket;
    for (const name of ["name", "address", "course", "date", "error", "code"]) {
      const link = document.createElement("a");
      link.className = "btn small";
      link.textContent = $("#talk").dataset[name] || name;
      link.href = `/queue/${number}/fact/${name}?text=${encodeURIComponent(text)}`;
      link.setAttribute("hx-get", link.href);
      link.setAttribute("hx-target", "#fix");
      link.setAttribute("hx-swap", "outerHTML");
      bar.append(link);
    }
    inside.after(bar);
    htmx.process(bar);
  });
  // A list that is walked through by keys changes at every step: then Enter chooses, or the button beside it.
  let walked = { key: "", at: 0 };
  const setCase = () => $("button[formaction$='/case']").click();
  document.addEventListener("keydown", (event) => {
    if (event.target.id !== "case") return;
    walked = { key: event.key, at: event.timeStamp };
    const chosen = $("option[selected]", event.target)?.value;
    if (event.key === "Enter" && event.target.value !== chosen) { event.preventDefault(); setCase(); }
  });
  document.addEventListener("change", (event) => {
    if (event.target.id !== "case") return;
    if (walked.key === "Enter" || event.timeStamp - walked.at > 200) return setCase();
    $("button[formaction$='/case']").hidden = false;
  });

  // --- htmx ------------------------------------------------------------------------------------------------------
  let lastTyped = 0, savedAt = "", lost = 0;
  document.addEventListener("input", (event) => { if (event.target.closest("#write")) { lastTyped = Date.now(); guardSend(); } });
  document.addEventListener("htmx:configRequest", (event) => {
    const { verb, headers, parameters, path } = event.detail;
    if (verb !== "get") headers["X-CSRF-Token"] = $("meta[name=csrf]").content;
    if (path.endsWith("/presence") && Date.now() - lastTyped < 20000) parameters.typing = "1";
    if (path.includes("/fact/")) opener = document.activeElement;
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, target } = event.detail;
    if (target.id === "queue" && xhr.responseURL.includes("/queue/list")) { event.detail.shouldSwap = false; reconcile(xhr.responseText); }
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const target = event.detail.target;
    if (target.id === "main" || event.detail.elt?.id === "main") {
      const own = /^(\/queue\/\d+)\//.exec(location.pathname);
      if (own && $("main[data-ticket]")) history.replaceState(history.state, "", own[1]);
      markCurrent();
      const alert = $("#conflict, .strip[role=alert], #check[data-leak]");
      (alert ? $("#txt") : $("main h1"))?.focus({ preventScroll: Boolean(alert) });
    }
    if ($("form#fix")) $("form#fix input:not([type=hidden])")?.focus();
    guardSend();
  });
  document.addEventListener("htmx:load", (event) => dress(event.detail.elt));
  document.addEventListener("htmx:oobAfterSwap", guardSend);
  // A page that says no is not where one is.
  document.addEventListener("htmx:beforeHistoryUpdate", (event) => {
    const path = event.detail.path || "";
    const own = /^(\/queue\/\d+)\/(?:send|save|draft|case|language|hand-over|not-person|person|ignore|take|take-over|release|vouch|alias|typed|reopen|undo|send-now|take-back|fact\/\w+)$/.exec(path);
    if (own) event.detail.path = own[1];
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const path = event.detail.requestConfig?.path || "";
    if (path.endsWith("/draft") && event.detail.successful) { savedAt = new Date().toTimeString().slice(0, 5); if (french) savedAt = savedAt.replace(":", "\u00a0h\u00a0"); lost = 0; }
    if (path.endsWith("/draft") && !event.detail.successful && $("#saved")) $("#saved").textContent = say(1, { time: savedAt || "–" });
    if (event.detail.xhr?.status === 401) ended();
  });
  // The session ended: what was typed stays on the page, and goes on under a new one.
  const ended = () => {
    if ($("#ended")) return;
    const strip = document.createElement("div"), link = document.createElement("a"), go = document.createElement("button"), text = document.createElement("span");
    strip.id = "ended";
    strip.className = "strip ink";
    strip.setAttribute("role", "alert");
    text.textContent = say(6, {});
    link.textContent = say(7, {});
    link.className = go.className = "btn small";
    link.href = "/sign-in?next=/me";
    link.target = "_blank";
    go.textContent = say(8, {});
    go.type = "button";
    go.addEventListener("click", async () => {
      const answer = await fetch(location.href, { redirect: "follow" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html"), fresh = $("meta[name=csrf]", page);
      if (!fresh?.content) return link.focus();
      $("meta[name=csrf]").content = fresh.content;
      for (const field of all("input[name=csrf]")) field.value = fresh.content;
      strip.remove();
    });
    strip.append(text, link, go);
    ($(".draft-wrap") || $(".warn")).prepend(strip);
    link.focus();
  };
  // A slow answer is told on the button that was pressed, after 300 ms.
  document.addEventListener("htmx:beforeRequest", (event) => {
    const button = event.detail.elt;
    if (button.id !== "send") return;
    leaving = true;
    button.disabled = true;
    const text = button.innerHTML;
    const timer = setTimeout(() => { button.textContent = say(2, {}); button.disabled = true; }, 300);
    document.addEventListener("htmx:afterRequest", () => { clearTimeout(timer); leaving = false; if (button.isConnected) { button.innerHTML = text; button.disabled = false; guardSend(); } }, { once: true });
  });
  const reconnecting = () => {
    const live = $("#live");
    if (!lost || !live) return;
    const chip = $(".chip.sol", live) || document.createElement("span");
    chip.className = "chip sol";
    chip.textContent = say(0, { seconds: Math.round((Date.now() - lost) / 1000) });
    if (!chip.isConnected) live.replaceChildren(chip);
  };
  setInterval(reconnecting, 1000);
  const cut = () => { lost ||= Date.now(); reconnecting(); };
  document.addEventListener("htmx:sseError", cut);
  document.addEventListener("htmx:sendError", (event) => {
    cut();
    const path = event.detail.requestConfig?.path || "";
    if (path.endsWith("/draft")) retry = true;
  });
  // What could not be saved is saved as soon as the desk answers again.
  let retry = false;
  const again = () => {
    if (!retry || !$("#txt")) return;
    retry = false;
    $("#txt").dispatchEvent(new Event("input", { bubbles: true }));
  };
  window.addEventListener("online", again);
  setInterval(again, 5000);
  document.addEventListener("htmx:sseOpen", () => {
    if (lost && $("#live")) htmx.trigger("#live", "sse:mail");
    if (lost && $("#queue")) htmx.trigger("#queue", "sse:queue");
    lost = 0;
    again();
  });
  document.addEventListener("DOMContentLoaded", () => { dress(document); markCurrent(); });
})();
