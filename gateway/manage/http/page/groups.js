// Trunk groups: what their trunks have in use and free. They are asked for anew when something that they count changes.
import {ask} from "./api.js";
import {table} from "./view.js";

const AGAIN_MS = 2000;
const by = (id) => document.getElementById(id);
const in_use = (row) => row.calls_in + row.calls_out;
let waiting = null;
let pause_ms = 0;

function member_text(member) {
	return `${member.trunk} ${in_use(member)}/${member.channels}${member.state === "free" ? "" : ` (${member.state})`}`;
}

const GROUP = [
	{text: (row) => row.name}, {text: (row) => row.hunt}, {text: (row) => row.state, bad: (row) => row.state !== "free"},
	{text: (row) => row.members.map(member_text).join(", ")},
	{text: (row) => row.channels, number: true}, {text: in_use, number: true}, {text: (row) => row.free, number: true},
	{text: (row) => row.peak, number: true},
	{text: (row) => row.members.reduce((sum, member) => sum + member.taken, 0), number: true},
	{text: (row) => row.overflows, number: true}, {text: (row) => row.all_busy_s, number: true},
];

async function learn() {
	const rows = await ask("GET", "trunk-groups").catch(() => null);
	waiting = null;
	pause_ms = AGAIN_MS;
	if (!rows)
		return;
	by("groups").hidden = !rows.length;
	table(by("group-rows"), rows, (row) => row.name, GROUP);
}

// At once the first time, then not more often than every two seconds.
export function changed() {
	waiting ??= setTimeout(learn, pause_ms);
}
