/* One ISDN call as a leg: the object, and its ways to hub, channel and termination. How calls clear is
 * isdn_clear's affair, how they go from state to state isdn_machine's. Control thread. A leg is a talloc
 * child of its trunk, which frees it from the loop once it is gone. */
#pragma once

#include <libpri.h>

#include <osmocom/core/fsm.h>

#include "call/call.h"
#include "call/leg.h"
#include "codecs/dsp/tone.h"
#include "pstn/isdn/instance.h"

/* Q.931 2.1, user's U and network's N alike. From release request on the hub knows that the call ends. */
enum isdn_state {
	ST_NULL,
	ST_CALL_INITIATED,
	ST_OVERLAP_SENDING,
	ST_OUTGOING_PROCEEDING,
	ST_CALL_DELIVERED,
	ST_CALL_PRESENT,
	ST_OVERLAP_RECEIVING,
	ST_INCOMING_PROCEEDING,
	ST_CALL_RECEIVED,
	ST_ACTIVE,
	ST_DISCONNECT_REQUEST,    /* we sent DISCONNECT and something to hear */
	ST_DISCONNECT_INDICATION, /* we got one */
	ST_RELEASE_REQUEST,       /* the line clears without sound */
	ST_CLEARED,               /* the call reference is free, the termination perhaps not */
	ST_GONE,                  /* to be freed */
};

/* What the line and the media do, after the verbs of leg.h that the call says. */
enum isdn_event {
	LINE_SETUP_ACK = LEG_TRANSFER + 1,
	LINE_PROCEEDING,
	LINE_ALERTING,
	LINE_PROGRESS,
	LINE_CONNECT,
	LINE_INFORMATION, /* digits, complete */
	LINE_TELLS,       /* what changes no state: a leg_msg for the hub */
	LINE_HOLD,
	LINE_RETRIEVE,
	LINE_DISCONNECT,
	LINE_RELEASE, /* RELEASE or RELEASE COMPLETE; pri_hangup is still to be called */
	LINE_CLEARED, /* libpri has already forgotten the call */
	LINE_ABORT,   /* libpri is to forget the call without a message */
	LINE_CUT,     /* the same, but DISCONNECT goes out should the line come back */
	MEDIA_FAILED,
	MEDIA_GONE,
};

struct isdn_line_msg {
	int channel; /* as libpri encodes it */
	uint8_t cause, location;
	bool inband;
	bool flexible;                 /* with LINE_RETRIEVE: another channel will do */
	bool complete;                 /* with LINE_INFORMATION */
	const char *digits;            /* the same */
	const char *moved_to;          /* with cause 22; NULL: not said */
	const struct leg_party *party; /* with LINE_CONNECT; NULL: not said */
	const struct leg_uui *uui;     /* NULL: none */
};

enum isdn_media { MEDIA_NONE, MEDIA_ADDED, MEDIA_LEAVING };

/* What audits keep of a leg. */
struct isdn_leg_audit {
	uint8_t doubt;   /* what the last one found wrong; 0: nothing */
	uint8_t state;   /* enum isdn_state that it saw */
	unsigned audits; /* that saw it in that state, one behind the other */
};

/* See enquiry.h. */
struct isdn_leg_enquiry {
	bool due;
	uint8_t sent; /* since then */
};

struct isdn_leg {
	struct leg leg; /* first */
	struct llist_head entry;
	struct isdn *isdn;
	struct osmo_fsm_inst *fi;
	q931_call *q931;    /* NULL: libpri knows no such call (any more) */
	uint16_t reference; /* as libpri numbers it */
	bool incoming;      /* the line called us */
	uint16_t channel;   /* by trunk_channel(); 0: the network will say */
	uint8_t bearer;     /* enum leg_bearer */
	bool all_isdn;      /* as in leg_setup */
	bool incomplete;    /* more digits of the called number may come */
	bool held;          /* by the line: active without a channel */
	uint8_t location;   /* of the cause that we send */
	uint8_t cause;      /* that the line clears with, once it does */
	/* Our DISCONNECT had a progress indicator, which libpri cannot send: it was libpri's PROGRESS, and
	 * libpri's DISCONNECT will be our RELEASE. */
	bool one_step_on;
	uint32_t context;
	uint32_t term; /* 0: none */
	enum isdn_media media;
	char calling[LEG_DIGITS_MAX + 1], called[LEG_DIGITS_MAX + 1];
	struct leg_uui uui; /* to send, in messages of that type */
	uint8_t uui_type;   /* enum q931_type, or UUI_CLEARING */
	struct isdn_leg_audit audit;
	struct isdn_leg_enquiry enquiry;
};

/* The first of the messages that clear a call has the user-user information (EN 300 286-1). */
enum { UUI_CLEARING = 0xff };

#define LOGLEG(leg, level, format, ...)                                                            \
	LOGABOUT(DISDN, level,                                                                     \
		 LOG_ABOUT(.call = (leg)->leg.call ? call_id((leg)->leg.call) : 0,                 \
			   .trunk = { (leg)->isdn->trunk.config.name },                            \
			   .channel = { (leg)->leg.channel }),                                     \
		 "%s: %s call-ref %u: " format, (leg)->isdn->trunk.config.name,                    \
		 (leg)->leg.channel, (leg)->reference & 0x7fff, ##__VA_ARGS__)

/* In state null; NULL without memory. */
struct isdn_leg *isdn_leg_new(struct isdn *isdn, unsigned channel, struct osmo_fsm *fsm);
/* Once gone, or after LINE_CUT: then the hub hears RELEASE COMPLETE without waiting for the termination. */
void isdn_leg_free(struct isdn_leg *leg);

/* NULL when it is no ISDN leg. */
const struct isdn_leg *isdn_leg_of(const struct leg *leg);
int isdn_leg_variant(const struct isdn_leg *leg); /* PRI_SWITCH_ */
struct pri *isdn_leg_pri(const struct isdn_leg *leg);
int isdn_leg_pri_channel(const struct isdn_leg *leg); /* as libpri writes it */
bool isdn_leg_is_network(const struct isdn_leg *leg);
/* Other terminals on the bus ring too: only the one that answers may speak there (Q.931 5.2.8). */
bool isdn_leg_is_one_of_many(const struct isdn_leg *leg);
enum isdn_state isdn_leg_state(const struct isdn_leg *leg);
void isdn_leg_change(struct isdn_leg *leg, enum isdn_state state); /* with that state's timer */
/* One that the state has besides, until it changes, or the timer is stopped. */
void isdn_leg_run_timer(struct isdn_leg *leg, int timer);
bool isdn_leg_runs_timer(const struct isdn_leg *leg, int timer);
void isdn_leg_stop_timer(struct isdn_leg *leg, int timer);

/* data: a leg_msg with the verbs of leg.h, an isdn_line_msg with LINE_, nothing with MEDIA_. An event that the
 * state does not allow comes too late to matter. */
void isdn_leg_dispatch(struct isdn_leg *leg, uint32_t event, const void *data);

void isdn_leg_say(struct isdn_leg *leg, struct leg_msg *msg);
void isdn_leg_say_line(struct isdn_leg *leg, enum leg_verb verb, const struct isdn_line_msg *line);

/* User-user information for the next message of that type. */
void isdn_leg_keep_uui(struct isdn_leg *leg, const struct leg_uui *uui, uint8_t type);

/* Adds the termination if there is none yet; false when there can be none. */
bool isdn_leg_attach(struct isdn_leg *leg);
void isdn_leg_detach(struct isdn_leg *leg);
void isdn_leg_play(struct isdn_leg *leg, enum tone_id tone); /* TONE_NONE: what the context says */

/* The channel in the peer's message: ours confirmed, or another that is free (Q.931 5.1.2). */
bool isdn_leg_accept_channel(struct isdn_leg *leg, int said);
/* Onto that channel, which is free; 0: onto none. */
void isdn_leg_take(struct isdn_leg *leg, unsigned channel);
/* The network gives this leg's channel to another call (Q.931 5.7). */
bool isdn_leg_is_displaceable(const struct isdn_leg *leg);
void isdn_leg_displace(struct isdn_leg *leg);

/* libpri has forgotten the call, or should have. */
void isdn_leg_let_go(struct isdn_leg *leg);
/* Nobody is to hear more: subtracts the termination, and once the line is cleared too the leg is gone. */
void isdn_leg_settle(struct isdn_leg *leg);
