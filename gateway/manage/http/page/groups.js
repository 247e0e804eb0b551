// Trunk groups: what their trunks have in use and free.
import {table} from "./view.js";

const by = (id) => document.getElementById(id);
const in_use = (row) => row.calls_in + row.calls_out;

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

export function draw(rows) {
	by("groups").hidden = !rows.length;
	table(by("group-rows"), rows, (row) => row.name, GROUP);
}
