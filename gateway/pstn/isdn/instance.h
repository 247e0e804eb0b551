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
struct restart;

enum { ISDN_TDEFS = 8, ISDN_CHANNELS = TRUNK_SPANS_MAX * TRUNK_TIMESLOTS };

/* One of its spans. */
struct isdn_member {
	struct isdn *isdn;
	size_t number;                      /* as in config.spans */
	struct dchannel *dchannel;          /* NULL: none */
	unsigned alarms;                    /* enum tdm_alarm */
	struct osmo_timer_list alarm_timer; /* runs while an alarm is new */
};

enum { ISDN_LET_GO = 64 };

/* What audits keep of the trunk. */
struct isdn_audit {
	uint32_t dangling[TRUNK_SPANS_MAX]; /* channels whose leg was not there */
	uint32_t unsure[TRUNK_SPANS_MAX];   /* channels whose far end may not be idle */
	bool strays;                        /* libpri had calls that were nobody's */
	void *let_go[ISDN_LET_GO];          /* q931_call that legs have let go of, as a ring */
	unsigned next;
};

struct isdn {
	struct trunk trunk;        /* first */
	struct dchannel *dchannel; /* in use */
	size_t carrier;            /* member whose D channel the present message came by */
	struct restart *restart;
	struct llist_head legs;                      /* of struct isdn_leg */
	struct isdn_leg *channels[ISDN_CHANNELS];    /* by number; NULL: idle */
	uint32_t remote_blocked[TRUNK_SPANS_MAX];    /* bit t: by SERVICE, see service.h */
	uint32_t said_out[TRUNK_SPANS_MAX];          /* bit t: a SERVICE of ours has said so */
	unsigned last;                               /* channel that was hunted last */
	uint32_t uses[ISDN_CHANNELS];                /* calls that each channel has had */
	struct isdn_member members[TRUNK_SPANS_MAX]; /* config.n_spans of them */
	bool same_side;                              /* the peer is of our own side: logged once */
	struct osmo_tdef tdefs[ISDN_TDEFS];          /* those that are not libpri's */
	struct osmo_timer_list t309_timer;           /* in a group without a D channel */
	struct osmo_timer_list down_timer;    /* runs while it is new that the D channel is down */
	struct osmo_timer_list enquiry_timer; /* see enquiry.h */
	struct osmo_timer_list service_timer; /* runs while the link is new, see service_say_all */
	struct osmo_timer_list reap_timer;    /* frees legs that are gone, from the loop */
	struct isdn_audit audit;
	uint64_t calls_in, calls_out, flaps;
};

#define LOGISDN(isdn, level, format, ...)                                                          \
	LOGABOUT(DISDN, level, LOG_ABOUT(.trunk = { (isdn)->trunk.config.name }), "%s: " format,   \
		 (isdn)->trunk.config.name, ##__VA_ARGS__)

/* The span that has the channel, and the channel's name "e1-1/17". */
struct tdm_span *instance_span(const struct isdn *isdn, unsigned channel);
const char *instance_channel_name(const struct isdn *isdn, unsigned channel, char *out,
				  size_t size);
/* From one channel (0: none) to another (0: none); the leg is in nobody's place. */
void instance_move(struct isdn *isdn, struct isdn_leg *leg, unsigned from, unsigned to);
