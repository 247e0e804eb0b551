/* Legs and targets that a test plays by hand. A mock leg remembers what it was told; it may be taught to
 * answer from inside. The struct leg itself is heap memory and freed as it says LEG_RELEASE_COMPLETE, as the
 * strictest owner would, so that the sanitizer sees who touches it later. Include mock_leg.c in one file. */
#pragma once

#include "call/call.h"
#include "call/trunk_limits.h"

enum { MOCK_TOLD = 32, MOCK_REPLIES = 8 };

struct mock_leg {
	struct leg *leg; /* NULL: closed */
	struct call_hub *hub;
	struct leg_msg told[MOCK_TOLD]; /* the first ones */
	unsigned n_told;
	struct mock_reply {
		uint8_t to, verb, cause; /* told "to", it says "verb" */
		bool inband;
	} replies[MOCK_REPLIES];
	unsigned n_replies;
	uint32_t term; /* its termination, 0: none */
	bool lingers;  /* told LEG_RELEASE, it does not complete at once */
};

/* Forgets what it was told, but not what it was taught. Without memory it stays closed. */
void mock_leg_open(struct mock_leg *mock, struct call_hub *hub, enum target_kind kind,
		   const char *via);
void mock_leg_close(struct mock_leg *mock); /* without a word */
void mock_leg_teach(struct mock_leg *mock, uint8_t to, uint8_t verb, uint8_t cause, bool inband);
void mock_leg_setup(struct mock_leg *mock, const char *calling, const char *called);
void mock_leg_dial(struct mock_leg *mock, const char *digits); /* a SETUP that is incomplete */
void mock_leg_key(struct mock_leg *mock, const char *digits, bool complete); /* LEG_INFORMATION */
void mock_leg_say(struct mock_leg *mock, uint8_t verb, uint8_t cause, bool inband);
/* The same, with all that a message holds. */
void mock_leg_says(struct mock_leg *mock, const struct leg_msg *msg);
unsigned mock_leg_count(const struct mock_leg *mock, uint8_t verb);
/* The last such message it was told, or NULL. */
const struct leg_msg *mock_leg_told(const struct mock_leg *mock, uint8_t verb);

/* A target with one channel: refuses with cause, or 34 while its leg is in use. */
struct mock_target {
	struct target target;
	struct call_hub *hub;
	struct mock_leg *leg;
	unsigned cause;
	unsigned asked;
	uint8_t precedence;     /* as asked last */
	struct trunk_load load; /* what it says of itself */
};

void mock_target_open(struct mock_target *mock, struct call_hub *hub, enum target_kind kind,
		      const char *name, struct mock_leg *leg);
