/* The configuration of trunks, as a value. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/tdm.h"

struct config_section;

enum { TRUNK_NAME_MAX = 32, TRUNK_CHANNELS_MAX = 31 };

enum trunk_side { TRUNK_USER, TRUNK_NETWORK };
enum trunk_hunt { HUNT_ASCENDING, HUNT_DESCENDING, HUNT_ROUND_ROBIN };
/* DISCONNECT with progress indicator 8 before answer: announcements (all but cause 17, which SIP says
 * better with 486) are let through until RELEASE or T306. */
enum trunk_inband { INBAND_ANNOUNCEMENTS, INBAND_ALWAYS, INBAND_NEVER };

/* Seconds, by their names in Q.931; 0: the default stands. T301, T306 and T310 are our own, the others
 * libpri's. T302 and T304 do not run: SETUP has all digits, in both directions. */
struct trunk_timers {
	unsigned t301; /* 180: ALERTING to CONNECT; not in the user who is called */
	unsigned t303; /* 4: SETUP to the first answer, twice */
	unsigned t305; /* 30: DISCONNECT to RELEASE */
	unsigned t306; /* 30: the same, with in-band information */
	unsigned t308; /* 4: RELEASE to RELEASE COMPLETE, twice */
	unsigned t309; /* 90: active calls outlive a lost data link */
	unsigned t310; /* 60 user side, 35 network: PROCEEDING to ALERTING */
	unsigned t313; /* 4: CONNECT to CONNECT ACKNOWLEDGE, user side */
};

struct trunk_config {
	char name[TRUNK_NAME_MAX];
	char protocol[16]; /* "isdn" */
	char span[TDM_NAME_MAX];
	unsigned d_timeslot; /* 16 on E1, 24 on T1 */
	uint32_t channels;   /* bit t: timeslot t is a B channel */
	enum trunk_side side;
	enum trunk_hunt hunt;
	enum trunk_inband inband;
	struct trunk_timers timers;
	int line;
};

struct trunks_config {
	struct trunk_config *trunks;
	size_t n;
};

extern const struct config_section trunks_section;
