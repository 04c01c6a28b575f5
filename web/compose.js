// SPDX-License-Identifier: MIT
// The field for messages: text, JSON, bytes in hex or a file, checked before they are sent, and
// what was sent before.

import * as saved from "./saved.js";
import { bytesFromHex, size } from "./words.js";

const hints = {
    text: "Type a message; Enter sends",
    json: "Type JSON; Ctrl-Enter sends",
    hex: "Type bytes, such as 68 69; Enter sends",
};
const names = { text: "", json: "JSON ", hex: "hex " };

export class Compose {
    // `parts` are elements; `say` sends what it is given and returns whether it could.
    constructor(parts, say) {
        Object.assign(this, parts);
        this.say = say;
        this.place = -1; // in the history, for the arrow keys
        this.form.onsubmit = (event) => this.submit(event);
        this.kind.onchange = () => this.choose(this.kind.value);
        this.format.onclick = () => this.formatJson();
        this.history.onchange = () => this.recall(Number(this.history.value));
        this.text.oninput = () => this.look();
        this.text.onkeydown = (event) => this.key(event);
        this.file.onchange = () => this.look();
        this.choose(saved.get("kind") in hints ? saved.get("kind") : "text");
        this.showHistory();
    }

    enable(open) {
        this.text.disabled = this.send.disabled = this.file.disabled = !open;
    }

    choose(kind) {
        this.kind.value = kind;
        saved.set("kind", kind);
        const isFile = kind === "file";
        this.text.hidden = isFile;
        this.file.hidden = !isFile;
        this.format.hidden = kind !== "json";
        if (!isFile) this.text.placeholder = hints[kind];
        this.look();
    }

    // Shows during typing whether the input can be sent, and returns that.
    look() {
        const { words, valid } = this.judge();
        // Text that is set again would be read aloud again.
        if (this.check.textContent !== words) this.check.textContent = words;
        this.text.ariaInvalid = String(!valid && words !== "");
        return valid;
    }

    judge() {
        const text = this.text.value;
        const kind = this.kind.value;
        try {
            if (kind === "file") {
                const file = this.file.files[0];
                const words = file ? `${file.name}, ${size(file.size)}` : "";
                return { words, valid: Boolean(file) };
            }
            if (!text.trim()) return { words: "", valid: kind === "text" };
            if (kind === "json") {
                JSON.parse(text);
                return { words: "valid JSON", valid: true };
            }
            if (kind === "hex") return { words: size(bytesFromHex(text).length), valid: true };
            return { words: "", valid: true };
        } catch (error) {
            return { words: `Not sent while it is invalid: ${error.message}`, valid: false };
        }
    }

    formatJson() {
        if (this.look()) this.text.value = JSON.stringify(JSON.parse(this.text.value), null, 2);
        this.text.focus();
    }

    submit(event) {
        event.preventDefault();
        const kind = this.kind.value;
        const text = this.text.value;
        if (!this.look() || (kind === "text" && !text)) return this.focus();
        if (kind === "file") return this.sendFile(this.file.files[0]);
        if (!this.say(kind === "hex" ? bytesFromHex(text).buffer : text)) return;
        saved.remember("sent", { kind, text });
        this.showHistory();
        this.text.value = "";
        this.look();
        this.focus();
    }

    async sendFile(file) {
        try {
            this.say(await file.arrayBuffer());
        } catch (error) {
            this.check.textContent = `The file cannot be read: ${error.message}`;
        }
    }

    focus() {
        (this.kind.value === "file" ? this.file : this.text).focus();
    }

    // --- what was sent before

    showHistory() {
        this.place = -1;
        const all = saved.list("sent").map(({ kind, text }, index) =>
            new Option(names[kind] + text.slice(0, 60).replace(/\s+/g, " "), index));
        const first = new Option(all.length ? "choose …" : "nothing yet", -1);
        this.history.replaceChildren(first, ...all);
    }

    recall(place) {
        const before = saved.list("sent")[place];
        if (!before) return;
        this.place = place;
        this.text.value = before.text;
        this.choose(before.kind);
        this.history.value = place;
        this.text.focus();
    }

    key(event) {
        if (event.isComposing) return;
        const sends = this.kind.value === "json" ? event.ctrlKey || event.metaKey : !event.shiftKey;
        if (event.key === "Enter" && sends) {
            event.preventDefault();
            this.form.requestSubmit();
        }
        const { value, selectionStart } = this.text;
        // In a text of several lines the arrows move in it, except at its ends.
        if (event.key === "ArrowUp" && !value.slice(0, selectionStart).includes("\n")) {
            if (!saved.list("sent")[this.place + 1]) return;
            event.preventDefault();
            this.recall(this.place + 1);
        } else if (event.key === "ArrowDown" && this.place > 0
            && !value.slice(selectionStart).includes("\n")) {
            event.preventDefault();
            this.recall(this.place - 1);
        }
    }
}
