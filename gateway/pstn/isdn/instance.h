/* The inside of an ISDN trunk, for the files of this folder: which leg has which channel. Control thread;
 * a trunk is a talloc child of the table of trunks, its legs are its children. */
#pragma once

#include <osmocom/core/linuxlist.h>
#include <osmocom/core/tdef.h>
#include <osmocom/core/timer.h>

#include "base/log.h"
#include "drivers/tdm.h"
#include "pstn/trunk_protocol.h"

struct dchannel;
struct isdn_leg;

enum { ISDN_TDEFS = 4 };

struct isdn {
	struct trunk trunk; /* first */
	struct dchannel *dchannel;
	struct llist_head legs;                       /* of struct isdn_leg */
	struct isdn_leg *channels[TDM_MAX_TIMESLOTS]; /* by timeslot; NULL: idle */
	unsigned last;                                /* timeslot that was hunted last */
	unsigned alarms;                              /* enum tdm_alarm of the span */
	bool same_side;                               /* the peer is of our own side: logged once */
	struct osmo_tdef tdefs[ISDN_TDEFS];           /* T301, T306, T310 */
	struct osmo_timer_list alarm_timer;           /* runs while an alarm is new */
	struct osmo_timer_list reap_timer;            /* frees legs that are gone, from the loop */
	uint64_t calls_in, calls_out, flaps;
};

#define LOGISDN(isdn, level, format, ...)                                                          \
	LOGP(DISDN, level, "%s: " format, (isdn)->trunk.config.name, ##__VA_ARGS__)

/* Is it one of this trunk's B channels? */
bool instance_has(const struct isdn *isdn, unsigned timeslot);
/* A free channel in the order of the configuration; 0: none. */
unsigned instance_hunt(struct isdn *isdn);
/* From one channel (0: none) to another (0: none); the leg is in nobody's place. */
void instance_move(struct isdn *isdn, struct isdn_leg *leg, unsigned from, unsigned to);
