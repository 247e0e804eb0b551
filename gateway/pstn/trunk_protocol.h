/* What a protocol under pstn/ gives to the table of trunks, and the head of its trunk object. One const
 * table per protocol, listed in protocols.c. Control thread. */
#pragma once

#include <osmocom/core/linuxlist.h>

#include "call/target.h"
#include "pstn/trunk.h"
#include "pstn/trunk_config.h"

struct call_hub;
struct capture;
struct leg;
struct mg;
struct tdm_span;

/* What all trunks share. */
struct trunk_env {
	struct call_hub *hub;
	struct mg *mg;
	struct capture *capture; /* NULL: none */
};

struct trunk_protocol {
	const char *name; /* as in `protocol isdn` */
	/* A trunk in service on its span; NULL with the reason logged. */
	struct trunk *(*open)(void *talloc_ctx, const struct trunk_env *env,
			      const struct trunk_config *config, struct tdm_span *span);
	/* Clears what is left (cause 41) and frees the trunk. */
	void (*close)(struct trunk *trunk);
	/* config differs from the trunk's in hunt, inband and timers alone: they hold from now on. */
	void (*retune)(struct trunk *trunk, const struct trunk_config *config);
	/* As target.seize. */
	unsigned (*seize)(struct trunk *trunk, struct leg **leg, const char **why);
	/* Fills what the protocol knows; the rest is there already. */
	void (*status)(const struct trunk *trunk, struct trunk_status *out);
	/* state, and leg when there is one; direction, calling, called. */
	enum channel_state (*channel)(const struct trunk *trunk, unsigned timeslot,
				      struct channel_status *out);
};

/* The head of every protocol's trunk object. The protocol's open fills config, env, span. */
struct trunk {
	struct llist_head entry;
	const struct trunk_protocol *protocol;
	const struct trunk_env *env;
	struct trunk_config config;
	struct tdm_span *span;
	struct target target;
};

extern const struct trunk_protocol *const trunk_protocols[]; /* NULL at the end */
