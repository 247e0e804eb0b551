/* A trunk: a signalling instance and the channels that it governs. trunks.c keeps the table; hunt.c picks
 * channels; maintenance.c says which may be used; each protocol is a folder with one const table of
 * operations. Control thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pstn/trunk_config.h"

struct call_hub;
struct mg;
struct trunk;

enum channel_state {
	CHANNEL_IDLE,
	CHANNEL_SETUP, /* seized, before alerting */
	CHANNEL_ALERTING,
	CHANNEL_ACTIVE,
	CHANNEL_CLEARING,
	CHANNEL_DOWN, /* span alarm or D channel down */
};

struct channel_status {
	char name[24]; /* "e1-1/17" */
	const char *trunk;
	const char *state; /* "idle", "setup", "alerting", "active", "clearing", "down" */
	/* X.731 8.1: "unlocked", "shutting-down", "locked"; "enabled", "disabled"; "idle", "busy"; and of the
	 * availability status "", "remote-blocked", "failed" (span or D channel), "off-duty" (busied out). */
	const char *administrative, *operational, *usage, *availability;
	uint32_t call;         /* id, 0: none */
	const char *direction; /* "in", "out" or "" */
	char calling[33], called[33];
	bool remote_blocked; /* the far end took it out of service */
};

struct trunk_status {
	const char *name, *protocol, *variant, *side, *span; /* span: the first one's */
	const char *administrative;
	char d_channel[24];
	bool span_ok;       /* layer 1 */
	const char *layer1; /* "active" or the alarms, "red" */
	const char *layer2; /* "up", "down", "restarting": up, and the channels are not yet */
	unsigned channels, idle, busy, down, locked;
	unsigned peak; /* busy, the most at a time since the trunk was set up */
	uint64_t calls_in, calls_out, flaps; /* flaps: D channel lost */
	uint64_t limited;                    /* calls refused by its limits */
	uint64_t repairs;                    /* by audits */
};

struct trunks;

/* A trunk listens to its spans, turns HDLC on for its D channels and has the media gateway tick the spans for
 * as long as it is there; spans are opened before (tdm_open) and closed after, by somebody else. A span belongs
 * to one trunk. hub and mg outlive the table. state_dir: where locks are kept over a restart; NULL: nowhere. */
struct trunks *trunks_new(void *talloc_ctx, struct call_hub *hub, struct mg *mg,
			  const char *state_dir);
void trunks_free(struct trunks *trunks); /* clears what is left at once */
/* Trunks that did not change, or in options that need no restart alone, keep their calls; other changed and
 * removed ones are cleared (cause 41) and rebuilt. 0, or the first -errno with each reason logged: the other trunks are in service then. */
int trunks_apply(struct trunks *trunks, const struct trunks_config *config);
/* Whether a trunk with the one configuration can go on with the other as it is, and its calls. */
bool trunk_stands(const struct trunk_config *a, const struct trunk_config *b);
bool trunks_has(const struct trunks *trunks, const char *name);
/* Its channels with calls; 0 also when there is no such trunk. */
unsigned trunks_calls(const struct trunks *trunks, const char *name);
/* It is to be closed or opened anew once its calls are over: no new ones, but emergency calls, begin. */
void trunks_leave(struct trunks *trunks, const char *name, bool leaves);
/* Where signalling goes as a pcap that Wireshark opens (link type LINUX_LAPD): a file, or a FIFO that is read live. */
struct trunks_capture {
	const char *path;
	char trunk[TRUNK_NAME_MAX]; /* this one's alone; "": every D channel */
	bool digits; /* with digits dialled after answer (INFORMATION), which are "*" else */
	/* Of a file: once it has half of this it becomes "FILE.1", in the place of the one before, and begins anew. 0: 256 MiB. */
	uint64_t max_octets;
};
/* NULL: none any more. 0 or -errno: -ENXIO, a FIFO without reader; -ENOENT, no such trunk. */
int trunks_capture(struct trunks *trunks, const struct trunks_capture *what);

/* What is written into the log about a trunk's messages, besides what is already. Neither layer: nothing any more. 0
 * or -ENOENT. */
struct trunks_debug {
	bool layer2, layer3;
	bool digits; /* as in trunks_capture */
};
int trunks_debug(struct trunks *trunks, const char *name, const struct trunks_debug *what);

void trunks_each(const struct trunks *trunks, bool (*fn)(void *data, const struct trunk_status *),
		 void *data);
void channels_each(const struct trunks *trunks,
		   bool (*fn)(void *data, const struct channel_status *), void *data);

/* Maintenance: one model for every trunk and channel (X.731 7.1). what is a trunk's name or a channel's
 * ("e1-1/17"). 0; -ENOENT: no such thing; -ENOMEM: nothing has changed; another errno: it holds, but could not be
 * written down (-ENOTDIR: there is no directory for it). */
enum trunks_lock {
	LOCK_GRACEFUL, /* shutting down: no new call; locked once the last is over, or after grace_s */
	LOCK_NOW,      /* calls are cleared, cause 41 */
	LOCK_NOT,      /* unlock */
};
int trunks_lock(struct trunks *trunks, const char *what, enum trunks_lock lock,
		unsigned grace_s); /* 0: for ever */
/* Could the trunk take an emergency call now? "free", "free for them alone" (locked gracefully, busied out), "room can
 * be made" (a call is cleared for it), "full", "down"; NULL: no such trunk. */
const char *trunks_emergency(const struct trunks *trunks, const char *name);
/* Has any trunk been able to carry a call lately? Locked and remotely blocked channels cannot; those that only
 * wait for a peer (busy-out) can. False too when there is no trunk. */
bool trunks_any_in_service(const struct trunks *trunks);

/* Busy-out. While a trunk has `busy-out`, survey is called every second; it says by trunks_way of every way
 * that routes lead from a trunk (NULL: from every trunk) to a peer whether the peer is alive. */
void trunks_survey(struct trunks *trunks, void (*survey)(void *data, struct trunks *trunks),
		   void *data);
void trunks_way(struct trunks *trunks, const char *trunk, bool alive);

/* What the auditor did since the start. */
struct audit_status {
	uint64_t audits;
	/* Repairs: channels in use for no call, calls that held an idle channel, terminations that were
	 * nobody's, channels open at the card for nobody, and those inside of a protocol. */
	uint64_t legs, calls, terminations, open, inside;
};
void trunks_audit_status(const struct trunks *trunks, struct audit_status *out);
