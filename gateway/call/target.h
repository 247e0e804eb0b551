/* A target: something that a call can be routed to or come from, by kind and name: a trunk, a peer, a
 * line. The layers above register theirs; routes name them. Control thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <osmocom/core/linuxlist.h>

struct leg;
struct leg_setup;
struct call_hub;
struct trunk_load;

/* TARGET_USER: of the registrar; with the name "", whichever of them has the number */
enum target_kind {
	TARGET_TRUNK,
	TARGET_PEER,
	TARGET_LINE,
	TARGET_USER,
	TARGET_TRUNK_GROUP, /* only in routes: its trunks are the targets (trunk_groups.h) */
	TARGET_KINDS
};
enum { TARGET_NAME_MAX = 32, TARGET_TEXT_MAX = TARGET_NAME_MAX + 16, TARGET_CHANNEL_MAX = 24 };

/* Translations of a call's numbers, by name; "": none. */
struct number_names {
	char called[TARGET_NAME_MAX], calling[TARGET_NAME_MAX], redirecting[TARGET_NAME_MAX];
};
/* Of calls from somewhere, and of calls to it. */
struct number_translations {
	struct number_names in, out;
};

struct target {
	struct llist_head entry;
	enum target_kind kind;
	char name[TARGET_NAME_MAX];
	void *data;
	struct call_hub *hub; /* that it is registered with; NULL: none */
	struct number_translations translations;
	/* Its legs take a SETUP that is incomplete and the rest in LEG_INFORMATION; others are set up once the
	 * number is whole. */
	bool overlap;
	/* A leg ready to be told LEG_SETUP with that setup, its channel taken. 0 and *leg, or the Q.850 cause why not:
	 * 34 no free channel, 27 D channel down or peer unreachable. *why: a few words for the log. */
	unsigned (*seize)(void *data, const struct leg_setup *setup, struct leg **leg,
			  const char **why);
	/* What seize would do now, without doing it: 0, or its cause and why; channel: the one that it would take, "" where
	 * there is none. NULL: not known before it is done. */
	unsigned (*probe)(void *data, const struct leg_setup *setup,
			  char channel[static TARGET_CHANNEL_MAX], const char **why);
	/* How much of it calls take now, and how much is free for routine ones. NULL: not known. */
	void (*load)(void *data, struct trunk_load *out);
	/* Full, it makes room for an emergency call: a channel that becomes free is kept for one for some seconds, by
	 * clearing a routine call if need be (cause 8). False: nothing there may give way. NULL: no such thing. */
	bool (*preempt)(void *data);
	/* May a caller from there call that number? Asked where somebody else has named it. NULL: any. */
	bool (*may_call)(void *data, const char *called);
	/* Would a routine call from there to that number be let in now? 0, or the cause with why. NULL: always. */
	unsigned (*lets_in)(void *data, const char *called, const char **why);
	/* Channels or calls in use there now, both ways. NULL: how much it carries is not counted. */
	unsigned (*in_use)(const void *data);
};

void target_register(struct call_hub *hub, struct target *target);
void target_unregister(struct target *target);
uint32_t target_hash(enum target_kind kind, const char *name); /* for tables by both */
struct target *target_find(struct call_hub *hub, enum target_kind kind, const char *name);
/* May a caller from there be sent to that number by somebody else? Always to one of help; to no other where its peer
 * or user is configured no more, as its lists are not known then. */
bool target_may_call(struct call_hub *hub, enum target_kind kind, const char *name,
		     const char *called);
/* What target.load says; zeroes where it says nothing, and of NULL. */
struct trunk_load target_load(const struct target *target);
/* Why it would take no ordinary call now: 0, or the cause; *state: "free", or a few words for people. NULL: it does not
 * exist. */
unsigned target_refusal(const struct target *target, const char **state);
/* It takes calls, or does when those that it has are over. Calls may outlive the D channel of their trunk, which makes
 * it no less down. */
bool target_works(const struct target *target);
const char *target_kind_name(enum target_kind kind); /* "trunk", "peer" ... "trunk-group" */
/* Into out, which it returns, in the words of a route: "trunk pstn"; "registrar" for the user with the name "". */
const char *target_text(enum target_kind kind, const char *name, char out[static TARGET_TEXT_MAX]);
