"use strict";
// Every number of the page for any day, as known at any point. Whole numbers only: a history is
// a list of steps, a step says in bits what an action may add (1 out of base, 2 in base, 4 counted).
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const find = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const say = (code, facts) => data.words[code].replace(/\{(\w+)\}/g, (_, name) => facts[name]);

  // --- days: numbered from 0001-01-01 = 1 ------------------------------------------------------
  const EPOCH = 719163, DAY = 864e5;
  const iso = (day) => new Date((day - EPOCH) * DAY).toISOString().slice(0, 10);
  const numbered = (text) => {
    if (!/^\d{4}-\d\d-\d\d$/.test(text || "")) return null;
    const day = Date.parse(text + "T00:00:00Z") / DAY + EPOCH;
    return day >= 1 && iso(day) === text ? day : null;
  };
  const names = all("#actions a").map((found) => found.getAttribute("href").slice("actions.html#".length));
  const titles = all("#actions a").map((found) => found.textContent);
  const long = (day) => {
    const [year, month, date] = iso(day).split("-");
    const first = date === "01" ? data.words["day-1"] : String(+date);
    return `${first} ${data.words.months[month - 1]} ${year}`;
  };

  // --- arithmetic ------------------------------------------------------------------------------
  const LOW = [0, 1, 2, 2, 4, 1, 2, 2], HIGH = [0, 1, 2, 1, 4, 4, 4, 4];
  function side(row, at, order, rest) {
    let counted = 0, base = 0, able = false;
    for (let mask = 1; mask < 8; mask++) {
      const number = row[at + mask];
      if (!number) continue;
      if (order[mask] === 4) counted += number;
      if (order[mask] !== 1) base += number;
      if (mask & rest) able = true;
    }
    // No base at all: the case that is defined needs one action chosen otherwise.
    return base === 0 && able ? [rest === 4 ? 1 : 0, 1] : [counted, base];
  }
  function bounds(row, at) {
    let empty = true, unsure = 0;
    for (let mask = 1; mask < 8; mask++) {
      if (!row[at + mask]) continue;
      if (!(mask & 1)) empty = false;
      if (mask & (mask - 1)) unsure += row[at + mask];
    }
    const low = side(row, at, LOW, 4), high = side(row, at, HIGH, 2);
    const same = low[0] === high[0] && low[1] === high[1];
    return { low, high, empty, unsure, same, exact: same && !(empty && low[1]) };
  }
  function percentage([counted, base], policy) {
    if (!base) return data.words.undefined;
    const scaled = counted * 100 * 10 ** policy.decimals;
    const rest = scaled % base, floor = (scaled - rest) / base;
    const up = {
      "half-up": 2 * rest >= base,
      "half-even": 2 * rest > base || (2 * rest === base && floor % 2 === 1),
      "floor": false,
      "ceiling": rest > 0,
    }[policy.rounding];
    return fixed(floor + (up ? 1 : 0), policy.decimals) + data.words.percent;
  }
  function fixed(whole, decimals) {
    const digits = String(whole).padStart(decimals + 1, "0");
    const cut = digits.length - decimals;
    return decimals ? digits.slice(0, cut) + data.words.comma + digits.slice(cut) : digits;
  }
  const both = (low, high) => (low === high ? low : say("range", { low, high }));
  const percents = (found, policy) =>
    both(percentage(found.low, policy), percentage(found.high, policy));
  const ratio = ([counted, base]) => say("sum-of", { counted, base });
  function fraction({ low, high, same }) {
    if (same) return say("of", { counted: low[0], base: low[1] });
    if (low[1] === high[1]) return say("of-between", { low: low[0], high: high[0], base: low[1] });
    return say("of-apart", { low: low[0], lowbase: low[1], high: high[0], highbase: high[1] });
  }

  // --- tallies: how many actions have which possibilities, from each day on ------------------------
  class Tally {
    constructor(width, count) {
      Object.assign(this, { width, count, events: [] });
    }
    add(day, before, after) {
      this.events.push([day, before, after]);
    }
    close() {
      this.events.sort((a, b) => a[0] - b[0]);
      this.days = [];
      this.rows = [];
      const row = new Int32Array(this.width);
      this.events.forEach(([day, before, after], place) => {
        if (before >= 0) this.count(row, data.steps[before], -1);
        if (after >= 0) this.count(row, data.steps[after], 1);
        if (place + 1 === this.events.length || this.events[place + 1][0] !== day) {
          this.days.push(day);
          this.rows.push(row.slice());
        }
      });
      this.events = [];
      this.none = new Int32Array(this.width);
      return this;
    }
    at(day) {
      return this.rows[last(this.days, day)] || this.none;
    }
  }
  function last(sorted, value, step = 1) {
    let low = 0, high = sorted.length / step;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle * step] <= value) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
  const CELLS = data.cells.length;
  function part(row, step, sign) {
    row[step[0]] += sign;
    row[8 + step[1]] += sign;
  }
  function whole(row, step, sign) {
    part(row, step, sign);
    for (let cell = 0; cell < CELLS; cell++) {
      if (!(step[2] >> cell & 1)) continue;
      row[16 + cell] += sign;
      if (step[2] === 1 << cell) row[16 + CELLS + cell] += sign;
    }
  }

  // --- what is known: a history for each action ----------------------------------------------------
  const now = { basis: "recorded", moment: data.entries - 1, text: "" };
  const state = { on: data.on, known: now, from: data.first };
  let ways, tallies, shown = [];
  function know() {
    const { basis, moment } = state.known, way = data.known[basis];
    const epoch = last(way.policies, moment, 2);
    tallies = { whole: new Tally(16 + 2 * CELLS, whole), axis: new Map(), theme: new Map() };
    tallies.policy = data.policies[epoch < 0 ? 0 : way.policies[2 * epoch + 1]];
    tallies.policyWords = data.policyWords[epoch < 0 ? 0 : way.policies[2 * epoch + 1]];
    tallies.nothing = epoch < 0;
    ways = way.actions.map((known) => {
      const place = last(known, moment, 2);
      return place < 0 || known[2 * place + 1] < 0 ? null : data.histories[known[2 * place + 1]];
    });
    for (const history of ways) if (history) tell(history);
    tallies.whole.close();
    for (const by of ["axis", "theme"]) for (const each of tallies[by].values()) each.close();
    shown = [];
  }
  function tell(history) {
    let before = -1;
    for (let place = 0; place < history.length; place += 2) {
      const step = history[place], day = place ? history[place - 1] : 1;
      tallies.whole.add(day, before, step);
      ["axis", "theme"].forEach((by, where) => {
        const old = before < 0 ? -1 : data.steps[before][3 + where], to = data.steps[step][3 + where];
        if (old === to) return tallyOf(by, to).add(day, before, step);
        if (old >= 0) tallyOf(by, old).add(day, before, -1);
        tallyOf(by, to).add(day, -1, step);
      });
      before = step;
    }
  }
  function tallyOf(by, number) {
    if (!tallies[by].has(number)) tallies[by].set(number, new Tally(16, part));
    return tallies[by].get(number);
  }
  const stepOf = (history, day) => {
    let place = history.length - 1;
    while (place > 0 && history[place - 1] > day) place -= 2;
    return history[place];
  };

  // --- showing ---------------------------------------------------------------------------------
  const slots = new Map(all("[data-show]").map((slot) => [slot.dataset.show, slot]));
  const put = (name, text) => {
    const slot = slots.get(name);
    if (slot.textContent !== text) slot.textContent = text;
  };
  const set = (node, text) => {
    if (node.textContent !== text) node.textContent = text;
  };
  const slider = find("#slider"), on = find("#on"), from = find("#from"), select = find("#known");
  const play = find("#play"), trouble = find("#trouble");
  function sure(found) {
    if (found.exact) return data.words.sure;
    const told = found.unsure === 1 ? data.words["unsure-1"] : say("unsure", { count: found.unsure });
    return found.empty ? `${told} ${data.words.empty}` : told;
  }
  function aloneSure(found) {
    if (found.exact) return data.words["alone-sure"];
    return found.unsure === 1 ? data.words["alone-unsure-1"] : say("alone-unsure", { count: found.unsure });
  }
  function show() {
    const row = tallies.whole.at(state.on), { policy } = tallies;
    const found = bounds(row, 0), alone = bounds(row, 8);
    put("percent", percents(found, policy));
    put("lead", tallies.policyWords.lead);
    put("rule", tallies.policyWords.rule);
    put("fraction", fraction(found));
    put("alone-percent", percents(alone, policy));
    put("alone-fraction", fraction(alone));
    put("alone-sure", aloneSure(alone));
    put("day", say("on-day", { day: long(state.on) }));
    put("plain-day", long(state.on));
    put("sure", tallies.nothing ? data.words["known-nothing"] : sure(found));
    for (const line of all("[data-cell]")) {
      const cell = +line.dataset.cell;
      line.hidden = !row[16 + cell];
      set(line.cells[1], String(row[16 + CELLS + cell]));
      set(line.cells[2], String(row[16 + cell]));
    }
    for (const table of all("[data-by]")) showParts(table);
    if (+slider.value !== state.on) slider.value = state.on;
    slider.setAttribute("aria-valuetext", long(state.on));
    if (on.value !== iso(state.on)) on.value = iso(state.on);
    for (const drawn of all(".chart")) {
      const cursor = find(".cursor", drawn), x = across(drawn, state.on);
      cursor.setAttribute("x1", x);
      cursor.setAttribute("x2", x);
    }
    return found;
  }
  function showParts(table) {
    for (const line of all("[data-part]", table)) {
      const name = line.dataset.part;
      const tally = name === "whole" ? tallies.whole : tallies[table.dataset.by].get(+name);
      const row = tally && tally.at(state.on);
      line.hidden = name !== "whole" && !(row && row.some((number) => number));
      if (line.hidden) continue;
      const found = bounds(row, 0), alone = bounds(row, 8);
      set(line.cells[1], ratio(found.low));
      set(line.cells[2], ratio(found.high));
      set(line.cells[3], both(ratio(alone.low), ratio(alone.high)));
      const wide = ([counted, base]) => (base ? Math.round(1e4 * counted / base) / 100 : 0);
      find(".most", line).setAttribute("width", wide(found.high));
      find(".least", line).setAttribute("width", wide(found.low));
    }
  }
  const orWord = data.words.or;
  const cellText = new Map();
  function cellsOf(step) {
    const bits = data.steps[step][2];
    if (!cellText.has(bits)) {
      cellText.set(bits, data.cellWords.filter((_, cell) => bits >> cell & 1).join(orWord));
    }
    return cellText.get(bits);
  }
  // The list is only brought up to date where it is open, and only the rows that moved.
  function showRows() {
    if (!find("#rows").open) return;
    all("#actions tr").forEach((line, place) => {
      const step = ways[place] ? stepOf(ways[place], state.on) : -1;
      if (shown[place] === step) return;
      shown[place] = step;
      line.dataset.out = step < 0 ? "1" : "";
      line.hidden = step < 0 || !line.textContent || !wanted(line);
      if (step >= 0) {
        set(line.cells[1], data.axisTitles[data.steps[step][3]]);
        set(line.cells[2], cellsOf(step));
      }
    });
  }

  // --- the curve, when what is known changes -------------------------------------------------------
  const across = (drawn, day) => {
    const [first, end] = data.frame, { left, right } = drawn.dataset;
    const share = (Math.min(Math.max(day, first), end) - first) / Math.max(end - first, 1);
    return Math.round(10 * (+left + share * (right - left))) / 10;
  };
  const down = (drawn, [counted, base]) => {
    const { top, bottom } = drawn.dataset;
    return base ? Math.round(10 * (bottom - counted / base * (bottom - top))) / 10 : null;
  };
  function points() {
    const found = [];
    let before = "";
    tallies.whole.rows.forEach((row, place) => {
      const counted = bounds(row, 0), alone = bounds(row, 8);
      const told = [counted.low, counted.high, counted.empty, alone.low, alone.high, alone.empty];
      if (place && String(told) === before) return;
      before = String(told);
      found.push({ day: tallies.whole.days[place], counted, alone });
    });
    // Before the first day on which anything may be on a list there is no figure.
    return found.filter((point, place) => place || point.day > 1);
  }
  function stretches(drawn, told, pick) {
    const found = [];
    let open = null;
    told.forEach((point, place) => {
      const y = down(drawn, pick(point));
      const end = place + 1 < told.length ? told[place + 1].day : data.last;
      if (point.day > data.last) return;
      if (y === null) return void (open = null);
      if (!open) found.push(open = []);
      open.push([across(drawn, point.day), y], [across(drawn, Math.min(end, data.last)), y]);
    });
    return found;
  }
  const path = (corners) => corners.map((line) => "M" + line.map(String).join("L")).join("");
  function draw() {
    const told = points();
    for (const drawn of all(".chart")) {
      const low = stretches(drawn, told, (point) => point.counted.low);
      const high = stretches(drawn, told, (point) => point.counted.high);
      const alone = stretches(drawn, told, (point) => point.alone.low);
      const outline = high.map((line, place) => [...line, ...[...low[place]].reverse()]);
      for (const [kind, lines] of Object.entries({ band: outline, high, alone, low })) {
        find(`path.${kind}`, drawn).setAttribute("d", path(lines));
      }
    }
    const body = find("#points");
    body.replaceChildren(...told.map((point) => line([
      iso(point.day), ratio(point.counted.low), ratio(point.counted.high), ratio(point.alone.low),
    ])));
  }
  function line(cells) {
    const made = document.createElement("tr");
    cells.forEach((cell, place) => {
      const box = document.createElement(place ? "td" : "th");
      if (!place) box.scope = "row";
      box.append(cell);
      made.append(box);
    });
    return made;
  }

  // --- what changed between two days ---------------------------------------------------------------
  function picks(day) {
    const masks = ways.map((history) => (history ? data.steps[stepOf(history, day)][0] : 1));
    const found = [LOW, HIGH].map((order) => masks.map((mask) => order[mask]));
    [4, 2].forEach((rest, place) => {
      if (found[place].some((pick) => pick !== 1)) return;
      const first = masks.findIndex((mask) => mask & rest);
      if (first >= 0) found[place][first] = rest;
    });
    const ends = found.map((side) => [
      side.filter((pick) => pick === 4).length, side.filter((pick) => pick !== 1).length,
    ]);
    return { found, ends };
  }
  function explain() {
    const [before, after] = [picks(state.from), picks(state.on)];
    const dividers = [0, 1].map((side) => 2 * before.ends[side][1] * after.ends[side][1]);
    const parts = [];
    for (const place of [...ways.keys()].sort((a, b) => data.ranks[a] - data.ranks[b])) {
      const was = before.found.map((side) => side[place]), is = after.found.map((side) => side[place]);
      if (was[0] === is[0] && was[1] === is[1]) continue;
      const shares = [0, 1].map((side) => {
        if (!dividers[side]) return null;
        const counted = (is[side] === 4) - (was[side] === 4), base = (is[side] !== 1) - (was[side] !== 1);
        const [c0, b0] = before.ends[side], [c1, b1] = after.ends[side];
        return counted * (b0 + b1) - base * (c0 + c1);
      });
      const moved = was.some((pick, side) => (pick === 1) !== (is[side] === 1));
      parts.push({ place, was, is, shares, base: moved });
    }
    return { parts, dividers };
  }
  // Hundredths of a percentage point, rounded half away from zero.
  function hundredths(share, divider) {
    if (share === null || !divider) return data.words.undefined;
    const scaled = Math.abs(share) * 10000, rest = scaled % divider;
    const value = (scaled - rest) / divider + (2 * rest >= divider ? 1 : 0);
    return (share < 0 && value ? "\u2212" : "+") + fixed(value, 2);
  }
  const PICKS = { 1: data.words.out, 2: data.words.in, 4: data.words.counted };
  function change({ was, is }) {
    const told = [0, 1].map((side) =>
      (was[side] === is[side] ? "" : say("move", { before: PICKS[was[side]], after: PICKS[is[side]] })));
    return told[0] === told[1] ? told[0] : told.map((text, side) =>
      text && `${data.words[side ? "highest" : "lowest"]} : ${text}`).filter(Boolean).join(" ; ");
  }
  function showChanges() {
    const { parts, dividers } = explain();
    const sums = (several, side) => several.reduce((sum, each) => sum + (each.shares[side] || 0), 0);
    set(find("#moved"), parts.length ? say("moved-total", {
      before: long(state.from), after: long(state.on),
      low: say("points", { value: hundredths(dividers[0] ? sums(parts, 0) : null, dividers[0]) }),
      high: say("points", { value: hundredths(dividers[1] ? sums(parts, 1) : null, dividers[1]) }),
    }) : data.words["moved-none"]);
    for (const box of all("[data-moved]")) {
      const several = parts.filter((each) => each.base === (box.dataset.moved === "base"));
      box.hidden = !several.length;
      set(find("[data-count]", box), String(several.length));
      find("tbody", box).replaceChildren(...several.map((each) => {
        const made = line([
          titled(each.place), change(each), hundredths(each.shares[0], dividers[0]),
          hundredths(each.shares[1], dividers[1]), entries(each.place),
        ]);
        made.dataset.parts = each.shares.map((share, side) =>
          (share === null ? "" : `${share}/${dividers[side]}`)).join(" ");
        made.dataset.action = names[each.place];
        return made;
      }));
      const foot = find("tfoot", box).rows[0].cells;
      [0, 1].forEach((side) =>
        set(foot[1 + side], hundredths(dividers[side] ? sums(several, side) : null, dividers[side])));
    }
  }
  function link(text, target) {
    const made = document.createElement("a"), isolated = document.createElement("bdi");
    isolated.textContent = text;
    made.href = "actions.html#" + encodeURI(target);
    made.append(isolated);
    return made;
  }
  const titled = (place) => link(titles[place], names[place]);
  // The entries that may have happened between the two days, with the evidence attached to them.
  function entries(place) {
    const moments = data.known[state.known.basis].moments[place];
    const seen = (version) => version > 0 && moments[version - 1] <= state.known.moment;
    const rows = data.moves[place].filter((row) => seen(row[0]) && !seen(row[1]));
    const [start, end] = [Math.min(state.from, state.on), Math.max(state.from, state.on)];
    const found = [];
    for (const kind of [0, 1]) {
      const dated = rows.filter((row) => row[2] === kind);
      const latest = dated.map((_, at) => Math.min(...dated.slice(at).map((row) => row[4])));
      let earliest = 0;
      dated.forEach((row, at) => {
        earliest = Math.max(earliest, row[3]);
        if (earliest <= end && latest[at] > start) found.push(row);
      });
    }
    const versions = new Set(found.map((row) => row[0]));
    found.push(...rows.filter((row) => row[2] === 2 && versions.has(row[3])));
    const made = document.createDocumentFragment();
    for (const row of found.sort((a, b) => a[0] - b[0])) {
      if (made.childNodes.length) made.append(document.createElement("br"));
      made.append(link(data.labels[row[5]], `${names[place]}/${row[0]}`));
    }
    return made;
  }

  // --- the address: #on=…&known=…&from=… ---------------------------------------------------------
  function knowledge(text) {
    if (/^\d{1,15}$/.test(text)) {
      const moment = Math.min(+text, data.entries - 1);
      return { basis: "recorded", moment, text, label: say("known-entry", { index: moment }) };
    }
    const stated = text.startsWith("stated:"), day = numbered(stated ? text.slice(7) : text);
    if (day === null || (stated && !data.known.stated)) return null;
    if (stated) {
      return { basis: "stated", moment: day, text, label: say("known-stated", { day: long(day) }) };
    }
    const place = last(data.days, day, 2);
    const moment = place < 0 ? -1 : data.days[2 * place + 1];
    return { basis: "recorded", moment, text, label: say("known-day", { day: long(day) }) };
  }
  function address() {
    const told = new URLSearchParams({ on: iso(state.on) });
    if (state.known.text) told.set("known", state.known.text);
    if (state.from !== data.first) told.set("from", iso(state.from));
    return "#" + told.toString().replaceAll("%3A", ":");
  }
  function read() {
    const told = new URLSearchParams(location.hash.slice(1));
    if (!["on", "known", "from"].some((name) => told.has(name))) return false;
    state.on = clamp(numbered(told.get("on")) ?? data.on);
    state.from = clamp(numbered(told.get("from")) ?? data.first);
    choose(told.get("known") || "");
    return true;
  }
  const clamp = (day) => Math.min(Math.max(day, 1), 3652059);
  function choose(text) {
    state.known = (text && knowledge(text)) || now;
    if (![...select.options].some((option) => option.value === state.known.text)) {
      select.add(new Option(state.known.label, state.known.text));
    }
    select.value = state.known.text;
    know();
    draw();
  }

  // --- moving ------------------------------------------------------------------------------------
  let waiting = 0;
  function settle({ quiet = false } = {}) {
    clearTimeout(waiting);
    showRows();
    showChanges();
    from.value = iso(state.from);
    for (const other of all("[data-other]")) other.hash = address();
    if (quiet) return;
    history.replaceState(null, "", address());
    const told = [slots.get("percent"), slots.get("fraction"), slots.get("day")];
    set(find("#live"), told.map((slot) => slot.textContent).join(", "));
  }
  function move(day, { now: atOnce = false } = {}) {
    state.on = clamp(day);
    trouble.textContent = "";
    show();
    clearTimeout(waiting);
    if (atOnce) settle();
    else waiting = setTimeout(settle, 150);
  }
  function typed(field, use) {
    const day = numbered(field.value);
    trouble.textContent = day === null ? data.words["bad-day"] : "";
    if (day !== null) use(day);
  }

  // --- replaying ---------------------------------------------------------------------------------
  const LENGTH = 12000, PAUSE = 1500;
  let playing = 0;
  function stop() {
    playing = 0;
    set(play, data.words.play);
    settle();
  }
  function start() {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches, mine = ++start.count;
    playing = mine;
    set(play, data.words.pause);
    const begin = state.on >= data.last ? data.first : state.on, began = performance.now();
    const stops = tallies.whole.days.filter((day) => day > begin && day < data.last).concat(data.last);
    const next = (time) => {
      if (playing !== mine) return;
      const share = (time - began) / LENGTH;
      state.on = calm ? stops.shift() : Math.min(begin + Math.round(share * (data.last - data.first)), data.last);
      show();
      if (state.on >= data.last) return stop();
      if (calm) setTimeout(() => next(0), PAUSE);
      else requestAnimationFrame(next);
    };
    if (calm) next(0);
    else requestAnimationFrame(next);
  }
  start.count = 0;

  // --- searching -----------------------------------------------------------------------------------
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const wanted = (line) => plain(line.textContent).includes(plain(find("#filter").value));
  function search() {
    find("#rows").open = true;
    showRows();
    const lines = all("#actions tr");
    for (const each of lines) each.hidden = each.dataset.out === "1" || !wanted(each);
    set(find("#shown"), say("shown", { count: lines.filter((each) => !each.hidden).length }));
  }

  // --- beginning -----------------------------------------------------------------------------------
  slider.min = data.first;
  slider.max = data.last;
  select.add(new Option(say("known-entry", { index: data.entries - 1 }), ""));
  for (let place = 0; place < data.days.length - 2; place += 2) {
    const text = iso(data.days[place]);
    select.add(new Option(knowledge(text).label, text));
  }
  for (const day of data.statedDays) {
    const text = "stated:" + iso(day);
    select.add(new Option(knowledge(text).label, text));
  }
  for (const part of all("#controls, #changes, .filter")) part.hidden = false;
  slider.addEventListener("input", () => move(+slider.value));
  slider.addEventListener("change", () => move(+slider.value, { now: true }));
  on.addEventListener("change", () => typed(on, (day) => move(day, { now: true })));
  from.addEventListener("change", () => typed(from, (day) => { state.from = clamp(day); settle(); }));
  select.addEventListener("change", () => { choose(select.value); show(); settle(); });
  play.addEventListener("click", () => (playing ? stop() : start()));
  for (const form of all("form")) form.addEventListener("submit", (event) => event.preventDefault());
  find("#rows").addEventListener("toggle", showRows);
  find("#filter").addEventListener("input", search);
  find("#copy").addEventListener("click", async () => {
    history.replaceState(null, "", address());
    try {
      await navigator.clipboard.writeText(location.href);
      set(find("#live"), data.words.copied);
    } catch {
      set(trouble, location.href);
    }
  });
  for (const drawn of all(".chart")) {
    drawn.addEventListener("click", (event) => {
      const box = drawn.getBoundingClientRect(), { left, right } = drawn.dataset;
      const x = (event.clientX - box.left) * drawn.viewBox.baseVal.width / box.width;
      const [first, end] = data.frame, share = Math.min(Math.max((x - left) / (right - left), 0), 1);
      move(Math.min(Math.round(first + share * (end - first)), data.last), { now: true });
    });
  }
  addEventListener("hashchange", () => {
    if (!read()) return;
    show();
    settle({ quiet: true });
  });
  select.value = "";
  if (!read()) know();
  show();
  settle({ quiet: true });
})();
