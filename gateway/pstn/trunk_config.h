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

struct trunk_timers {  /* seconds, by their names in Q.931; 0: the default stands */
	unsigned t301; /* 180: alerting to connect; ours, libpri leaves it unset */
	unsigned t303; /* 4 */
	unsigned t305; /* 30 */
	unsigned t306; /* 30: DISCONNECT with in-band information to RELEASE; ours */
	unsigned t308; /* 4 */
	unsigned t310; /* 60 user side, 35 network: PROCEEDING to ALERTING; ours */
	unsigned t313; /* 4 */
	unsigned t309; /* 90: active calls outlive a lost data link */
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
