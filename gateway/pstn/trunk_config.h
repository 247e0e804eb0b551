/* The configuration of trunks, as a value. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "call/busy_alarm.h"
#include "call/target.h"
#include "call/trunk_limits.h"
#include "drivers/tdm.h"

struct config_section;

enum {
	TRUNK_NAME_MAX = 32,
	TRUNK_SPANS_MAX = 20, /* of one NFAS group: ANSI T1.607, 20 interfaces */
	TRUNK_TIMESLOTS = 32, /* array bound of a span's channels, slot 0 included */
};

enum trunk_side { TRUNK_USER, TRUNK_NETWORK };
enum trunk_variant {
	VARIANT_DEFAULT, /* EuroISDN on E1 and BRI, NI-2 on T1 */
	VARIANT_EUROISDN,
	VARIANT_NI2,
	VARIANT_NI1,
	VARIANT_DMS100,
	VARIANT_4ESS,
	VARIANT_5ESS,
	VARIANT_QSIG,
};
enum trunk_hunt {
	HUNT_ASCENDING,
	HUNT_DESCENDING,
	HUNT_ROUND_ROBIN,
	HUNT_EVEN, /* even timeslots first, ascending; the odd ones when none is left */
	HUNT_ODD,
	HUNT_LEAST_USED, /* the one that has had the fewest calls since the trunk was opened */
};
/* DISCONNECT with progress indicator 8 before answer: announcements (all but cause 17, which SIP says
 * better with 486) are let through until RELEASE or T306. */
enum trunk_inband { INBAND_ANNOUNCEMENTS, INBAND_ALWAYS, INBAND_NEVER };
/* Q.931 5.1.2: what our SETUP says of its channel. By default the network is exclusive, the user prefers. */
enum trunk_negotiation { CHANNEL_BY_SIDE, CHANNEL_PREFERRED, CHANNEL_EXCLUSIVE };

/* Seconds, by their names in Q.931; 0: the default stands. Which side runs which: Q.931 9. There is no T314, for
 * segmented messages are not put together, and no T317, for RESTART is acknowledged at once. */
struct trunk_timers {
	unsigned t301; /* 180: ALERTING to CONNECT; not in the user who is called */
	unsigned t302; /* 12: overlap receiving, after each digit */
	unsigned t303; /* 4: SETUP to the first answer, twice */
	unsigned t304; /* 20 network, 25 user: overlap sending, after each digit */
	unsigned t305; /* 30: DISCONNECT to RELEASE */
	unsigned t306; /* 30: the same, with in-band information */
	unsigned t308; /* 4: RELEASE to RELEASE COMPLETE, twice */
	unsigned t309; /* 90: active calls outlive a lost data link */
	unsigned t310; /* 60 user side, 35 network: PROCEEDING to ALERTING */
	unsigned t313; /* 4: CONNECT to CONNECT ACKNOWLEDGE, user side */
	unsigned t316; /* 120: RESTART to RESTART ACKNOWLEDGE */
	unsigned t322; /* 4: STATUS ENQUIRY to STATUS */
};

/* Q.850 causes that are taken for others; 0: as it is. */
struct trunk_causes {
	uint8_t from_line[128]; /* what the line clears with, before anybody here looks at it */
	uint8_t to_line[128];   /* what the line is told */
};

/* One span's part in a trunk. The first has the D channel; in an NFAS group another may have the backup one. */
struct trunk_span {
	char span[TDM_NAME_MAX];
	uint8_t interface;   /* Q.931 4.5.13 interface identifier; the first one's is 0 */
	unsigned d_timeslot; /* 16 on E1, 24 on T1, 3 on BRI; 0: no D channel here */
	uint32_t channels;   /* bit t: timeslot t is a B channel */
	int line;
};

struct trunk_config {
	char name[TRUNK_NAME_MAX];
	char protocol[16]; /* "isdn" */
	struct trunk_span spans[TRUNK_SPANS_MAX];
	size_t n_spans;
	struct number_translations translations;
	enum trunk_side side;
	enum trunk_variant variant;
	bool multipoint; /* BRI: several terminals on one bus; else point to point */
	enum trunk_hunt hunt;
	enum trunk_inband inband;
	enum trunk_negotiation negotiation;
	bool overlap_receiving; /* SETUP may come without all digits: SETUP ACKNOWLEDGE asks for more */
	bool overlap_sending; /* ours may go without all: the rest follows in INFORMATION */
	bool transfer; /* two of its calls joined here are joined by the network instead (2BCT, ECT, RLT) */
	bool no_restart; /* of no RESTART when layer 2 comes up: for peers that cannot bear it */
	unsigned echo_tail_ms; /* of the echo canceller on speech; 0: none */
	bool busy_out;         /* out of service while no peer that its routes lead to is alive */
	struct trunk_timers timers;
	struct trunk_causes causes;
	struct trunk_limits limits;
	struct busy_alarm busy_alarm;
	int line;
};

struct trunks_config {
	struct trunk_config *trunks;
	size_t n;
};

extern const struct config_section trunks_section;

/* A channel of a trunk by number: which of its spans, and the timeslot there. 0 is none. */
static inline unsigned trunk_channel(size_t member, unsigned timeslot)
{
	return (unsigned)member * TRUNK_TIMESLOTS + timeslot;
}

static inline size_t trunk_channel_member(unsigned channel)
{
	return channel / TRUNK_TIMESLOTS;
}

static inline unsigned trunk_channel_timeslot(unsigned channel)
{
	return channel % TRUNK_TIMESLOTS;
}

/* Is it one of the trunk's B channels? */
static inline bool trunk_has_channel(const struct trunk_config *trunk, unsigned channel)
{
	size_t member = trunk_channel_member(channel);

	return member < trunk->n_spans && trunk_channel_timeslot(channel) &&
	       trunk->spans[member].channels >> trunk_channel_timeslot(channel) & 1;
}

/* Sets of channels: a word for each span, bit t for timeslot t. */
static inline bool trunk_set_has(const uint32_t set[static TRUNK_SPANS_MAX], unsigned channel)
{
	return set[trunk_channel_member(channel)] >> trunk_channel_timeslot(channel) & 1;
}

static inline void trunk_set_put(uint32_t set[static TRUNK_SPANS_MAX], unsigned channel, bool in)
{
	uint32_t bit = 1U << trunk_channel_timeslot(channel);
	uint32_t *span = &set[trunk_channel_member(channel)];

	*span = in ? *span | bit : *span & ~bit;
}
