/* The inside of the hub, for the files of this folder alone. The hub is the talloc parent of its calls, its
 * route table and its lines; it never owns a leg, except that line legs are its children too.
 *
 * A call keeps one slot for its caller and one for each target tried. What a leg says becomes an event in
 * the call's queue; the outermost frame drains the queue, so a leg may speak from inside leg_tell. */
#pragma once

#include <osmocom/core/fsm.h>
#include <osmocom/core/linuxlist.h>
#include <osmocom/core/linuxrbtree.h>
#include <osmocom/core/timer.h>

#include "base/log.h"
#include "call/call.h"
#include "call/fraud.h"
#include "call/call_keep.h"
#include "call/call_search.h"
#include "call/call_walk.h"
#include "call/cause.h"
#include "records/journal.h"
#include "call/route.h"
#include "call/timeline.h"
#include "call/transfer_note.h"

enum { HUB_TARGET_BUCKETS = 256 };

struct call_lookup;
struct lookup_answer;

struct call_hub {
	struct mg *mg;
	struct llist_head targets[HUB_TARGET_BUCKETS];
	struct rb_root calls;      /* by id */
	struct llist_head watched; /* calls with on_progress */
	uint32_t last_id;
	struct route_table *routes;
	struct translations *translations;
	struct lines *lines;
	struct lookups *lookups;
	struct trunk_groups *groups; /* NULL: no configuration yet */
	struct emergency *emergency;
	struct fraud *fraud;
	struct call_totals totals;
	struct quality *quality;
	struct journal *journal;     /* NULL: no records are kept */
	unsigned interim_s;          /* a record of a call each time; 0: at its end alone */
	bool closed;                 /* to new calls, but emergency ones */
	struct timelines *timelines; /* no child of the hub: ended calls are no part of it */
	struct hep *hep;             /* NULL: no capture server */
	bool draining;
	struct osmo_timer_list drained; /* on_empty runs from the loop, above no one's frame */
	void (*on_empty)(void *data);
	void *on_empty_data;
};

enum { CALL_SLOTS = 1 + ROUTE_TARGETS, CALL_QUEUE = 32 };
enum {
	SLOT_CALLER = 0,
	SLOT_GATEWAY = 0xff
}; /* the gateway itself has no slot: who ended a call */

enum call_state {
	CALL_ROUTING,
	CALL_COLLECTING,
	CALL_OVERLAP,
	CALL_ASKING,  /* the route's look-up */
	CALL_WAITING, /* an emergency call, for a channel */
	CALL_PROCEEDING,
	CALL_ALERTING,
	CALL_ACTIVE,
	CALL_DISCONNECTING,
	CALL_CLEARING,
};

enum call_event_kind {
	CALL_EV_ROUTE, /* find the way by the routes */
	CALL_EV_PLACE, /* originate: the way is known */
	CALL_EV_LOOKED_UP,
	/* a transfer's; the slot that is to be told CONNECT */
	CALL_EV_JOINED, /* a call of two that are connected */
	CALL_EV_TAKEN,  /* another than who was called answers */
	/* only the called leg says these */
	CALL_EV_SETUP_ACK,
	CALL_EV_PROCEEDING,
	CALL_EV_ALERTING,
	CALL_EV_PROGRESS,
	CALL_EV_CONNECT,
	/* passed on to the other leg */
	CALL_EV_INFORMATION,
	CALL_EV_NOTIFY,
	CALL_EV_CHARGE,
	CALL_EV_TRANSFER, /* the party that was asked to call a number says how that goes */
	/* these clear */
	CALL_EV_DISCONNECT,
	CALL_EV_RELEASE,
	CALL_EV_GONE,  /* LEG_RELEASE_COMPLETE; the slot is empty already */
	CALL_EV_CLEAR, /* the gateway's own wish */
	CALL_EV_TIMEOUT,
};

struct call_event {
	uint8_t kind; /* enum call_event_kind */
	uint8_t slot, cause, location;
	bool inband;
	struct leg_msg *
		said; /* the whole message, where it holds more than the above; else NULL. The queue owns it */
};

struct call_slot {
	struct leg *leg;            /* NULL: none, or it has said LEG_RELEASE_COMPLETE */
	bool released;              /* told LEG_RELEASE, which each leg is once */
	uint8_t law;                /* enum leg_law, as last said */
	struct call_event progress; /* as last relayed; what says nothing new is not */
	/* kept for the record when leg is gone */
	enum target_kind kind;
	char via[TARGET_NAME_MAX], channel[24];
	char group[TARGET_NAME_MAX]; /* the trunk group that it was taken for, or is in; "": none */
	struct slot_keep keep;
};

struct call {
	struct rb_node node;
	struct call_hub *hub;
	uint32_t id, context;
	struct osmo_fsm_inst *fi;
	struct call_slot slots[CALL_SLOTS];
	uint8_t current;       /* slot of the called leg in charge, 0: none */
	struct call_walk walk; /* over the targets of the route */
	uint8_t attempts;      /* slots used by them */
	uint8_t attached;      /* slots with a leg */
	struct call_event queue[CALL_QUEUE];
	uint8_t queue_head, queue_len;
	bool running;           /* a frame below drains the queue */
	struct leg_setup setup; /* as the caller said it, and with what it dialled since */
	struct leg_uui *uui;    /* of its SETUP; NULL: none */
	uint8_t told; /* LEG_SETUP_ACK or LEG_PROCEEDING, the later that the caller was told; 0 */
	char called_out[LEG_DIGITS_MAX + 1]; /* what the called leg has been told of the number */
	struct route_config route;           /* a copy: routes may change in mid-call */
	uint64_t setup_us, alert_us, answer_us;
	struct call_keep keep;
	struct call_search search;
	struct timeline *timeline;         /* NULL: none */
	struct fraud_use fraud;            /* what it uses of the rules against fraud */
	struct call_event refused;         /* the last target that did; cause 0: none yet */
	uint8_t cause, location;           /* the first that cleared it; cause 0: none yet */
	char moved_to[LEG_DIGITS_MAX + 1]; /* with cause 22, from the called leg */
	uint8_t ended_by;                  /* slot, or SLOT_GATEWAY */
	char why[CALL_WHY_MAX];            /* failed attempts, for the record */
	struct call_lookup *lookup;        /* of its route; NULL: none. Its child */
	struct transfer *transfer;         /* to a number, under way; NULL: none. It frees itself */
	struct transfer_note transfer_note;
	uint32_t continues,
		continued_by; /* the call that a party came from, and went to; 0: none */
	struct osmo_timer_list
		begin; /* originate: from the loop, so that its caller knows the id first */
	struct llist_head watch_entry;
	call_progress_cb on_progress;
	void *on_progress_data;
};

/* One grep on "call ID:" follows a call. */
#define LOGCALL(call, level, format, ...)                                                          \
	LOGABOUT(DCALL, level, LOG_ABOUT(.call = (call)->id), "call %u: " format, (call)->id,      \
		 ##__VA_ARGS__)

/* call_hub.c */
/* A call whose caller is leg (NULL: attached later), in no state but the first, nothing posted; NULL without memory. */
struct call *call_new(struct call_hub *hub, struct leg *leg, const struct leg_setup *setup);
/* No leg is attached any more: writes the record, tells the watcher, frees the call. */
void call_end(struct call *call);

/* call_event.c */
/* Takes event->said over, and runs the event if no frame below does. */
void call_post(struct call *call, const struct call_event *event);
extern const struct value_string call_event_names[];

/* call_fsm.c */
extern struct osmo_fsm call_fsm;
void call_change(struct call *call, enum call_state state);
void call_attach(struct call *call, unsigned slot, struct leg *leg);
void call_detach(struct call *call, unsigned slot);
void call_tell(struct call *call, unsigned slot, const struct leg_msg *msg);
/* Lets go of a leg that is not wanted any more. uui: what the other side says at the end, or NULL. */
void call_tell_release(struct call *call, unsigned slot, const struct call_event *why,
		       const struct leg_uui *uui);
void call_clear_by(struct call *call, const struct call_event *event);
void call_clear_for(struct call *call, enum cause cause); /* the gateway's own cause */
/* Lets all legs go without waiting for their last word, cause 41 if there was none yet. */
void call_drop(struct call *call);

/* call_fraud.c: may it go on? If not it is being cleared. And for fraud_new, with the hub as data */
bool call_fraud_admits(struct call *call);
bool call_fraud_admits_setup(struct call *call, const struct leg_setup *setup);
void call_fraud_cut(void *data);

/* call_lookup.c: what its look-up said; NULL: nothing was asked */
const struct lookup_answer *call_lookup_answer(const struct call *call);
