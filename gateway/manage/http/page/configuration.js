// The configuration: edited as one text, checked, compared, committed, confirmed or taken back.
import {ask, Refused} from "./api.js";
import {element} from "./view.js";

const by = (id) => document.getElementById(id);
const SOON_MS = 1000, SELDOM_MS = 15000;
let admin = false;
let state = null; // as the gateway said last
let version = ""; // that the text is based on
let loaded = ""; // the text before it was edited
let marked = []; // lines with faults
let deadline = 0; // until it goes back by itself, by this machine's clock; 0: it does not
let timer = null;
let busy = false; // a commit of ours is under way

function say(text) {
	by("config-said").textContent = text;
}

function wrong(text) {
	by("config-error").textContent = text;
}

// The text and its lines

function number_lines() {
	const n = by("config-text").value.split("\n").length;
	const bad = new Set(marked);
	by("config-lines").textContent = Array.from({length: n}, (_, i) => `${bad.has(i + 1) ? "✗ " : ""}${i + 1}`).join("\n");
	by("config-lines").scrollTop = by("config-text").scrollTop;
}

function scroll_to(line) {
	const text = by("config-text");
	text.scrollTop = Math.max(0, (line - 4) * parseFloat(getComputedStyle(text).lineHeight));
}

function go_to(line) {
	const text = by("config-text"), lines = text.value.split("\n");
	const start = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
	text.focus();
	text.setSelectionRange(start, start + (lines[line - 1] ?? "").length);
	scroll_to(line);
}

function show_faults(faults) {
	marked = faults.map((fault) => fault.line).filter(Boolean);
	by("config-faults").replaceChildren(...faults.map((fault) => element("li", {}, fault.line
		? element("button", {type: "button", onclick: () => go_to(fault.line)}, `Line ${fault.line}: ${fault.error}`)
		: fault.error)));
	number_lines();
	if (marked.length)
		scroll_to(marked[0]);
}

// A sign before each line, and its colour besides.
function show_diff(diff) {
	const kinds = {"+": "ins", "-": "del"};
	by("config-diff").hidden = !diff;
	by("config-diff").replaceChildren(...diff.trimEnd().split("\n").map((line) => element(kinds[line[0]] ?? "span", {class: line.startsWith("@@") && "faint"}, line + "\n")));
}

function clear() {
	wrong("");
	say("");
	show_faults([]);
	show_diff("");
}

// What the gateway says

function take(text, of) {
	version = of;
	loaded = by("config-text").value = text;
	number_lines();
}

async function load() {
	await look();
	const candidate = state.candidate && admin;
	const said = await ask("GET", candidate ? "configuration/candidate" : "configuration/running");
	clear();
	take(said.text, said.version);
	if (candidate) {
		say(`This is the candidate of ${said.about.who}, not committed yet.`);
		show_diff(said.diff);
	}
}

function clock(ms) {
	const s = Math.max(0, Math.ceil(ms / 1000));
	return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
}

function draw() {
	const left = deadline && deadline - Date.now();
	by("config-unconfirmed").hidden = !deadline;
	by("config-left").textContent = left ? clock(left) : "";
	by("config-acts").hidden = by("config-confirm").hidden = !admin;
	by("config-text").readOnly = !admin;
	const waiting = state?.waiting ?? [];
	by("config-waiting").hidden = !waiting.length;
	by("config-now").hidden = !admin;
	const lines = waiting.map((one) => `Trunk ${one.trunk} is ${one.what} once ${one.calls ? `its ${one.calls} calls are` : "the calls on its spans are"} over.`);
	if (by("config-waits").textContent !== lines.join(" "))
		by("config-waits").textContent = lines.join(" ");
	const others = Boolean(state && version && version !== state.version && !busy);
	if (by("config-others").hidden === others)
		by("config-others").hidden = !others;
}

async function look() {
	state = await ask("GET", "configuration");
	deadline = state.unconfirmed_s === null ? 0 : Date.now() + state.unconfirmed_s * 1000;
	draw();
}

function again() {
	clearTimeout(timer);
	timer = setTimeout(async () => {
		const was = deadline;
		await look().catch(() => {});
		if (was && !deadline && !busy && version !== state.version) {
			say(state.commit.what === "return" || Date.now() >= was - SOON_MS ? "It went back: what ran before runs again." : "");
			if (by("config-text").value === loaded)
				await load_quietly();
		}
		again();
	}, deadline || state?.waiting.length || by("config-open").open ? SOON_MS : SELDOM_MS);
}

// The text that runs now, with what was said last.
async function load_quietly() {
	const said = by("config-said").textContent;
	await load().catch(() => {});
	say(said);
}

// Acts

async function act(run) {
	clear();
	try {
		await run();
		by("config-said").scrollIntoView({block: "nearest"});
	} catch (error) {
		wrong(error.message);
		by("config-error").scrollIntoView({block: "nearest"});
		if (error instanceof Refused && error.said.faults) {
			show_faults(error.said.faults);
			by("config-faults").querySelector("button")?.focus();
		}
	}
	again();
}

const text_of = () => ({text: by("config-text").value});

// The outcome of what was ordered; the gateway may be away meanwhile, as its own server may be changed.
async function outcome() {
	for (let tries = 0; tries < 60; tries++) {
		await new Promise((go_on) => setTimeout(go_on, 200));
		await look().catch(() => say("Waiting for the gateway …"));
		if (state.commit.state === "done")
			return;
		if (state.commit.state === "failed")
			throw new Refused(422, {error: "not done; what ran before still runs", faults: state.commit.faults});
	}
	throw new Error("the gateway does not answer any more; with `commit confirmed` it goes back by itself");
}

async function order(path, body, done) {
	busy = true;
	try {
		await ask("POST", path, body, version);
		await outcome();
		await load();
		say(done);
	} finally {
		busy = false;
		draw();
	}
}

async function check() {
	const said = await ask("POST", "configuration/check", text_of());
	show_diff(said.diff);
	say(said.diff ? "No faults. This is what would change:" : "No faults, and nothing would change.");
}

async function commit(minutes) {
	const comment = by("config-comment").value.trim();
	const put = await ask("PUT", "configuration/candidate", text_of(), version);
	version = put.version;
	await order("configuration/commit", {...(comment && {comment}), ...(minutes && {minutes})},
		minutes ? "Committed, and to be confirmed." : "Committed. “Keep over a restart” writes it to the file.");
	by("config-comment").value = "";
}

async function start_over() {
	await look();
	if (state.candidate)
		await ask("DELETE", "configuration/candidate", undefined, state.version);
	await load();
	say("This is what runs.");
}

async function roll_back() {
	const said = await ask("POST", "configuration/rollback", {back: Number(by("config-back").value)}, version);
	take(said.text, said.version);
	show_diff(said.diff);
	say("Loaded; nothing runs of it yet. This is what would change:");
}

async function confirm() {
	await ask("POST", "configuration/confirm", undefined, state.version);
	await load();
	say("Confirmed. “Keep over a restart” writes it to the file.");
}

async function go_back() {
	version = state.version;
	await order("configuration/return", undefined, "It went back: what ran before runs again.");
}

async function write() {
	await ask("POST", "configuration/write");
	say("Written; it holds over a restart.");
}

async function now() {
	if (!window.confirm("Do it now? The calls that it waits for are cleared."))
		return;
	await ask("POST", "configuration/now");
	await look();
}

const ACTS = {
	"config-check": check, "config-commit": () => commit(0), "config-commit-confirmed": () => commit(Number(by("config-minutes").value)),
	"config-start-over": start_over, "config-roll-back": roll_back, "config-yes": confirm, "config-no": go_back,
	"config-write": write, "config-now": now, "config-load": start_over,
};

export function may(role) {
	admin = role === "admin";
	look().catch(() => {});
	again();
	if (by("config-open").open)
		load().catch((error) => wrong(error.message));
}

export function begin() {
	for (const [id, run] of Object.entries(ACTS))
		by(id).addEventListener("click", () => act(run));
	const text = by("config-text");
	text.addEventListener("input", () => {
		marked = [];
		number_lines();
	});
	text.addEventListener("scroll", () => {
		by("config-lines").scrollTop = text.scrollTop;
	});
	by("config-open").addEventListener("toggle", () => {
		if (by("config-open").open && !version)
			load().catch((error) => wrong(error.message));
		again();
	});
	setInterval(() => deadline && draw(), 500);
}
