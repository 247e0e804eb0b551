/* The echo of a line and its canceller, on for speech, off for modems that ask so (G.168 7) and for a party
 * whose business it is to send echo. Media thread, but for init and fini. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "codecs/dsp/disabler.h"
#include "mg/frame.h"
#include "mg/mg_types.h"

struct echo;

struct line_echo {
	struct echo *canceller; /* NULL: the line is heard as it is */
	struct disabler disabler;
	bool off;
	bool returned; /* what was sent had come from the line: not to be taken for its echo */
	int16_t sent[TICK_OCTETS];    /* to the line, in the last tick */
	uint8_t cleaned[TICK_OCTETS]; /* what came from it */
};

/* 0 or -ENOMEM. tail_ms 0: no canceller. */
int line_echo_init(struct line_echo *echo, void *talloc_ctx, unsigned tail_ms);
void line_echo_fini(struct line_echo *echo);

/* What came from the line, and then what goes to it, in each tick. The frame's octets are replaced when there
 * was anything to cancel. */
void line_echo_clean(struct line_echo *echo, struct frame *came);
void line_echo_sent(struct line_echo *echo, const struct frame *sent);
void line_echo_stats(const struct line_echo *echo, struct mg_stats *out);
