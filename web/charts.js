// SPDX-License-Identifier: MIT
// Round trips and throughput: measured from the messages that pass, drawn as lines of one minute.

import { duration, size } from "./words.js";

const interval = 0.5; // seconds between two points
const points = 120;
const width = 240;
const height = 60;

// Recognises the answers of a server that echoes. A page cannot send pings.
export class RoundTrips {
    constructor() {
        this.waiting = [];
    }

    sent(data) {
        this.waiting.push({ key: keyOf(data), at: performance.now() });
        if (this.waiting.length > 100) this.waiting.shift(); // the server does not echo
    }

    // Returns the seconds that the echo took, or null for another message.
    received(data) {
        const now = performance.now();
        const key = keyOf(data);
        const found = this.waiting.findIndex((one) => one.key === key);
        if (found < 0) return null;
        const [match] = this.waiting.splice(0, found + 1).slice(-1);
        return (now - match.at) / 1000;
    }
}

function keyOf(data) {
    if (typeof data === "string") return `${data.length} ${data.slice(0, 200)}`;
    return `${data.byteLength} bytes ${new Uint8Array(data).subarray(0, 64).join(" ")}`;
}

export function quantile(sorted, part) {
    return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
}

export class Charts {
    // `parts` are elements: trip, tripText, flow, flowText.
    constructor(parts) {
        this.parts = parts;
        this.past = [];
        this.startPoint();
        this.trips = [];
        setInterval(() => this.tick(), interval * 1000);
    }

    startPoint() {
        this.now = { trips: [], sent: 0, got: 0, messages: 0 };
        this.begin = performance.now();
    }

    sent(bytes) {
        this.now.sent += bytes;
        ++this.now.messages;
    }

    received(bytes, seconds) {
        this.now.got += bytes;
        ++this.now.messages;
        if (seconds === null) return;
        this.now.trips.push(seconds);
        this.trips.push(seconds);
        if (this.trips.length > 1000) this.trips.shift();
    }

    tick() {
        const passed = (performance.now() - this.begin) / 1000; // hidden tabs tick rarely
        const trips = this.now.trips.sort((a, b) => a - b);
        this.past.push({
            trip: trips.length ? quantile(trips, 0.5) : null,
            sent: this.now.sent / passed,
            got: this.now.got / passed,
            messages: this.now.messages / passed,
        });
        if (this.past.length > points) this.past.shift();
        this.startPoint();
        if (!document.hidden) this.draw();
    }

    draw() {
        const flow = Math.max(1, ...this.past.map((one) => Math.max(one.sent, one.got)));
        const trip = Math.max(1e-6, ...this.past.map((one) => one.trip || 0));
        line(this.parts.trip, "trip", this.past.map((one) => one.trip), trip);
        line(this.parts.flow, "sent", this.past.map((one) => one.sent), flow);
        line(this.parts.flow, "got", this.past.map((one) => one.got), flow);
        this.parts.tripText.textContent = this.tripWords();
        this.parts.flowText.textContent = this.flowWords(flow);
    }

    tripWords() {
        if (!this.trips.length) return "no echo yet";
        const sorted = [...this.trips].sort((a, b) => a - b);
        return `median ${duration(quantile(sorted, 0.5))}, 99 % within `
            + `${duration(quantile(sorted, 0.99))} (last ${sorted.length})`;
    }

    flowWords(top) {
        const last = this.past.at(-1);
        return `sent (dashed) ${size(last.sent)}/s, received ${size(last.got)}/s,`
            + ` ${Math.round(last.messages)} messages/s (top ${size(top)}/s)`;
    }
}

// Points without a value leave a gap: the line goes on at the next.
function line(svg, name, values, top) {
    let path = "";
    let drawing = false;
    values.forEach((value, index) => {
        if (value === null) {
            drawing = false;
            return;
        }
        const x = width - (values.length - 1 - index) * width / (points - 1);
        const y = height - 2 - value / top * (height - 6);
        // A point between gaps becomes a dot: a line of no length with round ends.
        path += `${drawing ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}${drawing ? "" : "h0"}`;
        drawing = true;
    });
    svg.querySelector("." + name).setAttribute("d", path);
}
