// The gateway's API: requests, and the stream of events.
const ROOT = "/api/v1/";

export class Refused extends Error {
	constructor(status, said) {
		super(said.expected ? `${said.error}; right would be: ${said.expected}` : said.error);
		this.status = status;
		this.said = said;
	}
}

// version: of the configuration, if the request is about one
export async function ask(method, path, body, version) {
	const [place, query] = path.split("?");
	const answer = await fetch(ROOT + place.split("/").map(encodeURIComponent).join("/") + (query ? `?${query}` : ""), {
		method,
		headers: {"X-Crosspoint": "1", ...(body && {"Content-Type": "application/json"}), ...(version && {"If-Match": `"${version}"`})},
		body: body && JSON.stringify(body),
	});
	const said = await answer.json().catch(() => ({error: `the gateway answers ${answer.status}`}));
	if (!answer.ok)
		throw new Refused(answer.status, said);
	return said;
}

const KINDS = ["span", "trunk", "trunk-group", "channel", "call", "peer", "alarm"];

// The rows of each kind by key, kept as the gateway has them. changed(kinds) is called with what is new.
export class Mirror {
	constructor(changed, lost) {
		this.changed = changed;
		this.lost = lost;
		this.rows = Object.fromEntries(KINDS.map((kind) => [kind, new Map()]));
	}

	key(kind, row) {
		return kind === "call" || kind === "alarm" ? row.id : row.name;
	}

	open() {
		this.source = new EventSource(ROOT + "events");
		this.source.addEventListener("snapshot", (event) => this.begin(JSON.parse(event.data)));
		for (const kind of KINDS) {
			this.source.addEventListener(kind, (event) => this.put(kind, JSON.parse(event.data)));
			this.source.addEventListener(`${kind}-gone`, (event) => {
				this.rows[kind].delete(this.key(kind, JSON.parse(event.data)));
				this.changed([kind], true);
			});
		}
		this.source.onerror = () => this.lost(this.source.readyState === EventSource.CLOSED);
	}

	close() {
		this.source?.close();
	}

	begin(all) {
		for (const kind of KINDS)
			this.rows[kind] = new Map(all[`${kind}s`].map((row) => [this.key(kind, this.stamp(row)), row]));
		this.changed(KINDS, true);
	}

	put(kind, row) {
		this.rows[kind].set(this.key(kind, this.stamp(row)), row);
		this.changed([kind], true);
	}

	// When a call was answered, by this machine's clock.
	stamp(row) {
		if (row.answered_s !== undefined && row.answered_s !== null)
			row.answered_at = Date.now() - row.answered_s * 1000;
		return row;
	}

	list(kind) {
		return [...this.rows[kind].values()];
	}
}
