/* What a protocol under pstn/ gives to the table of trunks, and the head of its trunk object. One const
 * table per protocol, listed in protocols.c. Control thread. Channels are numbered by trunk_channel(). */
#pragma once

#include <osmocom/core/linuxlist.h>

#include "base/alarm_watch.h"
#include "call/target.h"
#include "pstn/hysteresis.h"
#include "pstn/trunk.h"
#include "pstn/trunk_config.h"

struct call_hub;
struct capture;
struct leg;
struct maintenance;
struct mg;
struct tdm_span;

/* What all trunks share. */
struct trunk_env {
	struct call_hub *hub;
	struct mg *mg;
	struct capture *capture; /* NULL: none */
	struct maintenance *maintenance;
};

struct trunk_protocol {
	const char *name; /* as in `protocol isdn` */
	/* A trunk in service on its spans (spans[i] is open and is config->spans[i]'s); NULL with the reason
	 * logged. */
	struct trunk *(*open)(void *talloc_ctx, const struct trunk_env *env,
			      const struct trunk_config *config, struct tdm_span *const spans[]);
	/* Clears what is left (cause 41) and frees the trunk. */
	void (*close)(struct trunk *trunk);
	/* config differs from the trunk's in what trunks_apply takes over live: it holds from now on. */
	void (*retune)(struct trunk *trunk, const struct trunk_config *config);
	/* As target.seize. */
	unsigned (*seize)(struct trunk *trunk, const struct leg_setup *setup, struct leg **leg,
			  const char **why);
	/* As target.probe. */
	unsigned (*probe)(struct trunk *trunk, const struct leg_setup *setup,
			  char channel[static TARGET_CHANNEL_MAX], const char **why);
	/* As target.load. */
	void (*load)(const struct trunk *trunk, struct trunk_load *out);
	/* Fills what the protocol knows; the rest is there already. */
	void (*status)(const struct trunk *trunk, struct trunk_status *out);
	/* state, and leg when there is one; direction, calling, called, remote_blocked. */
	enum channel_state (*channel)(const struct trunk *trunk, unsigned channel,
				      struct channel_status *out);
	/* Whether the channel may carry new calls has changed (trunk_allows): the line is told by what the
	 * variant has (SERVICE, blocking bits). Out of service is told once no call is on the channel. The
	 * data link may be down: when it comes up, the protocol tells what stands. */
	void (*service)(struct trunk *trunk, unsigned channel, bool in_service);
	/* Clears the call on the channel, if there is one; channel 0: the calls on none (on hold, perhaps). Cause 9
	 * is for the line: those who spoke are told 8. */
	void (*clear)(struct trunk *trunk, unsigned channel, unsigned cause);
	/* What of its messages goes into the log from now on. */
	void (*debug)(struct trunk *trunk, const struct trunks_debug *what);
	/* Repairs, with the gentlest legal message, what does not fit together; the number of repairs, each
	 * logged. Called every few seconds. */
	unsigned (*audit)(struct trunk *trunk);
};

/* What the table of trunks keeps of each, whatever its protocol. */
struct trunk_upkeep {
	uint32_t barred[TRUNK_SPANS_MAX]; /* channels that no new call may use: locks, busy-out */
	uint32_t closed[TRUNK_SPANS_MAX]; /* no emergency call either: locked outright */
	uint32_t kept[TRUNK_SPANS_MAX];   /* for an emergency call that is waiting, see preempt.c */
	uint64_t kept_until_us;
	uint64_t rate_full_us;         /* bucket of trunk_limits */
	unsigned peak;                 /* channels in use, the most at a time */
	uint64_t limited;              /* calls that its limits refused */
	bool off_duty;                 /* busied out (X.731 7.7) */
	bool leaving;                  /* to be closed or opened anew */
	uint32_t out[TRUNK_SPANS_MAX]; /* channels of which service() was told that they are out */
	bool waiting;                  /* for calls to end, to tell it of more */
	bool has_way, way_open;        /* busy-out: routes lead to peers; one of them is alive */
	struct hysteresis reach;       /* bad: they do, and none is */
	struct alarm_watch full;       /* every channel busy */
	uint64_t repairs;              /* by audits */
	unsigned repaired;             /* by the one under way */
	unsigned clean_audits;         /* since the last repair */
};

/* The head of every protocol's trunk object. The protocol's open fills config, env, spans. */
struct trunk {
	struct llist_head entry;
	const struct trunk_protocol *protocol;
	const struct trunk_env *env;
	struct trunk_config config;
	struct tdm_span *spans[TRUNK_SPANS_MAX]; /* config.n_spans of them */
	struct target target;
	struct trunk_upkeep upkeep;
};

/* A protocol tells that a call has taken one more channel: for the peak. */
void trunk_note_use(struct trunk *trunk);
/* May a new call use the channel, as people and the busy-out want it? */
static inline bool trunk_allows(const struct trunk *trunk, unsigned channel)
{
	return !trunk_set_has(trunk->upkeep.barred, channel);
}

/* The same for a new call that matters so much (enum leg_precedence): emergency calls pass all but locks that are
 * outright, calls back all that they pass but channels kept for emergency calls. */
bool trunk_admits(const struct trunk *trunk, unsigned channel, uint8_t precedence);
/* A new call takes the channel: it is not kept any more. */
void trunk_taken(struct trunk *trunk, unsigned channel);

extern const struct trunk_protocol *const trunk_protocols[]; /* NULL at the end */
