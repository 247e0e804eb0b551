/* A trunk: a signalling instance and the channels that it governs. trunks.c keeps the table; hunt.c picks
 * channels; each protocol is a folder with one const table of operations. Control thread. */
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
	const char *state;     /* "idle", "setup", "alerting", "active", "clearing", "down" */
	uint32_t call;         /* id, 0: none */
	const char *direction; /* "in", "out" or "" */
	char calling[33], called[33];
};

struct trunk_status {
	const char *name, *protocol, *variant, *side, *span;
	char d_channel[24];
	bool span_ok;       /* layer 1 */
	const char *layer1; /* "active" or the alarms, "red" */
	const char *layer2; /* "up", "down" */
	unsigned channels, idle, busy, down;
	uint64_t calls_in, calls_out, flaps; /* flaps: D channel lost */
};

struct trunks;

/* A trunk listens to its span, turns HDLC on for its D channel and has the media gateway tick the span for as
 * long as it is there; the span itself is opened before (tdm_open) and closed after, by somebody else. One
 * trunk to a span. hub and mg outlive the table. */
struct trunks *trunks_new(void *talloc_ctx, struct call_hub *hub, struct mg *mg);
void trunks_free(struct trunks *trunks); /* clears what is left at once */
/* Trunks that did not change, or in hunt, inband and timers alone, keep their calls; other changed and
 * removed ones are cleared (cause 41) and rebuilt. 0, or the first -errno with each reason logged: the other trunks are in service then. */
int trunks_apply(struct trunks *trunks, const struct trunks_config *config);
/* Where signalling of every D channel goes as a pcap that Wireshark opens (link type LINUX_LAPD); NULL: none. */
int trunks_capture(struct trunks *trunks, const char *pcap_path);

void trunks_each(const struct trunks *trunks, bool (*fn)(void *data, const struct trunk_status *),
		 void *data);
void channels_each(const struct trunks *trunks,
		   bool (*fn)(void *data, const struct channel_status *), void *data);
