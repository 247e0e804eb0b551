// Plots of intervals as steps: what was in each, over time, with axes. Lines differ by dashes as well as by colour.
const SVG = "http://www.w3.org/2000/svg";
const LEFT = 46, RIGHT = 10, TOP = 8, BOTTOM = 22, HEIGHT = 150;
const LABEL = 62, EDGE = 26; // of the time axis: so far apart, their middle so far from the right
const MINUTE = 60e3, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
const STEPS = [5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY];

function draw(name, attributes, text) {
	const made = document.createElementNS(SVG, name);
	for (const [key, value] of Object.entries(attributes))
		made.setAttribute(key, value);
	if (text !== undefined)
		made.textContent = text;
	return made;
}

// Round numbers from 0 to at least most.
function scale(most) {
	const rough = Math.max(most, 1) / 4;
	const power = 10 ** Math.floor(Math.log10(rough));
	const step = Math.max(1, [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough));
	const ticks = [];
	for (let tick = 0; tick - step < Math.max(most, 1); tick += step)
		ticks.push(tick);
	return ticks;
}

function midnight(time, utc) {
	const day = new Date(time);
	return utc ? day.setUTCHours(0, 0, 0, 0) : day.setHours(0, 0, 0, 0);
}

export function say_time(time, length) {
	return length >= DAY ? new Date(time).toLocaleDateString([], {day: "numeric", month: "short", timeZone: "UTC"})
		: new Date(time).toLocaleTimeString([], {hour: "2-digit", minute: "2-digit"});
}

function times(from, to, length, room) {
	const step = STEPS.find((ms) => ms >= length && (to - from) / ms <= room / LABEL) ?? STEPS.at(-1);
	const found = [];
	for (let time = midnight(from, length >= DAY); time < to; time += step)
		if (time >= from)
			found.push(time);
	return found.map((time) => [time, say_time(time, step >= DAY && length < DAY ? 0 : length)]);
}

// Where intervals follow one another the line goes on; where there is none, or nothing to say, it is cut.
function steps(rows, value, x, y) {
	let path = "", pen = null;
	for (const row of rows) {
		const at = value(row);
		if (at === null) {
			pen = null;
			continue;
		}
		const [left, right, up] = [x(row.begin), x(row.end), y(at)].map((n) => n.toFixed(1));
		path += `${pen === row.begin ? "L" : "M"}${left},${up}H${right}`;
		pen = row.end;
	}
	return path;
}

function axes(svg, plot) {
	for (const tick of plot.ticks)
		svg.append(draw("line", {class: "rule", x1: LEFT, x2: plot.width - RIGHT, y1: plot.y(tick), y2: plot.y(tick)}),
			draw("text", {class: "up", x: LEFT - 6, y: plot.y(tick) + 4}, String(tick)));
	for (const [time, text] of times(plot.from, plot.to, plot.length, plot.width - LEFT - RIGHT))
		svg.append(draw("line", {class: "tick", x1: plot.x(time), x2: plot.x(time), y1: HEIGHT - BOTTOM, y2: HEIGHT - BOTTOM + 4}),
			draw("text", {class: "along", x: Math.min(plot.x(time), plot.width - EDGE), y: HEIGHT - 5}, text));
}

// rows: {begin, end, ...}, the oldest first; lines: {name, value(row)}; most: what the axis reaches at least; unit: what
// is counted. Each interval says its numbers when it is pointed at.
export function plot(svg, {rows, lines, most, unit, length}) {
	const width = Math.max(260, svg.parentElement.clientWidth);
	const highest = Math.max(most, ...rows.flatMap((row) => lines.map((line) => line.value(row) ?? 0)));
	const ticks = scale(highest);
	const [to, top] = [rows.at(-1).end, ticks.at(-1)];
	const from = Math.min(rows[0].begin, to - 8 * length);
	const x = (time) => LEFT + (width - LEFT - RIGHT) * (time - from) / (to - from);
	const y = (value) => HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * value / top;
	svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
	svg.setAttribute("height", HEIGHT);
	svg.replaceChildren();
	axes(svg, {ticks, from, to, length, width, x, y});
	lines.forEach((line, i) => svg.append(draw("path", {class: `line l${i}`, d: steps(rows, line.value, x, y)})));
	for (const row of rows) {
		const numbers = lines.map((line) => `${line.name} ${line.value(row) ?? "–"}`).join(", ");
		const over = draw("rect", {x: x(row.begin), y: TOP, width: Math.max(1, x(row.end) - x(row.begin)), height: HEIGHT - BOTTOM - TOP});
		over.append(draw("title", {}, `${say_time(row.begin, length)}: ${numbers} ${unit}`));
		svg.append(over);
	}
}
