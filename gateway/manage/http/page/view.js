// How rows look: tables, the grid of channels, plots. What is on the page stays and is changed, so that whoever is on it
// with the keyboard stays where he is.

export function element(name, attributes = {}, ...inside) {
	const made = document.createElement(name);
	for (const [key, value] of Object.entries(attributes))
		if (key.startsWith("on"))
			made.addEventListener(key.slice(2), value);
		else if (value !== false && value !== undefined)
			made.setAttribute(key, value);
	made.append(...inside);
	return made;
}

function set(node, text) {
	if (node.textContent !== text)
		node.textContent = text;
}

function attribute(node, name, value) {
	if (node.getAttribute(name) !== value)
		node.setAttribute(name, value);
}

// The children of parent, one for each row in their order: made by make(row) once, then changed by update(node, row).
export function keyed(parent, rows, key, make, update) {
	const old = new Map([...parent.children].map((node) => [node.dataset.key, node]));
	let after = null;
	for (const row of rows) {
		const name = String(key(row));
		let node = old.get(name);
		old.delete(name);
		if (!node) {
			node = make(row);
			node.dataset.key = name;
		}
		const place = after ? after.nextElementSibling : parent.firstElementChild;
		if (place !== node)
			parent.insertBefore(node, place);
		update(node, row);
		after = node;
	}
	for (const node of old.values())
		node.remove();
}

// columns: {text(row), number, bad(row)} or {put(cell, row)}
export function table(body, rows, key, columns) {
	keyed(body, rows, key, (row) => element("tr", {}, ...columns.map((column, i) =>
		element(i ? "td" : "th", i ? {class: column.number && "n"} : {scope: "row"}))),
	(tr, row) => columns.forEach((column, i) => {
		const cell = tr.children[i];
		if (column.put)
			return column.put(cell, row);
		set(cell, String(column.text(row) ?? "–"));
		cell.classList.toggle("bad", Boolean(column.bad?.(row)));
	}));
}

const SIGNS = {idle: "·", setup: "s", alerting: "r", active: "A", clearing: "c", down: "x"};

function sign(channel) {
	return channel.administrative !== "unlocked" && channel.usage === "idle" ? "locked" : channel.state;
}

function words(channel) {
	const locked = channel.administrative === "unlocked" ? "" : `, ${channel.administrative}`;
	const call = channel.call ? `, call ${channel.call}, ${channel.calling || "no number"} to ${channel.called || "no number"}` : "";
	return `${channel.name}, trunk ${channel.trunk}: ${channel.state}${locked}${call}`;
}

function cell(channel, open) {
	return element("button", {type: "button", tabindex: "-1", onclick: () => open(channel.name)},
		element("span"), element("small", {}, channel.name.slice(channel.name.lastIndexOf("/") + 1)));
}

function draw(button, channel) {
	const look = sign(channel);
	attribute(button, "class", `cell ${look}`);
	attribute(button, "aria-label", words(channel));
	attribute(button, "title", words(channel));
	set(button.firstElementChild, look === "locked" ? "L" : SIGNS[look]);
}

// One of a group's cells can be reached by Tab; arrows, Home and End go on from there.
function walk(event) {
	const cells = [...event.currentTarget.children];
	const at = cells.indexOf(document.activeElement);
	const across = Math.max(1, cells.filter((c) => c.offsetTop === cells[0].offsetTop).length);
	const to = {ArrowRight: at + 1, ArrowLeft: at - 1, ArrowDown: at + across, ArrowUp: at - across, Home: 0, End: cells.length - 1}[event.key];
	if (at < 0 || to === undefined)
		return;
	event.preventDefault();
	focus_on(cells, cells[Math.min(Math.max(to, 0), cells.length - 1)]);
}

function focus_on(cells, which) {
	for (const other of cells)
		other.tabIndex = other === which ? 0 : -1;
	which.focus();
}

export function grid(parent, channels, spans, open) {
	const groups = new Map();
	for (const channel of channels) {
		const span = channel.name.slice(0, channel.name.lastIndexOf("/"));
		groups.set(span, [...(groups.get(span) ?? []), channel]);
	}
	keyed(parent, [...groups], ([span]) => span,
		([span]) => element("div", {role: "group", "aria-label": `span ${span}`},
			element("h3"), element("div", {class: "cells", onkeydown: walk})),
		(group, [span, inside]) => {
			const busy = inside.filter((c) => c.usage === "busy").length;
			const alarms = spans.get(span)?.alarms ?? "";
			set(group.firstElementChild, `${span} · trunk ${inside[0].trunk} · ${busy} of ${inside.length} in use` +
				(alarms && alarms !== "ok" ? ` · ${alarms}` : ""));
			keyed(group.lastElementChild, inside, (c) => c.name, (c) => cell(c, open), draw);
			if (!group.querySelector("[tabindex='0']"))
				group.lastElementChild.firstElementChild.tabIndex = 0;
		});
}

const POINTS = 120;
const FEW = 24; // points that fill the width
const SVG = "http://www.w3.org/2000/svg";

// What a number was, a point every few seconds.
export class History {
	constructor() {
		this.of = new Map();
	}

	add(key, value) {
		const points = this.of.get(key) ?? [];
		points.push(value);
		this.of.set(key, points.slice(-POINTS));
	}

	put(cell, key, most, label) {
		const points = this.of.get(key) ?? [];
		const top = Math.max(most, ...points, 1);
		const step = 100 / (Math.max(points.length, FEW) - 1);
		const at = (value, i) => `${(i * step).toFixed(1)},${(29 - value * 28 / top).toFixed(1)}`;
		if (!cell.firstElementChild) {
			const svg = document.createElementNS(SVG, "svg");
			attribute(svg, "class", "plot");
			attribute(svg, "viewBox", "0 0 100 30");
			attribute(svg, "preserveAspectRatio", "none");
			attribute(svg, "role", "img");
			svg.append(document.createElementNS(SVG, "path"), document.createElementNS(SVG, "polyline"));
			cell.append(svg);
		}
		const svg = cell.firstElementChild;
		const line = points.map(at).join(" ");
		attribute(svg, "aria-label", `${label}: now ${points.at(-1) ?? 0}, at most ${Math.max(0, ...points)}`);
		attribute(svg.lastElementChild, "points", line);
		if (points.length > 1)
			attribute(svg.firstElementChild, "d", `M0,30 L${line.replaceAll(" ", " L")} L${((points.length - 1) * step).toFixed(1)},30 Z`);
	}
}
