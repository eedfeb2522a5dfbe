/* kb-search: what the pages do quicker with script. Nothing here is needed: every step is also a link or a form. */
"use strict";

(() => {
  const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));
  const one = (selector, root = document) => root.querySelector(selector);

  /* ---- a line at the foot that says what was done, to everybody ---- */
  const said = document.createElement("div");
  said.className = "said";
  said.setAttribute("role", "status");
  document.body.append(said);
  let silence = 0;
  const say = (text) => {
    said.textContent = text;
    clearTimeout(silence);
    silence = setTimeout(() => { said.textContent = ""; }, 2500);
  };

  /* ---- hits: j and k ---- */
  const hits = all(".card a.open");
  const step = (by) => {
    if (!hits.length) return;
    const at = hits.findIndex((hit) => hit.closest(".card").contains(document.activeElement));
    const next = hits[at < 0 && by < 0 ? 0 : Math.min(Math.max(at + by, 0), hits.length - 1)];
    next.focus({ preventScroll: true });
    next.closest(".card").scrollIntoView({ block: "nearest" });
  };

  /* ---- marks: n and p, and the bar that says where one is ---- */
  const marks = all(".prose mark[id]");
  const bar = one(".marks-bar[data-marks]");
  const count = bar && one(".marks-count", bar);
  let here = -1;

  const point = (number) => {
    if (marks[here]) marks[here].classList.remove("here");
    here = number;
    marks[here].classList.add("here");
    if (count) count.textContent = `${here + 1} of ${marks.length} marks`;
  };
  const show = (number) => {
    point(number);
    marks[here].scrollIntoView({ block: "center" });
  };

  const turn = (by) => {
    if (!marks.length) return;
    show(here < 0 && by < 0 ? marks.length - 1 : (here + by + marks.length) % marks.length);
  };

  /* The mark at the place that the address names: the first one that does not stand before it. */
  const arrive = () => {
    const asked = document.getElementById(location.hash.slice(1));
    if (!asked) return;
    const before = Node.DOCUMENT_POSITION_PRECEDING;
    const found = marks.findIndex((mark) => !(asked.compareDocumentPosition(mark) & before));
    if (found >= 0) point(found);
  };

  if (bar && marks.length) {
    const steps = one(".marks-steps", bar);
    const link = (words, by) => {
      const made = document.createElement("a");
      made.href = `#${marks[by > 0 ? 0 : marks.length - 1].id}`;
      made.textContent = words;
      made.addEventListener("click", (event) => { event.preventDefault(); turn(by); });
      return made;
    };
    steps.replaceChildren(link("previous", -1), " ", link("next", 1));
    bar.addEventListener("click", (event) => {
      const number = event.target.closest(".marks-list a");
      if (!number) return;
      event.preventDefault();
      show(marks.findIndex((mark) => `#${mark.id}` === number.getAttribute("href")));
    });
    addEventListener("hashchange", arrive);
    arrive();
  }

  /* ---- keys ---- */
  const address = () => {
    const card = document.activeElement && document.activeElement.closest(".card");
    return card ? one("a.open", card).href : location.href;
  };
  const copy = () => {
    const text = address();
    if (!navigator.clipboard) { say(text); return; }
    navigator.clipboard.writeText(text).then(() => say("Address copied"), () => say(text));
  };
  const keys = {
    "/": () => { const field = one("#q"); field.focus(); field.select(); },
    "?": () => { location.href = "/help"; },
    j: () => step(1),
    k: () => step(-1),
    n: () => turn(1),
    p: () => turn(-1),
    y: copy,
  };
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest && event.target.closest("input, textarea, select, [contenteditable]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const act = Object.hasOwn(keys, event.key) && keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });

  /* ---- a box that filters a long list of values ---- */
  for (const list of all("[data-filter]")) {
    const box = document.createElement("input");
    box.className = "facet-filter";
    box.type = "search";
    box.placeholder = "Filter this list";
    box.setAttribute("aria-label", `Filter the list: ${list.dataset.filter}`);
    const rows = all(":scope > li", list).map((row) => [row, row.dataset.name.toLowerCase()]);
    box.addEventListener("input", () => {
      const wanted = box.value.trim().toLowerCase();
      for (const [row, name] of rows) row.hidden = !name.includes(wanted);
    });
    list.before(box);
  }

  /* ---- completion: the combobox of WAI-ARIA's patterns, with the focus always in the field ---- */
  for (const box of all("[data-complete]")) {
    const field = one("input", box);
    const list = document.createElement("ul");
    list.className = "completions";
    list.id = `${field.id}-completions`;
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "Ways to go on");
    box.append(list);
    const set = (name, value) => field.setAttribute(name, value);
    set("role", "combobox");
    set("aria-autocomplete", "list");
    set("aria-controls", list.id);
    set("aria-expanded", "false");
    let chosen = -1;
    let asked = 0;
    let waiting = 0;

    const close = () => {
      clearTimeout(waiting);
      asked += 1;
      chosen = -1;
      list.hidden = true;
      set("aria-expanded", "false");
      field.removeAttribute("aria-activedescendant");
    };
    const choose = (number) => {
      chosen = number;
      for (const [at, row] of all("li", list).entries()) row.setAttribute("aria-selected", String(at === chosen));
      if (chosen < 0) field.removeAttribute("aria-activedescendant");
      else set("aria-activedescendant", list.children[chosen].id);
    };
    const take = (row) => {
      field.value = row.dataset.text;
      close();
      field.focus();
    };
    const fill = (text, completions) => {
      list.dataset.text = text;
      list.replaceChildren(...completions.map((found, at) => {
        const row = document.createElement("li");
        row.id = `${list.id}-${at}`;
        row.dataset.text = found.text;
        row.setAttribute("role", "option");
        row.setAttribute("aria-selected", "false");
        const ending = document.createElement("bdi");
        ending.textContent = found.ending;
        row.append(ending);
        return row;
      }));
      choose(-1);
      list.hidden = !completions.length;
      set("aria-expanded", String(Boolean(completions.length)));
      if (completions.length) say(`${completions.length} ways to go on`);
    };
    const ask = async () => {
      asked += 1;
      const mine = asked;
      const text = field.value;
      if (!text.trim() || field.selectionStart < text.length) { close(); return; }
      try {
        const answer = await fetch(`${box.dataset.complete}?q=${encodeURIComponent(text)}`);
        const found = answer.ok ? (await answer.json()).completions : [];
        if (mine === asked) fill(text, found);
      } catch {
        close();
      }
    };
    field.addEventListener("input", () => {
      clearTimeout(waiting);
      choose(-1);
      waiting = setTimeout(ask, 120);
    });
    field.addEventListener("keydown", (event) => {
      if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
      // rows that answer an earlier text stay in sight until the next answer, but cannot be chosen
      const count = list.hidden || list.dataset.text !== field.value ? 0 : list.children.length;
      if (event.key === "Escape" && !list.hidden) close();
      else if (event.key === "Enter" && count && chosen >= 0) take(list.children[chosen]);
      else if (event.key === "ArrowDown" && count) choose(chosen + 1 < count ? chosen + 1 : -1);
      else if (event.key === "ArrowUp" && count) choose(chosen < 0 ? count - 1 : chosen - 1);
      else if (event.key === "ArrowDown" && field.selectionStart === field.value.length) { ask(); return; }
      else return;
      event.preventDefault();
    });
    field.addEventListener("blur", close);
    list.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      const row = event.target.closest("li");
      if (row) take(row);
    });
  }

  /* ---- drag over the timeline to narrow the dates ---- */
  const drawing = one("svg.bars");
  const form = one("form.dates");
  const dated = all(".bar").filter((item) => item.dataset.since);
  if (drawing && form && dated.length > 1) {
    let from = null;
    let to = null;
    let dragged = false;
    const shade = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    shade.setAttribute("class", "drag");
    const at = (event) => dated.findIndex((item) => {
      const box = item.querySelector(".area").getBoundingClientRect();
      return event.clientX >= box.left && event.clientX <= box.right;
    });
    const paint = () => {
      const left = dated[Math.min(from, to)].querySelector(".area");
      const right = dated[Math.max(from, to)].querySelector(".area");
      const start = parseFloat(left.getAttribute("x"));
      const end = parseFloat(right.getAttribute("x")) + parseFloat(right.getAttribute("width"));
      shade.setAttribute("x", `${start}%`);
      shade.setAttribute("width", `${end - start}%`);
      shade.setAttribute("y", "0");
      shade.setAttribute("height", left.getAttribute("height"));
      drawing.append(shade);
    };
    drawing.addEventListener("dragstart", (event) => event.preventDefault());
    drawing.addEventListener("pointerdown", (event) => {
      dragged = false;
      if (event.button || event.pointerType === "touch") return;
      const place = at(event);
      from = place < 0 ? null : place;
      to = from;
    });
    drawing.addEventListener("pointermove", (event) => {
      if (from === null) return;
      const place = at(event);
      if (place < 0 || place === to) return;
      to = place;
      dragged = true;
      paint();
    });
    addEventListener("pointerup", () => {
      if (from !== null && dragged) {
        form.elements.since.value = dated[Math.min(from, to)].dataset.since;
        form.elements.until.value = dated[Math.max(from, to)].dataset.until;
        form.requestSubmit();
      }
      from = null;
      shade.remove();
    });
    drawing.addEventListener("click", (event) => { if (dragged) event.preventDefault(); }, true);
    addEventListener("keydown", (event) => {
      if (event.key === "Escape") { from = null; dragged = false; shade.remove(); }
    });
  }
})();
