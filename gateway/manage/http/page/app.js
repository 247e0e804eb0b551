// The page: signs in, mirrors what the gateway says, and does what buttons say.
import {ask, Mirror, Refused} from "./api.js";
import * as configuration from "./configuration.js";
import * as groups from "./groups.js";
import {ladder, lines} from "./ladder.js";
import {Sound} from "./sound.js";
import {open_trends} from "./trends.js";
import * as route from "./route.js";
import {element, grid, History, keyed, table} from "./view.js";

const PLOT_MS = 5000;
const HELP_MS = 10000;
const RECENT = 50; // of the calls that have ended, so many are shown
const by = (id) => document.getElementById(id);
const mirror = new Mirror(changed, lost);
const history = new History();
const sound = new Sound(() => mirror.rows.call.size, () => mark("call"));
const advice = new Map(); // of alarms, by id
const dirty = new Set();
let role = "viewer";
let lost_at = null; // since when there is no connection
let opened = null; // the channel whose dialog is open
let recent = []; // calls that have ended, the latest first

function may_act() {
	return role !== "viewer";
}

// Acts

async function act(path, body, question) {
	if (question && !window.confirm(question))
		return;
	try {
		by("error").textContent = "";
		await ask("POST", path, body);
	} catch (error) {
		by("error").textContent = error.message;
		if (error instanceof Refused && error.status === 401)
			begin();
	}
}

function button(text, label, run) {
	return element("button", {type: "button", "aria-label": label, onclick: run}, text);
}

// Buttons, made anew only when they are others.
function put_acts(place, name, acts) {
	if (place.dataset.acts === name)
		return;
	place.dataset.acts = name;
	place.replaceChildren(element("div", {class: "acts"}, ...acts));
}

function lock_acts(place, kind, row) {
	const path = `${kind}s/${row.name}`;
	if (!may_act())
		return put_acts(place, "", []);
	if (row.administrative !== "unlocked")
		return put_acts(place, `un ${path}`, [button("Unlock", `Unlock ${kind} ${row.name}`, () => act(`${path}/unlock`))]);
	put_acts(place, path, [
		button("Lock", `Lock ${kind} ${row.name} once its calls are over`, () => act(`${path}/lock`, {mode: "graceful"})),
		button("Lock now", `Lock ${kind} ${row.name} and clear its calls`, () =>
			act(`${path}/lock`, {mode: "now"}, `Lock ${kind} ${row.name} now? Calls there are cleared.`)),
	]);
}

function trend_acts(place, kind, name, channels) {
	put_acts(place, name, [button("Trends", `What ${kind} ${name} carried`, () => open_trends(kind, name, channels))]);
}

// Alarms

async function learn(id) {
	advice.set(id, "");
	try {
		const alarm = await ask("GET", `alarms/${id}`);
		advice.set(id, alarm.advice);
		mark("alarm");
	} catch {
		advice.delete(id);
	}
}

function draw_alarms() {
	const alarms = mirror.list("alarm");
	const above = new Map(alarms.map((alarm) => [alarm.id, alarm]));
	const rank = (alarm) => (above.has(alarm.beneath) ? [...rank(above.get(alarm.beneath)), alarm.id] : [-alarm.id]);
	const ranks = new Map(alarms.map((alarm) => [alarm.id, rank(alarm)]));
	const order = (a, b) => {
		const [x, y] = [ranks.get(a.id), ranks.get(b.id)];
		for (let i = 0; i < Math.min(x.length, y.length); i++)
			if (x[i] !== y[i])
				return x[i] - y[i];
		return x.length - y.length;
	};
	by("alarm-count").textContent = alarms.length ? `(${alarms.filter((a) => !above.has(a.beneath)).length})` : "";
	if (!alarms.length)
		return by("alarm-list").replaceChildren(element("li", {class: "faint"}, "Nothing is wrong."));
	keyed(by("alarm-list"), alarms.sort(order), (alarm) => alarm.id,
		() => element("li", {}, element("p", {}, element("strong"), element("span")), element("p", {class: "faint"}), element("div")),
		(item, alarm) => {
			item.className = `${alarm.severity}${above.has(alarm.beneath) ? " beneath" : ""}`;
			item.querySelector("strong").textContent = `${alarm.severity}: ${alarm.alarm}`;
			item.querySelector("span").textContent = `, ${alarm.about}${alarm.text ? `: ${alarm.text}` : ""} (since ${new Date(alarm.raised).toLocaleString()}` +
				`${alarm.acknowledged ? ", somebody has seen it" : ""})`;
			if (!advice.has(alarm.id))
				learn(alarm.id);
			item.children[1].textContent = advice.get(alarm.id) ? `What to do: ${advice.get(alarm.id)}` : "";
			const open = may_act() && !alarm.acknowledged;
			put_acts(item.children[2], open ? "open" : "", open
				? [button("I have seen it", `Acknowledge alarm ${alarm.alarm}, ${alarm.about}`, () => act(`alarms/${alarm.id}/acknowledge`))]
				: []);
		});
}

// Calls, trunks, peers

function clock(call) {
	if (!call.answered_at)
		return null;
	const s = Math.max(0, Math.round((Date.now() - call.answered_at) / 1000));
	return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
}

const CALL = [
	{text: (row) => row.id}, {text: (row) => row.state}, {text: (row) => row.calling || null}, {text: (row) => row.called || null},
	{text: (row) => row.from}, {text: (row) => row.to}, {text: clock, number: true},
	{text: (row) => sound.level(row.id), number: true}, {text: (row) => sound.quality(row.id), bad: (row) => sound.is_poor(row.id)},
	{put: (cell, row) => put_acts(cell, may_act() ? "clear" : "ladder", [button("Ladder", `Messages of call ${row.id}`, () => open_call(row)),
		...(may_act() ? [button("Clear", `Clear call ${row.id}`, () => act(`calls/${row.id}/clear`, undefined, `Clear call ${row.id}?`))] : [])])},
];
const ENDED = [
	{text: (row) => row.id}, {text: (row) => new Date(row.began).toLocaleString()}, {text: (row) => row.calling || null},
	{text: (row) => row.called || null}, {text: (row) => row.from}, {text: (row) => row.to}, {text: (row) => row.route || null},
	{text: (row) => (row.talk_s === null ? null : `${row.talk_s} s`), number: true}, {text: (row) => row.cause},
	{put: (cell, row) => put_acts(cell, "ladder", [button("Ladder", `Messages of call ${row.id}`, () => open_call(row))])},
];
const TRUNK = [
	{text: (row) => row.name}, {text: (row) => row.layer1, bad: (row) => !row.span_ok},
	{text: (row) => row.layer2, bad: (row) => row.layer2 !== "up"},
	{text: (row) => row.administrative, bad: (row) => row.administrative !== "unlocked"},
	{text: (row) => row.busy, number: true}, {text: (row) => row.idle, number: true}, {text: (row) => row.down, number: true},
	{text: (row) => row.peak, number: true}, {text: (row) => row.flaps, number: true},
	{put: (cell, row) => history.put(cell, `trunk ${row.name}`, row.channels, `channels of ${row.name} in use`)},
	{put: (cell, row) => trend_acts(cell, "trunk", row.name, row.channels)},
	{put: (cell, row) => lock_acts(cell, "trunk", row)},
];
const PEER = [
	{text: (row) => row.name}, {text: (row) => row.address}, {text: (row) => row.state, bad: (row) => row.state === "unreachable"},
	{text: (row) => row.calls, number: true}, {text: (row) => row.calls_in, number: true}, {text: (row) => row.calls_out, number: true},
	{text: (row) => (row.round_trip_ms === null ? null : `${row.round_trip_ms} ms`), number: true},
	{put: (cell, row) => history.put(cell, `peer ${row.name}`, 1, `calls of ${row.name}`)},
	{put: (cell, row) => trend_acts(cell, "peer", row.name, 0)},
];

function draw_calls() {
	const calls = mirror.list("call");
	by("call-count").textContent = calls.length ? `(${calls.length})` : "";
	by("no-calls").hidden = calls.length > 0;
	table(by("call-rows"), calls, (row) => row.id, CALL);
}

// Calls that have ended

function draw_recent() {
	const wanted = by("find").value.trim().toLowerCase();
	const found = recent.filter((row) => Object.values(row).some((value) => String(value ?? "").toLowerCase().includes(wanted)));
	table(by("recent-rows"), found.slice(0, RECENT), (row) => row.id, ENDED);
	by("recent-more").textContent = found.length > RECENT ? `${found.length} calls; the last ${RECENT} are shown.`
		: found.length ? "" : wanted ? "No call like that among the last ones." : "None yet.";
}

let learning = null;

function learn_recent() {
	learning ??= setTimeout(async () => {
		recent = await ask("GET", "calls/recent").catch(() => recent);
		learning = null;
		draw_recent();
	}, 500);
}

async function open_call(row) {
	try {
		const [timeline, why] = await Promise.all([ask("GET", `calls/${row.id}/timeline`), ask("GET", `calls/${row.id}/why`)]);
		by("call-title").textContent = `Call ${row.id}: ${row.calling || "no number"} to ${row.called || "no number"}`;
		by("call-why").textContent = [...why.steps, why.meaning ?? ""].join(" ");
		by("call-advice").textContent = why.advice ?? "";
		ladder(by("ladder"), timeline.entries);
		by("call-lines").textContent = lines(timeline.entries);
		by("call-pcap").href = `/api/v1/calls/${row.id}/pcap`;
		by("call-pcap").download = `call-${row.id}.pcapng`;
		by("call").showModal();
		by("call").scrollTop = 0; // the dialog shows the button that has the keyboard, at its end
	} catch (error) {
		by("error").textContent = error.message;
	}
}

// One channel

function facts(channel) {
	return [["Trunk", channel.trunk], ["State", channel.state], ["Service", channel.administrative],
		["Operational", `${channel.operational}${channel.availability ? `, ${channel.availability}` : ""}`],
		["Call", channel.call ?? "none"], ["Direction", channel.direction || "–"], ["Calling", channel.calling || "–"], ["Called", channel.called || "–"]];
}

function draw_channel() {
	const channel = opened && mirror.rows.channel.get(opened);
	if (!channel)
		return;
	by("channel-title").textContent = `Channel ${channel.name}`;
	by("channel-facts").replaceChildren(...facts(channel).flatMap(([term, text]) => [element("dt", {}, term), element("dd", {}, String(text))]));
	lock_acts(by("channel-acts"), "channel", channel);
}

function open_channel(name) {
	opened = name;
	delete by("channel-acts").dataset.acts;
	draw_channel();
	by("channel").showModal();
}

// All

const DRAW = {
	alarm: draw_alarms,
	call: draw_calls,
	trunk: () => table(by("trunk-rows"), mirror.list("trunk"), (row) => row.name, TRUNK),
	"trunk-group": () => groups.draw(mirror.list("trunk-group")),
	peer: () => table(by("peer-rows"), mirror.list("peer"), (row) => row.name, PEER),
	channel: () => {
		grid(by("grid"), mirror.list("channel"), mirror.rows.span, open_channel);
		draw_channel();
	},
};

function draw() {
	const kinds = new Set([...dirty].map((kind) => (kind === "span" ? "channel" : kind)));
	dirty.clear();
	for (const kind of kinds)
		DRAW[kind]();
	route.origins(mirror);
}

function mark(...kinds) {
	if (!dirty.size)
		requestAnimationFrame(draw);
	kinds.forEach((kind) => dirty.add(kind));
}

function say(text, look) {
	if (by("state").textContent !== text)
		by("state").textContent = text;
	by("state").className = look;
}

function changed(kinds) {
	say("live", "live");
	lost_at = null;
	by("help").hidden = true;
	if (kinds.includes("call"))
		learn_recent();
	mark(...kinds);
}

// What it cannot mend itself it says once it has tried for a while.
function lost(closed) {
	lost_at ??= Date.now();
	by("help").hidden = Date.now() - lost_at < HELP_MS;
	say("no connection; what is here is old", "lost");
	if (closed)
		setTimeout(begin, 3000);
}

function remember() {
	mirror.list("trunk").forEach((row) => history.add(`trunk ${row.name}`, row.busy));
	mirror.list("peer").forEach((row) => history.add(`peer ${row.name}`, row.calls));
	mark("trunk", "peer");
}

function show(signed_in) {
	by("main").hidden = !signed_in;
	by("sign-in").hidden = signed_in;
}

async function begin() {
	mirror.close();
	try {
		const session = await ask("GET", "session");
		role = session.role;
		by("who").textContent = `${session.who}, ${session.role}`;
		by("sign-out").hidden = session.who === "anonymous";
		const version = await ask("GET", "version");
		by("version").textContent = `${version.name} ${version.version}`;
		show(true);
		configuration.may(role);
		mirror.open();
	} catch (error) {
		if (!(error instanceof Refused))
			return lost(true);
		say("not signed in", "");
		by("who").textContent = "";
		by("sign-out").hidden = true;
		show(false);
		by("sign-in").elements.user.focus();
	}
}

by("sign-in").addEventListener("submit", async (event) => {
	event.preventDefault();
	const {user, password} = event.target.elements;
	try {
		await ask("POST", "session", {user: user.value, password: password.value});
		password.value = "";
		by("sign-in-error").textContent = "";
		begin();
	} catch (error) {
		by("sign-in-error").textContent = error.message;
	}
});
by("sign-out").addEventListener("click", async () => {
	await ask("DELETE", "session").catch(() => {});
	begin();
});
by("channel").addEventListener("close", () => {
	opened = null;
});
by("find").addEventListener("input", draw_recent);
route.begin(mirror);
configuration.begin();
setInterval(remember, PLOT_MS);
setInterval(() => mirror.rows.call.size && mark("call"), 1000);
begin();
