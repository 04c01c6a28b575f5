// SPDX-License-Identifier: MIT
// The log of messages: time, direction, size and content, with a filter, copying and clearing.

import { byteLength, clock, hexDump, size, visible } from "./words.js";

const entriesMax = 500;
const shownMax = 4000; // characters of one entry
const arrows = { sent: "↑", got: "↓", note: "•" };
const directions = { sent: "sent", got: "received", note: "note" };

export class Log {
    // `parts` are elements: scroll (the region), list, filter, only, count, pretty, status.
    constructor(parts) {
        this.parts = parts;
        this.entries = [];
        this.waiting = []; // entries that are not shown yet
        this.left = 0; // entries that were removed to make room
        parts.filter.oninput = parts.only.onchange = () => this.filter();
        parts.scroll.onkeydown = (event) => this.key(event);
        parts.list.onclick = (event) => this.click(event);
        this.filter();
    }

    note(text) {
        this.add("note", text);
    }

    // `name` is the speaker, in a chat.
    add(kind, data, name = "") {
        const isText = typeof data === "string";
        const text = isText ? this.pretty(kind, data) : hexDump(new Uint8Array(data));
        const entry = { kind, name, text, date: new Date(), bytes: byteLength(data) };
        this.waiting.push(entry);
        if (this.waiting.length > entriesMax) {
            this.waiting.shift();
            ++this.left;
        }
        // Many messages that come at once are shown together. A timer also runs in hidden tabs.
        this.timer ||= setTimeout(() => this.show(), 20);
    }

    pretty(kind, text) {
        if (kind === "note" || !this.parts.pretty.checked || !/^\s*[[{]/.test(text)) return text;
        try {
            return JSON.stringify(JSON.parse(text), null, 2);
        } catch {
            return text;
        }
    }

    show() {
        this.timer = 0;
        const { scroll, list } = this.parts;
        const atEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 60;
        const added = this.waiting.splice(0);
        for (const entry of added) {
            entry.item = itemOf(entry);
            entry.item.hidden = !this.matches(entry);
        }
        list.append(...added.map((entry) => entry.item));
        this.entries.push(...added);
        const old = this.entries.splice(0, Math.max(0, this.entries.length - entriesMax));
        for (const entry of old) entry.item.remove();
        this.left += old.length;
        if (atEnd) scroll.scrollTop = scroll.scrollHeight;
        this.count();
    }

    clear() {
        this.waiting = [];
        this.entries = [];
        this.left = 0;
        this.parts.list.replaceChildren();
        this.count();
    }

    // --- filter

    matches(entry) {
        const wanted = this.parts.only.value;
        const text = this.parts.filter.value.toLowerCase();
        return (wanted === "all" || wanted === entry.kind)
            && (!text || `${entry.name} ${entry.text}`.toLowerCase().includes(text));
    }

    filter() {
        for (const entry of this.entries) entry.item.hidden = !this.matches(entry);
        this.count();
    }

    shown() {
        return this.entries.filter((entry) => !entry.item.hidden);
    }

    count() {
        const all = this.entries.length;
        const shown = this.shown().length;
        const words = shown === all ? `${all} entries` : `${shown} of ${all} shown`;
        this.parts.count.textContent = words + (this.left ? `, ${this.left} older removed` : "");
    }

    // --- copying

    copyShown() {
        return this.copy(this.shown().map(lineOf).join("\n"), "The shown entries are copied.");
    }

    async copy(text, words) {
        this.parts.status.textContent = await copied(text) ? words
            : "This browser does not let the page copy.";
    }

    entryOf(element) {
        const item = element.closest("li");
        return this.entries.find((entry) => entry.item === item);
    }

    click(event) {
        if (!event.target.matches("button")) return;
        this.copy(this.entryOf(event.target).text, "The message is copied.");
    }

    // The arrow keys move between messages, so that Tab leaves the log at once.
    key(event) {
        const items = this.shown().map((entry) => entry.item);
        const at = items.indexOf(document.activeElement);
        const moves = { ArrowUp: at < 0 ? items.length - 1 : at - 1, ArrowDown: at + 1, Home: 0,
            End: items.length - 1 };
        if (event.key in moves && items[moves[event.key]]) {
            items[moves[event.key]].focus();
            event.preventDefault();
        } else if (event.key === "c" && !event.ctrlKey && !event.metaKey && at >= 0) {
            this.copy(this.entryOf(items[at]).text, "The message is copied.");
        }
    }
}

// Pages that came over plain HTTP from another machine have no navigator.clipboard.
export async function copied(text) {
    try {
        await navigator.clipboard.writeText(text);
        return true;
    } catch {
        const field = document.createElement("textarea");
        const before = document.activeElement;
        field.value = text;
        field.className = "aside";
        document.body.append(field);
        field.select();
        const done = document.execCommand("copy");
        field.remove();
        before?.focus();
        return done;
    }
}

function lineOf(entry) {
    const name = entry.name ? entry.name + ": " : "";
    return [clock(entry.date), directions[entry.kind], size(entry.bytes), name + entry.text]
        .join("\t");
}

function element(tag, className, ...content) {
    const made = document.createElement(tag);
    made.className = className;
    made.append(...content);
    return made;
}

function itemOf(entry) {
    const time = element("time", "", clock(entry.date));
    time.dateTime = entry.date.toISOString();
    const arrow = element("span", "arrow", arrows[entry.kind]);
    arrow.ariaHidden = "true";
    const about = element("span", "about", arrow, directions[entry.kind],
        " ", time);
    const item = element("li", entry.kind, about);
    item.tabIndex = -1;
    if (entry.kind !== "note") {
        const copy = element("button", "", "copy");
        copy.type = "button";
        copy.tabIndex = -1; // keyboard users press C
        copy.ariaLabel = "Copy this message";
        about.append(" · " + size(entry.bytes) + " ", copy);
    }
    const content = element("span", "content");
    if (entry.name) content.append(element("bdi", "name", visible(entry.name)), " ");
    const rest = entry.text.length - shownMax;
    content.append(visible(rest > 0 ? entry.text.slice(0, shownMax) : entry.text));
    if (rest > 0) content.append(` … and ${rest} more characters, which copying includes`);
    item.append(content);
    return item;
}
