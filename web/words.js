// SPDX-License-Identifier: MIT
// What the page says in words: why a connection ended, sizes and times, bytes, a shell's line.

const codes = {
    1000: ["normal closure", "One side was done and said so. Nothing is wrong."],
    1001: ["going away", "The server is stopping or restarting, or a page was left."],
    1002: ["protocol error", "One side received what the WebSocket protocol forbids: a bug in one"
        + " of the two programs, or a proxy that changes bytes."],
    1003: ["unsupported data", "The server does not take this kind of message, such as binary"
        + " where it expects text."],
    1005: ["no code", "A close frame came, but without a code: many programs send it when they are"
        + " done."],
    1007: ["invalid data", "A message was not what its kind promises, such as text that is not"
        + " UTF-8."],
    1008: ["policy violation", "The server refuses this client. Usual reasons: missing or expired"
        + " credentials, too many messages, or messages that were not read fast enough."],
    1009: ["message too big", "A message was larger than the receiver accepts. Send smaller ones,"
        + " or raise its limit (weft serve --max-message)."],
    1010: ["extension required", "The client needs an extension that the server does not offer."],
    1011: ["internal error", "The server failed while handling this connection. Its log says why."],
    1012: ["service restart", "The server restarts. Connecting again in a moment usually works."],
    1013: ["try again later", "The server is overloaded. Connect again after a while."],
    1014: ["bad gateway", "A proxy received an invalid answer from the server behind it."],
    1015: ["TLS failure", "The TLS handshake failed, usually for a certificate that this browser"
        + " does not trust."],
};

// After these, the same client may succeed a moment later. 1006 stands for a lost connection.
const passing = new Set([1001, 1006, 1011, 1012, 1013, 1014]);

export function mayConnectAgain(code) {
    return passing.has(code);
}

// Says how a connection ended. `end` has: code, reason, opened, byPage, seconds (open), silent
// (seconds since the last message), url, and found: what a plain request learned, if any.
export function closeReport(end) {
    if (end.byPage && !end.opened) return stoppedReport(end);
    if (end.code === 1006) return end.opened ? brokenReport(end) : refusedReport(end);
    const [name, meaning] = codes[end.code] || privateCode(end.code);
    return {
        title: `Closed: ${name} (${end.code})`,
        facts: [
            end.byPage ? "This page closed the connection." : "The server closed the connection.",
            end.reason ? `Its reason: “${visible(end.reason)}”.` : "It gave no reason.",
            `It was open for ${duration(end.seconds)}.`,
        ],
        meaning,
    };
}

function privateCode(code) {
    return code >= 4000
        ? ["code of the application", "The program on the server defines what this code means."]
        : ["registered code", "A library or framework has registered this code with IANA."];
}

function stoppedReport(end) {
    return {
        title: "Stopped before the connection was open",
        facts: [`The server had not answered for ${duration(end.seconds)}.`],
        meaning: "",
    };
}

// The browser reports 1006 for all of these and hides which it was.
function brokenReport(end) {
    const idle = end.silent >= 20
        ? ` No message had passed for ${duration(end.silent)}: an idle timeout of a proxy or of`
            + " the server is likely."
        : "";
    return {
        title: "Closed: the connection broke, without a close frame (1006)",
        facts: [`It was open for ${duration(end.seconds)}.`],
        meaning: end.byPage
            ? "The server did not answer this page's close frame properly."
            : "Usually the server's process ended or was killed, the network changed, or a proxy"
                + ` gave up.${idle}`,
    };
}

function refusedReport(end) {
    const causes = ["no server listens there", "the path serves no WebSocket",
        "the server refuses pages of this origin", "it agrees to none of the subprotocols"];
    if (end.url.startsWith("wss:")) causes.push("its certificate is not trusted");
    const last = causes.pop();
    return {
        title: "Could not connect (the browser gives no reason, only 1006)",
        facts: end.found ? [end.found] : [],
        meaning: `Usually ${causes.join(", ")}, or ${last}. The terminal line says which.`,
    };
}

// Says why the browser throws instead of connecting. Its own message may not: Firefox says the same
// of every such URL and subprotocol.
export function refusal(error, address) {
    if (error.name === "SecurityError" && location.protocol === "https:" && /^ws:/i.test(address)) {
        return "A page that was loaded over https: can connect to a wss: URL only.";
    }
    if (error.name !== "SyntaxError") return error.message;
    if (!/^(?:ws|http)s?:/i.test(address)) return "The URL must begin with ws:// or wss://.";
    if (!URL.canParse(address)) return "The URL is not valid: its host or port is wrong.";
    if (address.includes("#")) return "The URL must not have a fragment, the part after #.";
    return "A subprotocol is listed twice, or contains a character that is not permitted.";
}

// --- numbers

export function duration(seconds) {
    if (seconds < 0.001) return `${Math.round(seconds * 1e6)} µs`;
    if (seconds < 1) return `${Number((seconds * 1000).toPrecision(3))} ms`;
    if (seconds < 60) return `${Number(seconds.toPrecision(3))} s`;
    const whole = Math.round(seconds);
    if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
    return `${Math.floor(whole / 3600)} h ${Math.floor(whole / 60) % 60} min`;
}

export function size(bytes) {
    if (bytes < 1000) return `${Math.round(bytes)} B`;
    const units = ["kB", "MB", "GB"];
    let power = 0;
    for (bytes /= 1000; bytes >= 999.5 && power < 2; bytes /= 1000) ++power;
    return `${bytes.toPrecision(3)} ${units[power]}`;
}

export function clock(date) {
    const pad = (number, width) => String(number).padStart(width, "0");
    return [date.getHours(), date.getMinutes(), date.getSeconds()].map((n) => pad(n, 2)).join(":")
        + "." + pad(date.getMilliseconds(), 3);
}

const encoder = new TextEncoder();

export function byteLength(data) {
    return typeof data === "string" ? encoder.encode(data).length : data.byteLength;
}

// --- text

// Control characters, and characters that reorder text, could make one message look like another.
const hidden = new RegExp("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\u061c\\u200e\\u200f"
    + "\\u2028-\\u202e\\u2066-\\u2069\\ufeff]", "g");

export function visible(text) {
    return text.replace(hidden, (one) => `\\u{${one.charCodeAt(0).toString(16)}}`);
}

const row = 8; // as many as a phone is wide

export function hexDump(bytes, max = 512) {
    const lines = [];
    for (let begin = 0; begin < Math.min(bytes.length, max); begin += row) {
        const part = [...bytes.subarray(begin, Math.min(begin + row, max))];
        const hex = part.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
        const text = part.map((byte) => byte > 31 && byte < 127 ? String.fromCharCode(byte) : ".");
        lines.push(`${hex.padEnd(bytes.length > row ? 3 * row - 1 : 0)} |${text.join("")}|`);
    }
    if (bytes.length > max) lines.push(`… and ${size(bytes.length - max)} more`);
    return lines.join("\n");
}

// Throws an Error that says what is wrong.
export function bytesFromHex(text) {
    const digits = text.replace(/0x|[\s,:]/gi, "");
    const wrong = digits.match(/[^0-9a-f]/iu);
    if (wrong) throw new Error(`“${visible(wrong[0])}” is no hexadecimal digit`);
    if (digits.length % 2) throw new Error("one digit is missing: each byte has two");
    return Uint8Array.from(digits.match(/../g) || [], (pair) => parseInt(pair, 16));
}

// A word that a POSIX shell takes as it is.
function shellWord(word) {
    return `'${word.replaceAll("'", "'\\''")}'`;
}

export function terminalLine(url, subprotocols) {
    return ["weft connect", ...subprotocols.map((one) => "-s " + shellWord(one)), shellWord(url)]
        .join(" ");
}
