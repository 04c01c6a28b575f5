// SPDX-License-Identifier: MIT
// What the page remembers in this browser, as one entry of localStorage. Pages whose storage is
// blocked work without.

const key = "weft";
const most = 50; // entries of each list

function load() {
    try {
        const value = JSON.parse(localStorage.getItem(key));
        return value && typeof value === "object" ? value : {};
    } catch {
        return {};
    }
}

let all = load();

function store() {
    try {
        localStorage.setItem(key, JSON.stringify(all));
    } catch {
        // Blocked or full: the values then last as long as the page.
    }
}

export function get(name, otherwise) {
    return name in all ? all[name] : otherwise;
}

export function set(name, value) {
    all[name] = value;
    store();
}

// A list, the newest first. Equal entries are kept once.
export function list(name) {
    return Array.isArray(all[name]) ? all[name] : [];
}

export function remember(name, entry) {
    const text = JSON.stringify(entry);
    if (text.length > 20000) return;
    set(name, [entry, ...list(name).filter((one) => JSON.stringify(one) !== text)].slice(0, most));
}

export function forgetAll() {
    all = {};
    try {
        localStorage.removeItem(key);
    } catch {
        // Blocked storage holds nothing.
    }
}
