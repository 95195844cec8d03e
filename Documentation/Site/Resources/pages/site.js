// The search box: looks through the titles of all pages and symbols, which are loaded when it is first used.
"use strict";
let searchIndex = null;
const script = document.currentScript;

document.addEventListener("DOMContentLoaded", () => {
  const box = document.querySelector(".search");
  const input = document.getElementById("search");
  const list = document.getElementById("found");
  // Addresses in the index are from the folder of the first page.
  const home = script.dataset.home.slice(0, -"index.html".length);
  let selected = -1;
  box.hidden = false;

  function load() {
    if (searchIndex || document.getElementById("search-index")) return;
    const element = document.createElement("script");
    element.id = "search-index";
    element.src = script.dataset.index;
    element.addEventListener("load", show);
    document.head.append(element);
  }

  // The smaller the better; nothing where it does not fit.
  function rank(title, words) {
    const name = title.toLowerCase();
    let sum = 0;
    for (const word of words) {
      const at = name.indexOf(word);
      if (at < 0) return undefined;
      const isStart = at === 0 || /[^a-z0-9]/.test(name[at - 1]) || title[at] !== name[at];
      sum += name === word ? 0 : at === 0 ? 1 : isStart ? 2 : 4;
    }
    return sum + title.length / 100;
  }

  function show() {
    const words = input.value.toLowerCase().split(/[\s.]+/).filter((word) => word);
    selected = -1;
    list.replaceChildren();
    input.removeAttribute("aria-activedescendant");
    if (!searchIndex || !words.length) return close();
    const found = [];
    for (const [title, above, address] of searchIndex) {
      const number = rank(title, words) ?? (words.length > 1 ? rank(`${above} ${title}`, words) : undefined);
      if (number !== undefined) found.push({ number: number + (above.includes(".") ? 0.5 : 0), title, above, address });
    }
    found.sort((a, b) => a.number - b.number);
    for (const [index, entry] of found.slice(0, 30).entries()) {
      const item = document.createElement("li");
      item.id = `found-${index}`;
      item.role = "option";
      item.ariaSelected = "false";
      const link = document.createElement("a");
      link.href = home + entry.address;
      link.tabIndex = -1;
      link.textContent = entry.title;
      const place = document.createElement("small");
      place.textContent = entry.above;
      link.append(place);
      item.append(link);
      list.append(item);
    }
    if (!found.length) {
      const item = document.createElement("li");
      item.className = "nothing";
      item.textContent = "Nothing has this in its name.";
      list.append(item);
    }
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    if (found.length) select(0);
  }

  function close() {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
  }

  function select(index) {
    const items = list.querySelectorAll("[role=option]");
    if (!items.length) return;
    items[selected]?.setAttribute("aria-selected", "false");
    selected = (index + items.length) % items.length;
    items[selected].setAttribute("aria-selected", "true");
    items[selected].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", items[selected].id);
  }

  input.addEventListener("focus", load);
  input.addEventListener("input", show);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") select(selected + 1);
    else if (event.key === "ArrowUp") select(selected - 1);
    else if (event.key === "Enter") list.querySelector("[aria-selected=true] a")?.click();
    else if (event.key === "Escape") return close();
    else return;
    event.preventDefault();
  });
  list.addEventListener("click", close);
  document.addEventListener("click", (event) => { if (!box.contains(event.target)) close(); });
  document.addEventListener("keydown", (event) => {
    const isTyping = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement?.tagName);
    if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    input.focus();
  });
});
