// The route tester: how a call would go now, each step as `route test` tells it.
import {ask} from "./api.js";
import {element} from "./view.js";

const by = (id) => document.getElementById(id);
const KINDS = [["trunk", "Trunks"], ["trunk-group", "Trunk groups"], ["peer", "Peers"], ["user", "Users"]];
const LISTED = ["trunk", "trunk-group", "peer"];
let users = [];
let shown = "";

// What a call can come from; put anew only when it is another list, so that a choice stays.
export function origins(mirror) {
	const names = {...Object.fromEntries(LISTED.map((kind) => [kind, mirror.list(kind).map((row) => row.name)])), user: users};
	const print = JSON.stringify(names);
	const chosen = by("route-form").elements.origin;
	if (print === shown)
		return;
	shown = print;
	const value = chosen.value;
	chosen.replaceChildren(...KINDS.filter(([kind]) => names[kind].length).map(([kind, title]) =>
		element("optgroup", {label: title}, ...names[kind].map((name) => element("option", {value: `${kind} ${name}`}, `${kind} ${name}`)))));
	if ([...chosen.options].some((option) => option.value === value))
		chosen.value = value;
}

function end_of(test) {
	if (test.cause)
		return `The call would be refused: cause ${test.cause} ${test.cause_name}${test.why ? `, ${test.why}` : ""}.`;
	return `The call would go to ${test.to}${test.channel ? ` on channel ${test.channel}` : ""}: ` +
		`${test.calling || "(no number)"} calls ${test.called}.`;
}

async function test(event) {
	event.preventDefault();
	const {number, origin, calling, at} = event.target.elements;
	const [from, ...name] = origin.value.split(" ");
	const query = {number: number.value, from, name: name.join(" "), calling: calling.value, at: at.value.slice(0, 16)};
	by("route-error").textContent = by("route-end").textContent = "";
	by("route-steps").replaceChildren();
	try {
		const said = await ask("GET", `route/test?${new URLSearchParams(Object.entries(query).filter(([, value]) => value))}`);
		by("route-steps").replaceChildren(...said.steps.map((step) => element("li", {}, step)));
		by("route-end").textContent = end_of(said);
		by("route-end").className = said.cause ? "refused" : "goes";
	} catch (error) {
		by("route-error").textContent = error.message;
	}
}

export function begin(mirror) {
	by("route-form").addEventListener("submit", test);
	by("route-form").addEventListener("focusin", async () => {
		users = [...new Set((await ask("GET", "contacts").catch(() => [])).map((row) => row.user))];
		origins(mirror);
	}, {once: true});
}
