/* A leg: one party of a call, whatever protocol it speaks. Q.931's verbs, Q.850's causes. Control thread.
 *
 * Messages are plain values. `leg_tell` goes from the call to the leg; `call_hears` (call.h) from the leg to
 * the call. Neither may be answered from inside in a way that frees the caller's object: a leg that is told
 * LEG_RELEASE says LEG_RELEASE_COMPLETE once its line is idle again (now or later) and is then gone for the
 * call; the leg's owner frees it. A leg adds and subtracts its own termination, in the context it is given. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "call/target.h"

struct call;

enum leg_verb {
	LEG_SETUP,      /* setup: the numbers. From a leg: a call comes in. To a leg: place one */
	LEG_PROCEEDING, /* enough digits, being routed */
	LEG_ALERTING,   /* rings; inband: the ringing tone is in the sound */
	LEG_PROGRESS,   /* inband: something to hear before answer; cause: why, 0 if none */
	LEG_CONNECT,    /* answered */
	LEG_DISCONNECT, /* cause; clearing has begun, inband: and there is something to hear until RELEASE */
	LEG_RELEASE, /* cause; clear now */
	LEG_RELEASE_COMPLETE, /* from a leg only, its last word: cause if it was not yet said; the line is idle */
};

#define LEG_DIGITS "0123456789*#ABCD" /* what a number is made of */
enum { LEG_DIGITS_MAX = 32, LEG_NAME_MAX = 64 };

/* Q.931 4.5.10 type of number */
enum leg_number_type {
	LEG_TON_UNKNOWN = 0,
	LEG_TON_INTERNATIONAL = 1,
	LEG_TON_NATIONAL = 2,
	LEG_TON_SUBSCRIBER = 4,
};
enum leg_presentation { LEG_PRES_ALLOWED = 0, LEG_PRES_RESTRICTED = 1, LEG_PRES_UNAVAILABLE = 2 };

struct leg_number {
	char digits[LEG_DIGITS_MAX + 1]; /* of LEG_DIGITS; "" when absent */
	uint8_t type;                    /* enum leg_number_type */
	uint8_t plan;                    /* Q.931 numbering plan; 1 is E.164 */
	uint8_t presentation;            /* enum leg_presentation; calling only */
	uint8_t screening;               /* Q.931: 0 not screened, 1 passed, 3 network provided */
};

enum leg_bearer { LEG_SPEECH, LEG_AUDIO_3K1, LEG_UNRESTRICTED };
enum leg_law { LEG_LAW_ANY, LEG_LAW_ALAW, LEG_LAW_MULAW };

struct leg_setup {
	struct leg_number called, calling;
	char calling_name[LEG_NAME_MAX]; /* UTF-8; "" when absent */
	uint8_t bearer;                  /* enum leg_bearer */
	bool all_isdn;                   /* the caller and the way to here (Q.931 4.5.23) */
	uint32_t context;                /* to a leg: where its termination goes */
};

struct leg_msg {
	uint8_t verb; /* enum leg_verb */
	uint8_t law; /* enum leg_law: the circuit's, so that the other end may spare a conversion */
	uint8_t cause;    /* Q.850, 0: none */
	uint8_t location; /* enum cause_location, with a cause */
	bool inband;
	char moved_to[LEG_DIGITS_MAX + 1]; /* with cause 22: the new number, "" when not said */
	struct leg_setup setup;            /* with LEG_SETUP */
};

struct leg;

/* What a protocol gives. One const table each. */
struct leg_ops {
	void (*tell)(struct leg *leg, const struct leg_msg *msg); /* never LEG_RELEASE_COMPLETE */
	/* For people: "e1-1/17 call-ref 5", "sip:100@127.0.0.1 Call-ID x". */
	void (*describe)(const struct leg *leg, char *out, unsigned size);
};

/* The head of every protocol's leg object. The call sets call; the owner the rest. */
struct leg {
	const struct leg_ops *ops;
	struct call *call;     /* NULL before setup and after LEG_RELEASE_COMPLETE */
	const char *via;       /* name of the trunk, peer or line it belongs to; outlives the leg */
	enum target_kind kind; /* which of these */
	char channel[24];      /* "e1-1/17"; "" where there is none */
};

void leg_tell(struct leg *leg, const struct leg_msg *msg);
const char *leg_verb_name(unsigned verb);
/* Nothing but LEG_DIGITS; "" too. */
bool leg_is_number(const char *digits);
