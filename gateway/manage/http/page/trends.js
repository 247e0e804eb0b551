// What a trunk or peer carried over time: plots for the eye, the same as a table for everybody.
import {ask} from "./api.js";
import {plot, say_time} from "./plots.js";
import {element} from "./view.js";

const AGAIN_MS = 15000;
const LENGTH = {minutes: 60e3, quarters: 900e3, days: 86400e3};
const WORDS = {minutes: "minutes of the last three hours", quarters: "quarters of an hour of the last day", days: "days of the last month, by UTC"};
const by = (id) => document.getElementById(id);
const of = (key) => (row) => row[key];

const PLOTS = [
	{title: "In use", unit: "channels", capacity: true, lines: [{name: "mean (Erlangs)", value: of("erlangs")}, {name: "peak", value: of("peak")}]},
	{title: "Offered", unit: "calls", lines: [{name: "in", value: of("offered_in")}, {name: "out", value: of("offered_out")},
		{name: "overflow", value: of("overflow")}]},
	{title: "Success", unit: "%", most: 100, lines: [{name: "answered (ASR)", value: of("asr_percent")},
		{name: "not failed by the network (NER)", value: of("ner_percent")}]},
	{title: "Talk of an answered call (ACD)", unit: "s", lines: [{name: "mean", value: of("acd_s")}]},
	{title: "Until it rings (PDD)", unit: "s", lines: [{name: "mean", value: of("pdd_s")}]},
	{title: "Out of reach", unit: "s of the interval", lines: [{name: "all channels busy", value: of("full_s")}, {name: "no way", value: of("down_s")}]},
];
const TABLE = [["Offered in", "offered_in"], ["Offered out", "offered_out"], ["Overflow", "overflow"], ["Ended", "ended"], ["Answered", "answered"],
	["ASR %", "asr_percent"], ["NER %", "ner_percent"], ["ACD s", "acd_s"], ["PDD s", "pdd_s"], ["Erlangs", "erlangs"], ["Peak", "peak"],
	["All busy s", "full_s"], ["No way s", "down_s"]];

let shown = null; // {kind, name, channels, period, rows}
let timer = null;

function figure(what) {
	const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
	svg.setAttribute("class", "trend");
	svg.setAttribute("role", "img");
	const keys = what.lines.map((line, i) => element("span", {class: `key l${i}`}, line.name));
	return element("figure", {}, element("figcaption", {}, element("strong", {}, `${what.title}, ${what.unit}`), ...keys), svg);
}

function summary(what, rows) {
	const said = what.lines.map((line) => {
		const values = rows.map(line.value).filter((value) => value !== null);
		return `${line.name}: ${values.length ? `last ${values.at(-1)}, from ${Math.min(...values)} to ${Math.max(...values)}` : "nothing"}`;
	});
	return `${what.title} in ${what.unit}. ${said.join(". ")}. The table below has all of it.`;
}

function draw_plots() {
	const {rows, channels, period} = shown;
	const drawn = [...by("trend-plots").children];
	PLOTS.forEach((what, i) => {
		const svg = drawn[i].lastElementChild;
		const most = what.capacity ? channels : what.most ?? 0;
		plot(svg, {rows, lines: what.lines, most, unit: what.unit, length: LENGTH[period]});
		svg.setAttribute("aria-label", summary(what, rows));
	});
}

function draw_table() {
	const {rows, period} = shown;
	by("trend-rows").replaceChildren(...[...rows].reverse().map((row) => element("tr", {},
		element("th", {scope: "row"}, say_time(row.begin, LENGTH[period])),
		...TABLE.map(([, key]) => element("td", {class: "n"}, String(row[key] ?? "–"))))));
}

async function learn() {
	const {kind, name, period} = shown;
	try {
		const rows = await ask("GET", `${kind}s/${name}/history?by=${period}`);
		if (shown?.name !== name || shown.kind !== kind || shown.period !== period)
			return;
		shown.rows = rows.map((row) => ({...row, begin: Date.parse(row.from), end: Date.parse(row.from) + LENGTH[period]}))
			.sort((a, b) => a.begin - b.begin);
		by("trend-note").textContent = rows.length ? `By ${WORDS[period]}; the last one is under way.` : "Nothing yet.";
		by("trend-plots").hidden = !rows.length;
		if (rows.length)
			draw_plots();
		draw_table();
	} catch (error) {
		by("trend-note").textContent = error.message;
	}
	clearTimeout(timer);
	if (shown)
		timer = setTimeout(learn, AGAIN_MS);
}

// channels: how many it has; 0: not known.
export function open_trends(kind, name, channels) {
	shown = {kind, name, channels, period: by("trend-by").elements.by.value, rows: []};
	by("trend-title").textContent = `${kind === "trunk" ? "Trunk" : "Peer"} ${name}`;
	by("trend-note").textContent = "";
	by("trend-plots").hidden = true;
	by("trend-rows").replaceChildren();
	by("trend").showModal();
	learn();
}

by("trend-plots").replaceChildren(...PLOTS.map(figure));
by("trend-head").replaceChildren(element("th", {scope: "col"}, "From"), ...TABLE.map(([text]) => element("th", {scope: "col", class: "n"}, text)));
by("trend-by").addEventListener("change", (event) => {
	shown.period = event.target.value;
	learn();
});
by("trend").addEventListener("close", () => {
	if (by("trend").open) // again, before this was told
		return;
	clearTimeout(timer);
	shown = null;
});
addEventListener("resize", () => shown?.rows.length && draw_plots());
