// SPDX-License-Identifier: MIT
// The page: connects, connects again, and joins the log, the charts and the fields to the socket.

import { Charts, RoundTrips } from "./charts.js";
import { openChat } from "./chat.js";
import { Compose } from "./compose.js";
import { Load } from "./load.js";
import { Log, copied } from "./log.js";
import * as saved from "./saved.js";
import { byteLength, closeReport, duration, mayConnectAgain, refusal, terminalLine }
    from "./words.js";

const $ = (id) => document.getElementById(id);
const origin = location.origin.replace(/^http/, "ws");
const probeMark = "weft-probe ";

const log = new Log({ scroll: $("scroll"), list: $("messages"), filter: $("filter"),
    only: $("only"), count: $("count"), pretty: $("pretty"), status: $("copied") });
const charts = new Charts({ trip: $("trip"), tripText: $("trip-text"), flow: $("flow"),
    flowText: $("flow-text") });
const compose = new Compose({ form: $("say"), text: $("text"), file: $("file"), kind: $("kind"),
    format: $("format"), history: $("history"), send: $("send"), check: $("check") }, say);

let target = "echo"; // or "chat" or "other"
let link = null; // the connection: its socket, and what its report will need
let chat = null; // in the chat
let load = null;
let attempts = 0; // to connect again
let retry = 0; // a timer
let probes = 0;

// --- what to connect to

function url() {
    return $("url").value.trim();
}

function subprotocols() {
    return $("subprotocols").value.split(/[\s,]+/).filter(Boolean);
}

function chatUrl() {
    const name = $("name").value.trim();
    return `${origin}/chat${name ? "?name=" + encodeURIComponent(name) : ""}`;
}

function choose(what, address) {
    target = what;
    if (what === "echo") address = `${origin}/echo`;
    if (what === "chat") address = chatUrl();
    if (address !== undefined) $("url").value = address;
    $("to-echo").ariaPressed = String(what === "echo");
    $("to-chat").ariaPressed = String(what === "chat");
    $("name-label").hidden = what !== "chat";
    showCommand();
}

function showCommand() {
    $("command").textContent = terminalLine(url(), subprotocols());
}

function keepTarget() {
    saved.set("target", target);
    saved.set("url", url());
    saved.set("subprotocols", $("subprotocols").value);
    saved.set("name", $("name").value);
    if (target === "other") saved.remember("urls", url());
    showUrls();
}

function showUrls() {
    $("urls").replaceChildren(...saved.list("urls").map((one) => new Option(one)));
}

// --- connecting

function setState(state, words = state) {
    $("state").dataset.state = state;
    $("state").textContent = words;
    const open = state === "open";
    const busy = open || state === "connecting";
    $("connect").textContent = busy ? "Disconnect" : attempts || link ? "Reconnect" : "Connect";
    $("connect").disabled = state === "closing";
    $("waiting").hidden = !retry;
    const fixed = busy || state === "closing";
    $("to-echo").disabled = $("to-chat").disabled = fixed;
    for (const id of ["name", "url", "subprotocols"]) $(id).readOnly = fixed; // can be copied
    compose.enable(open);
    $("load-run").disabled = !open || Boolean(chat);
}

function problem(text) {
    $("problem").hidden = !text;
    $("problem").textContent = text;
    $("url").ariaInvalid = String(Boolean(text));
}

function connect() {
    problem("");
    if (!attempts) $("report").hidden = true;
    const address = chat ? chat.address(url()) : url();
    const now = performance.now();
    try {
        const socket = new WebSocket(address, subprotocols());
        link = { socket, url: socket.url, opened: false, byPage: false, since: now, last: now,
            trips: new RoundTrips() };
    } catch (error) {
        problem(refusal(error, address));
        attempts = 0;
        return setState("closed", "not connected");
    }
    link.socket.binaryType = "arraybuffer";
    link.socket.onopen = opened;
    link.socket.onmessage = (event) => received(event.data);
    link.socket.onclose = closed;
    setState("connecting");
}

function opened() {
    const now = performance.now();
    log.note(`Connected to ${url()} in ${duration((now - link.since) / 1000)}`
        + (link.socket.protocol ? `, subprotocol ${link.socket.protocol}` : ""));
    Object.assign(link, { opened: true, since: now, last: now });
    attempts = 0;
    $("report").hidden = true;
    setState("open");
    if (document.activeElement === document.body || document.activeElement === $("connect")) {
        $("text").focus();
    }
}

async function closed(event) {
    const now = performance.now();
    const end = { code: event.code, reason: event.reason, opened: link.opened, byPage: link.byPage,
        seconds: (now - link.since) / 1000, silent: (now - link.last) / 1000, url: link.url };
    load?.finish();
    $("members").hidden = true;
    const again = $("again").checked && (link.opened || attempts > 0) && !link.byPage
        && mayConnectAgain(event.code);
    const isKnown = attempts > 0 && again; // the first report stays
    link.socket = null;
    if (again) connectAgain();
    else setState("closed");
    if (isKnown) return;
    const closedLink = link;
    if (event.code === 1006 && !end.opened) end.found = await askServer(end.url);
    if (link === closedLink) showReport(closeReport(end));
}

function showReport(report) {
    const heading = document.createElement("h2");
    heading.textContent = report.title;
    const paragraphs = [report.facts.join(" "), report.meaning].filter(Boolean).map((text) => {
        const made = document.createElement("p");
        made.textContent = text;
        return made;
    });
    $("report").replaceChildren(heading, ...paragraphs);
    $("report").hidden = false;
    log.note(report.title);
}

// A page may ask its own server only.
async function askServer(address) {
    if (new URL(address).host !== location.host) return "";
    try {
        const answer = await fetch("health", { cache: "no-store" });
        if (answer.status === 503) {
            return "The server of this page is stopping or overloaded (HTTP 503).";
        }
        return `The server of this page is running (HTTP ${answer.status}), so the address is wrong`
            + " or it refused the connection.";
    } catch {
        return "The server of this page does not answer any more.";
    }
}

function connectAgain() {
    const wait = Math.min(10000, 500 * 2 ** attempts++) * (1 + Math.random()) / 2;
    const end = performance.now() + wait;
    const show = () => {
        const left = end - performance.now();
        if (left <= 0) return retryNow();
        $("waited").value = 1 - left / wait;
        $("wait").textContent = `attempt ${attempts} in ${(left / 1000).toFixed(1)} s`;
    };
    retry = setInterval(show, 50);
    show();
    setState("connecting", `connecting again (attempt ${attempts})`);
}

function endRetry() {
    clearInterval(retry);
    retry = 0;
}

function retryNow() {
    endRetry();
    connect();
}

function disconnect() {
    if (retry) {
        endRetry();
        return setState("closed");
    }
    link.byPage = true;
    setState("closing");
    link.socket.close(1000);
}

// --- messages

function received(data) {
    link.last = performance.now();
    const bytes = byteLength(data);
    const loaded = load?.take(data) ?? null;
    const trip = loaded ?? (chat ? null : link.trips.received(data));
    charts.received(bytes, trip);
    if (loaded !== null) return;
    if (trip !== null && typeof data === "string" && data.startsWith(probeMark)) return;
    if (chat && typeof data === "string") return chat.received(data);
    log.add("got", data);
}

function transmit(data) {
    link.socket.send(data);
    link.last = performance.now();
    charts.sent(byteLength(data));
}

// Called with what the fields hold. Returns whether it was sent.
function say(data) {
    if (link?.socket?.readyState !== WebSocket.OPEN) return false;
    if (!chat) {
        link.trips.sent(data);
        log.add("sent", data);
    }
    transmit(data);
    return true;
}

setInterval(() => {
    if (!$("probe").checked || chat || load || link?.socket?.readyState !== WebSocket.OPEN) return;
    const text = probeMark + ++probes;
    link.trips.sent(text);
    transmit(text);
}, 1000);

function runLoad() {
    const number = (id) => $(id).valueAsNumber;
    load = new Load({ bytes: number("load-bytes"), inFlight: number("load-flight"),
        seconds: number("load-seconds"), send: transmit, done: endLoad });
    $("load-run").textContent = "Stop";
    $("load-result").textContent = "running …";
    load.start();
}

// Late answers are still recognised by `load`, until the next run.
function endLoad(words) {
    $("load-run").textContent = "Run load";
    $("load-result").textContent = words;
    log.note(words);
}

// --- the fields

$("dial").onsubmit = (event) => {
    event.preventDefault();
    if (retry || link?.socket) return disconnect();
    keepTarget();
    attempts = 0;
    const room = { log, members: $("members"), host: () => link.url };
    chat = target === "chat" ? openChat(room) : null;
    connect();
};

$("load").onsubmit = (event) => {
    event.preventDefault();
    if (load?.sending) load.stop();
    else runLoad();
};

$("now").onclick = () => retry && retryNow();
$("to-echo").onclick = () => choose("echo");
$("to-chat").onclick = () => choose("chat");
$("name").oninput = () => choose("chat");
$("url").oninput = () => choose("other");
$("subprotocols").oninput = showCommand;
$("again").onchange = () => saved.set("again", $("again").checked);
$("pretty").onchange = () => saved.set("pretty", $("pretty").checked);
$("copy").onclick = () => log.copyShown();
$("clear").onclick = () => log.clear();
$("copy-command").onclick = async () => {
    if (await copied($("command").textContent)) $("copied").textContent = "The line is copied.";
};
$("forget").onclick = () => {
    saved.forgetAll();
    compose.showHistory();
    showUrls();
    $("copied").textContent = "Forgotten.";
};

$("again").checked = saved.get("again", true);
$("pretty").checked = saved.get("pretty", false);
$("name").value = saved.get("name", "");
$("subprotocols").value = saved.get("subprotocols", "");
showUrls();
choose(location.hash === "#chat" ? "chat" : saved.get("target", "echo"), saved.get("url", ""));
setState("idle", "not connected");
