// SPDX-License-Identifier: MIT
// Load on a server that echoes: keeps a number of messages on their way, and says what came back.

import { quantile } from "./charts.js";
import { duration, size } from "./words.js";

const mark = "weft-load ";
const patience = 2000; // milliseconds for the last answers

export class Load {
    // `send` sends a text; `done` is called once with a sentence.
    constructor({ bytes, inFlight, seconds, send, done }) {
        Object.assign(this, { bytes, inFlight, send, done });
        this.name = mark + Math.random().toString(36).slice(2, 8) + " ";
        this.started = [];
        this.trips = [];
        this.begin = this.last = performance.now();
        this.sending = true;
        this.timer = setTimeout(() => this.stop(), seconds * 1000);
    }

    start() {
        for (let i = 0; i < this.inFlight; ++i) this.sendOne();
    }

    sendOne() {
        const head = this.name + this.started.length + " ";
        this.started.push(performance.now());
        this.send(head.padEnd(this.bytes, "x"));
    }

    // Takes a message if it is an answer to this load. Returns its round trip in seconds, or null.
    take(data) {
        if (typeof data !== "string" || !data.startsWith(this.name)) return null;
        const number = parseInt(data.slice(this.name.length), 10);
        this.last = performance.now();
        const trip = (this.last - this.started[number]) / 1000;
        this.trips.push(trip);
        if (this.sending) this.sendOne();
        else if (this.trips.length === this.started.length) this.finish();
        return trip;
    }

    // Stops sending, and waits for the answers that are missing.
    stop() {
        if (!this.sending) return;
        this.sending = false;
        clearTimeout(this.timer);
        if (this.trips.length === this.started.length) return this.finish();
        this.timer = setTimeout(() => this.finish(), patience);
    }

    // Also called when the connection ends.
    finish() {
        this.sending = false;
        clearTimeout(this.timer);
        this.done?.(this.words());
        this.done = null;
    }

    words() {
        const count = this.trips.length;
        if (!count) {
            return `Load: ${this.started.length} messages sent, none came back. Only a server that`
                + " echoes can be measured this way.";
        }
        const passed = (this.last - this.begin) / 1000;
        const sorted = this.trips.sort((a, b) => a - b);
        const lost = this.started.length - count;
        return `Load: ${Math.round(count / passed).toLocaleString("en")} messages/s,`
            + ` ${size(count * this.bytes / passed)}/s each way;`
            + ` median ${duration(quantile(sorted, 0.5))},`
            + ` 99 % within ${duration(quantile(sorted, 0.99))};`
            + ` ${count.toLocaleString("en")} came back`
            + (lost ? `, ${lost.toLocaleString("en")} did not.` : ".");
    }
}
