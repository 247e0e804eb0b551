// A call as a ladder: a line for each party with the gateway in the middle, an arrow for each message, time downwards.
const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 900, TOP = 34, STEP = 30, TIME = 76;

function draw(name, attributes, text) {
	const made = document.createElementNS(SVG, name);
	for (const [key, value] of Object.entries(attributes))
		made.setAttribute(key, value);
	if (text !== undefined)
		made.textContent = text;
	return made;
}

// Who called first is on the left, the gateway next to him, the rest on the right in their order.
function columns(entries) {
	const parties = [...new Set(entries.filter((e) => e.way && e.party).map((e) => e.party))];
	const names = parties.length ? [parties[0], "gateway", ...parties.slice(1)] : ["gateway"];
	const across = (WIDTH - TIME) / names.length;
	return new Map(names.map((name, i) => [name, TIME + across * (i + 0.5)]));
}

function cut(text, room) {
	const most = Math.max(8, Math.floor(room / 6.4));
	return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

function message(entry, places, y) {
	const here = places.get("gateway"), there = places.get(entry.party);
	const [from, to] = entry.way === "in" ? [there, here] : [here, there];
	const group = draw("g", {class: entry.kind});
	const point = to + (to > from ? -8 : 8);
	group.append(draw("title", {}, entry.text),
		draw("line", {x1: from, x2: to, y1: y, y2: y}),
		draw("path", {d: `M${to},${y} L${point},${y - 4} L${point},${y + 4} Z`}),
		draw("text", {x: (from + to) / 2, y: y - 5, "text-anchor": "middle"}, cut(entry.text, Math.abs(to - from))));
	return group;
}

// What is no message: what the gateway did.
function note(entry, places, y) {
	const group = draw("g", {class: "note"});
	const text = entry.party ? `${entry.party}: ${entry.text}` : entry.text;
	group.append(draw("title", {}, text), draw("text", {x: places.get("gateway"), y, "text-anchor": "middle"}, cut(text, WIDTH - TIME)));
	return group;
}

export function ladder(svg, entries) {
	const places = columns(entries);
	const height = TOP + STEP * (entries.length + 1);
	const lines = [...places].flatMap(([name, x]) => [
		draw("text", {x, y: 16, "text-anchor": "middle", class: "party"}, name),
		draw("line", {x1: x, x2: x, y1: TOP - 10, y2: height, class: "life"})]);
	const rows = entries.flatMap((entry, i) => {
		const y = TOP + STEP * (i + 0.7);
		return [draw("text", {x: 4, y: y + 4, class: "time"}, `${(entry.after_ms / 1000).toFixed(3)} s`),
			entry.way && places.has(entry.party) ? message(entry, places, y) : note(entry, places, y)];
	});
	svg.setAttribute("viewBox", `0 0 ${WIDTH} ${height}`);
	svg.setAttribute("aria-label", `${entries.length} messages and events; as text below`);
	svg.replaceChildren(...lines, ...rows);
}

// The same for those who read or hear text.
export function lines(entries) {
	return entries.map((e) => `${(e.after_ms / 1000).toFixed(3)} s  ${e.party || "gateway"} ${{in: "→", out: "←"}[e.way] ?? "·"} ${e.text}`).join("\n");
}
