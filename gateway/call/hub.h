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
#include "call/cause.h"
#include "call/route.h"

enum { HUB_TARGET_BUCKETS = 256 };

struct lines;

struct call_hub {
	struct mg *mg;
	struct llist_head targets[HUB_TARGET_BUCKETS];
	struct rb_root calls;      /* by id */
	struct llist_head watched; /* calls with on_progress */
	uint32_t last_id;
	struct route_table *routes;
	struct lines *lines;
	struct call_totals totals;
	bool draining;
	struct osmo_timer_list drained; /* on_empty runs from the loop, above no one's frame */
	void (*on_empty)(void *data);
	void *on_empty_data;
};

enum { CALL_SLOTS = 1 + ROUTE_TARGETS, CALL_QUEUE = 32, CALL_WHY_MAX = 256 };
enum {
	SLOT_CALLER = 0,
	SLOT_GATEWAY = 0xff
}; /* the gateway itself has no slot: who ended a call */

enum call_event_kind {
	CALL_EV_ROUTE, /* find the way by the routes */
	CALL_EV_PLACE, /* originate: the way is known */
	CALL_EV_PROCEEDING,
	CALL_EV_ALERTING,
	CALL_EV_PROGRESS,
	CALL_EV_CONNECT,
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
};

struct call_slot {
	struct leg *leg;            /* NULL: none, or it has said LEG_RELEASE_COMPLETE */
	bool released;              /* told LEG_RELEASE, which each leg is once */
	uint8_t law;                /* enum leg_law, as last said */
	struct call_event progress; /* as last relayed; what says nothing new is not */
	/* kept for the record when leg is gone */
	enum target_kind kind;
	char via[TARGET_NAME_MAX], channel[24];
};

struct call {
	struct rb_node node;
	struct call_hub *hub;
	uint32_t id, context;
	struct osmo_fsm_inst *fi;
	struct call_slot slots[CALL_SLOTS];
	uint8_t current;  /* slot of the called leg in charge, 0: none */
	uint8_t tried;    /* targets of the route so far */
	uint8_t attempts; /* slots used by them */
	uint8_t attached; /* slots with a leg */
	struct call_event queue[CALL_QUEUE];
	uint8_t queue_head, queue_len;
	bool running;           /* a frame below drains the queue */
	struct leg_setup setup; /* as the caller said it */
	char called_out[LEG_DIGITS_MAX + 1];
	struct route_config route; /* a copy: routes may change in mid-call */
	uint64_t setup_us, alert_us, answer_us;
	uint8_t cause, location;           /* the first that cleared it; cause 0: none yet */
	char moved_to[LEG_DIGITS_MAX + 1]; /* with cause 22, from the called leg */
	uint8_t ended_by;                  /* slot, or SLOT_GATEWAY */
	char why[CALL_WHY_MAX];            /* failed attempts, for the record */
	struct osmo_timer_list
		begin; /* originate: from the loop, so that its caller knows the id first */
	struct llist_head watch_entry;
	call_progress_cb on_progress;
	void *on_progress_data;
};

/* One grep on "call ID:" follows a call. */
#define LOGCALL(call, level, format, ...)                                                          \
	LOGP(DCALL, level, "call %u: " format, (call)->id, ##__VA_ARGS__)

/* call_hub.c */
/* A call whose caller is leg, in no state but the first, nothing posted; NULL without memory. */
struct call *call_new(struct call_hub *hub, struct leg *leg, const struct leg_setup *setup);
/* No leg is attached any more: writes the record, tells the watcher, frees the call. */
void call_end(struct call *call);

/* call_fsm.c */
extern struct osmo_fsm call_fsm;
void call_post(struct call *call,
	       const struct call_event *event); /* and runs it, if no frame below does */
void call_attach(struct call *call, unsigned slot, struct leg *leg);
/* Lets all legs go without waiting for their last word, cause 41 if there was none yet. */
void call_drop(struct call *call);

/* call_record.c */
void call_record(const struct call *call); /* the log line of an ended call */
void call_picture(const struct call *call, struct call_status *out);
/* The watcher, if any, is told of progress, or of the end. */
void call_notify(const struct call *call, const char *text);
void call_notify_end(const struct call *call);
