// SPDX-License-Identifier: MIT
// The chat room of `weft serve`: who speaks, who is there, and what was missed.

import { visible } from "./words.js";

const numbered = /^(\d+-[0-9a-f]+) /;
const membersShown = 30;

// `log` and `members` are where it shows things; `host()` is the URL of the connection.
export function openChat({ log, members, host }) {
    let last = ""; // the position of the last line of a room of several servers, which numbers them

    // Any server of such a room then says what was missed, and sends it.
    const address = (url) => `${url}${url.includes("?") ? "&" : "?"}since=${last}`;

    async function showMembers() {
        if (new URL(host()).host !== location.host) return;
        try {
            const answer = await fetch("chat/members");
            if (!answer.ok) return;
            const names = (await answer.text()).split("\n").filter(Boolean).map(visible);
            const more = names.length - membersShown;
            members.textContent = `Here: ${names.slice(0, membersShown).join(", ")}`
                + (more > 0 ? `, and ${more} more` : "");
            members.hidden = false;
        } catch {
            // The server has gone; the socket will say so.
        }
    }

    function withoutPosition(line) {
        // The first line of a numbering room is about this client, and begins with a position.
        if (!last && !/^\d+-[0-9a-f]+ \* /.test(line)) return line;
        const found = line.match(numbered);
        if (!found) return line;
        last = found[1];
        return line.slice(found[0].length);
    }

    function received(text) {
        const line = withoutPosition(text);
        if (line.startsWith("* ")) {
            if (/ here\)$/.test(line)) showMembers();
            return log.note(line.slice(2));
        }
        const said = line.match(/^([^:\n]{1,200}): ([^]*)$/);
        if (said) log.add("got", said[2], said[1]);
        else log.add("got", line);
    }

    return { address, received };
}
