// How calls that are up sound, asked for while somebody looks and there are calls.
import {ask} from "./api.js";

const EACH_MS = 3000;
const POOR = 3.6; // MOS: beneath it many users are dissatisfied (G.107 annex B)

export class Sound {
	// calls(): are there any? changed() is called with each answer.
	constructor(calls, changed) {
		this.rows = new Map();
		setInterval(async () => {
			if (document.hidden || !calls())
				return;
			const rows = await ask("GET", "sound").catch(() => []);
			this.rows = new Map(rows.map((row) => [row.id, row]));
			changed();
		}, EACH_MS);
	}

	// "−13 / −15": from the caller and from the called party
	level(id) {
		const row = this.rows.get(id);
		const side = (level) => (level === null ? "–" : String(level).replace("-", "−"));
		return row ? `${side(row.from_level_dbm0)} / ${side(row.to_level_dbm0)}` : null;
	}

	// Of the worse one, if both are RTP.
	worst(id) {
		const row = this.rows.get(id);
		const sides = row ? ["from", "to"].map((side) => ({mos: row[`${side}_mos`], lost: row[`${side}_lost_percent`], jitter: row[`${side}_jitter_ms`]})) : [];
		return sides.filter((side) => side.mos !== null).sort((a, b) => a.mos - b.mos)[0];
	}

	quality(id) {
		const worst = this.worst(id);
		return worst ? `MOS ${worst.mos.toFixed(1)}, lost ${worst.lost ?? 0} %, jitter ${worst.jitter} ms` : null;
	}

	is_poor(id) {
		return (this.worst(id)?.mos ?? 5) < POOR;
	}
}
