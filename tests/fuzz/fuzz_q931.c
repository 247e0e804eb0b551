/* Q.931 inside Q.921 frames, as any switch or line fault may send them. */
#include "gateway/pstn/isdn/q931.c"

#include <stdlib.h>
#include <string.h>

#include "pstn/isdn/words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An edit may change the message type, the location of a cause and of a progress indicator, and what ends a
 * number; some elements are added. */
enum { MOST_CHANGES = 3, MOST_ADDED = 4 + 2 + 3 };

static void hear(const uint8_t *frame, size_t size)
{
	struct q931_heard heard;
	uint16_t reference;
	uint8_t type;
	bool message = q931_hear(frame, size, &heard);

	char words[64];

	words_of_message(frame, size, words, sizeof(words));
	for (const char *c = words; *c; c++)
		if (*c < ' ' || *c > '~')
			abort();
	if (q931_sent(frame, size, &reference, &type) && !message)
		abort();
	if (message && (heard.uui.len > LEG_UUI_MAX || strlen(heard.moved_to) > 31))
		abort();
}

static void edit(uint8_t *frame, size_t size, const uint8_t *data)
{
	static const struct leg_uui uui = { 3, "abc" };
	const struct q931_edit all = { .cause_location = 2,
				       .progress_location = 3,
				       .release_cause = 1,
				       .one_step_on = true,
				       .not_all_isdn = true,
				       .uui = &uui };
	size_t changes = 0;

	size_t len = q931_edit(frame, size, size, &all);
	if (len > size)
		abort();
	for (size_t i = 0; i < len && len == size; i++)
		changes += frame[i] != data[i];
	if (changes > MOST_CHANGES)
		abort();
	memcpy(frame, data, size);
	if (q931_edit(frame, size, size + MOST_ADDED, &all) > size + MOST_ADDED)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *frame = malloc(size + MOST_ADDED);

	if (!frame)
		return 0;
	memcpy(frame, data, size);
	hear(frame, size);
	edit(frame, size, data);
	memcpy(frame, data, size);
	q931_disarm(frame, size);
	hear(frame, size);
	free(frame);
	return 0;
}
