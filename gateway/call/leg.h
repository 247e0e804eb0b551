/* A leg: one party of a call, whatever protocol it speaks. Q.931's verbs, Q.850's causes. Control thread.
 *
 * Messages are plain values. `leg_tell` goes from the call to the leg; `call_hears` (call.h) from the leg to
 * the call. Neither may be answered from inside in a way that frees the caller's object: a leg that is told
 * LEG_RELEASE says LEG_RELEASE_COMPLETE once its line is idle again (now or later) and is then gone for the
 * call; the leg's owner frees it. A leg adds and subtracts its own termination, in the context it is given.
 *
 * Overlap: a caller's leg whose SETUP is incomplete is told LEG_SETUP_ACK, brings the rest in LEG_INFORMATION,
 * and says complete when its T302 runs out or the number ends; after LEG_PROCEEDING no digits are dialled any
 * more. A called leg (target.overlap) told such a SETUP is told the rest once it has said LEG_SETUP_ACK. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "call/leg_media.h"
#include "call/leg_setup.h"
#include "call/target.h"

struct call;

enum leg_verb {
	LEG_SETUP,     /* setup: the numbers. From a leg: a call comes in. To a leg: place one */
	LEG_SETUP_ACK, /* more digits are wanted (Q.931 5.1.3, 5.2.4); inband: and there is dial tone */
	LEG_PROCEEDING, /* enough digits, being routed */
	LEG_ALERTING,   /* rings; inband: the ringing tone is in the sound */
	LEG_PROGRESS,   /* inband: something to hear before answer; cause: why, 0 if none */
	LEG_CONNECT,    /* answered; party: who it is that answered */
	LEG_DISCONNECT, /* cause; clearing has begun, inband: and there is something to hear until RELEASE */
	LEG_RELEASE, /* cause; clear now */
	LEG_RELEASE_COMPLETE, /* from a leg only, its last word: cause if it was not yet said; the line is idle */
	LEG_INFORMATION, /* digits: more of the called number, or keys pressed later; complete: that was all */
	LEG_NOTIFY, /* notification; party: with a diversion, transfer or connected number, who it is now */
	LEG_CHARGE,   /* advice of charge: charge */
	LEG_TRANSFER, /* to a leg, how the transfer goes that it asked for, and from one, that it was asked for: transfer, cause */
};

/* Q.931 4.5.22 and the supplementary services' notification indicators */
enum leg_notification {
	LEG_USER_SUSPENDED = 0,
	LEG_USER_RESUMED = 1,
	LEG_CALL_DIVERTING = 0x7b,
	LEG_TRANSFERRED = 0x6a,
	LEG_REMOTE_HOLD = 0x79,
	LEG_REMOTE_RETRIEVAL = 0x7a,
};

/* ETS 300 182 */
struct leg_charge {
	bool final;      /* of the whole call; else so far */
	bool free;       /* no charge */
	uint32_t units;  /* 0: amount is said instead */
	uint32_t amount; /* thousandths of the currency */
	char currency[11];
};

struct leg_msg {
	uint8_t verb; /* enum leg_verb */
	uint8_t law; /* enum leg_law: the circuit's, so that the other end may spare a conversion */
	uint8_t cause;    /* Q.850, 0: none */
	uint8_t location; /* enum cause_location, with a cause */
	bool inband;
	bool complete;        /* with LEG_INFORMATION */
	uint8_t transfer;     /* with LEG_TRANSFER: enum leg_verb, what the number called said */
	uint8_t notification; /* enum leg_notification, with LEG_NOTIFY */
	char moved_to[LEG_DIGITS_MAX + 1]; /* with cause 22: the new number, "" when not said */
	char digits[LEG_DIGITS_MAX + 1];   /* with LEG_INFORMATION */
	struct leg_party party;            /* with LEG_CONNECT, LEG_NOTIFY; empty when not said */
	struct leg_uui uui;                /* with SETUP, ALERTING, CONNECT, DISCONNECT, RELEASE */
	struct leg_charge charge;          /* with LEG_CHARGE */
	struct leg_setup setup;            /* with LEG_SETUP */
	struct leg_media media;            /* with LEG_RELEASE_COMPLETE */
};

struct leg;

/* What a protocol gives. One const table each. */
struct leg_ops {
	void (*tell)(struct leg *leg, const struct leg_msg *msg); /* never LEG_RELEASE_COMPLETE */
	/* For people: "e1-1/17 call-ref 5", "sip:100@127.0.0.1 Call-ID x". */
	void (*describe)(const struct leg *leg, char *out, unsigned size);
	/* That a call may move to another context; 0: it has none now. NULL: it never has. */
	uint32_t (*termination)(const struct leg *leg);
	/* Asks the other side to call that number itself; or, with not NULL, to be joined with that leg's other side. 0: LEG_TRANSFER says how it goes, with LEG_RELEASE and cause
	 * 29 that it does no such thing; -errno: it cannot be asked. NULL: never. */
	int (*reroute)(struct leg *leg, const char *number, const struct leg *with);
};

/* The head of every protocol's leg object. The call sets call; the owner the rest. */
struct leg {
	const struct leg_ops *ops;
	struct call *call;     /* NULL before setup and after LEG_RELEASE_COMPLETE */
	const char *via;       /* name of the trunk, peer or line it belongs to; outlives the leg */
	enum target_kind kind; /* which of these */
	char channel[TARGET_CHANNEL_MAX]; /* "e1-1/17"; "" where there is none */
	uint64_t key; /* what its messages are known by (call_names_messages); 0: none yet */
};

void leg_tell(struct leg *leg, const struct leg_msg *msg);
const char *leg_verb_name(unsigned verb);
/* Nothing but LEG_DIGITS; "" too. */
bool leg_is_number(const char *digits);
/* Ends every text, bounds every length, and empties every number that is none; but the called one, which is
 * refused then. leg_msg_tidy leaves setup alone. */
void leg_setup_tidy(struct leg_setup *setup);
void leg_uui_tidy(struct leg_uui *uui);
void leg_msg_tidy(struct leg_msg *msg);
