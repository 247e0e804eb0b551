/* How well a line carried its bits: seconds counted by what was wrong in them (ITU-T G.826, in the terms and with the
 * limits of RFC 4805), in intervals of 15 minutes, the last 96 of them kept. Pure: it is fed one second after the
 * other. Ten severely errored seconds in a row make the line unavailable from the first of them on; ten that are
 * not make it available again from the first of those on (G.826 annex A): what was counted meanwhile is put right. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { G826_INTERVAL_S = 900, G826_INTERVALS = 96, G826_TURN_S = 10 };

/* What the line checks its frames by. */
enum g826_line {
	G826_E1_CRC4,
	G826_E1_PLAIN, /* frame alignment words alone */
	G826_T1_ESF,   /* CRC-6 */
	G826_T1_D4,    /* F bits alone */
	G826_BRI,      /* nothing but its state is known */
};

/* One second as it was measured. */
struct g826_second {
	uint32_t
		path; /* path code violations: bad CRC blocks, or framing bits where there is no CRC */
	uint32_t line;  /* code violations of the line: AMI, HDB3, B8ZS */
	uint32_t slips; /* controlled ones: a frame dropped or repeated */
	uint32_t far;   /* bad blocks that the far end reports: E bits */
	bool defect;    /* no signal, no framing, or all ones */
};

/* Only uas grows while the line is unavailable. */
struct g826_counts {
	uint32_t es;     /* errored seconds */
	uint32_t ses;    /* severely errored */
	uint32_t bes;    /* bursty: more than one bad block, and not severely errored */
	uint32_t sefs;   /* with a defect */
	uint32_t les;    /* with code violations of the line */
	uint32_t css;    /* with controlled slips */
	uint32_t far_es; /* errored at the far end */
	uint32_t uas;    /* unavailable */
	uint32_t path;   /* path code violations */
	uint32_t line;   /* line code violations */
	uint32_t slips;
	uint32_t seconds; /* measured */
};

struct g826 {
	enum g826_line line;
	bool unavailable;
	unsigned turning; /* seconds in a row that speak for the other state */
	struct {
		uint64_t number;
		struct g826_counts counts;
	} intervals[G826_INTERVALS + 1]; /* by number modulo their count */
	uint64_t first, now;             /* numbers of intervals */
	struct {
		uint64_t at_s;
		struct g826_second second;
	} last[G826_TURN_S]; /* the latest seconds, as a ring */
	unsigned next;
};

/* at_s: the second's number on any clock that never steps back; intervals begin at its multiples of 900. */
void g826_init(struct g826 *g826, enum g826_line line, uint64_t at_s);
void g826_feed(struct g826 *g826, uint64_t at_s, const struct g826_second *second);
/* The present interval (ago 0), or an earlier one; NULL: it is not kept, or was before the start. */
const struct g826_counts *g826_interval(const struct g826 *g826, unsigned ago);
/* The sum of the 96 intervals before the present one (RFC 4805 4.3), as far as they are there. */
void g826_day(const struct g826 *g826, struct g826_counts *out);
