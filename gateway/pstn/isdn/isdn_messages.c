/* What is kept of a frame has no digits of INFORMATION: they may have been dialled after answer (mask.h). */
#include "pstn/isdn/isdn_messages.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "call/call.h"
#include "call/timeline.h"
#include "pstn/isdn/isdn_leg.h"
#include "pstn/isdn/mask.h"
#include "pstn/isdn/words.h"

enum { US_PER_S = 1000000, NS_PER_US = 1000 };

static uint64_t key_of(const struct isdn *isdn, uint16_t reference)
{
	char id[TARGET_NAME_MAX + 8];

	snprintf(id, sizeof(id), "%s %u", isdn->trunk.config.name, reference);
	return timeline_key(call_timelines(isdn->trunk.env->hub), "isdn", id);
}

void isdn_messages_tell(const struct isdn *isdn, bool sent, uint16_t reference,
			const uint8_t *frame, size_t len)
{
	const struct timespec now = clock_wall();
	uint8_t shown[TDM_MAX_FRAME];
	const struct message message = {
		.kind = MESSAGE_ISDN,
		.sent = sent,
		.network = isdn->trunk.config.side == TRUNK_NETWORK,
		.wall_us = (int64_t)now.tv_sec * US_PER_S + now.tv_nsec / NS_PER_US,
		.octets = shown,
		.len = len,
		.whole = len,
	};
	char text[TIMELINE_TEXT_MAX];

	if (!(reference & 0x7fff) || len > sizeof(shown)) /* the global one is no call's */
		return;
	memcpy(shown, frame, len);
	mask_digits(shown, len);
	words_of_message(shown, len, text, sizeof(text));
	timeline_message(call_timelines(isdn->trunk.env->hub), key_of(isdn, reference), &message,
			 text);
}

void isdn_messages_name(struct isdn_leg *leg)
{
	call_names_messages(&leg->leg, key_of(leg->isdn, leg->reference));
}
