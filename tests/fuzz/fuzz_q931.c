/* Q.931 inside Q.921 frames, as any switch or line fault may send them. */
#include "gateway/pstn/isdn/q931.c"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An edit may change the message type, the location of a cause and of a progress indicator. */
enum { MOST_CHANGES = 3 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct q931_heard heard;
	uint16_t reference;
	size_t changes = 0;
	uint8_t *frame = malloc(size);

	if (!frame)
		return 0;
	memcpy(frame, data, size);
	bool message = q931_hear(frame, size, &heard);
	if (q931_sent_reference(frame, size, &reference) && !message)
		abort();
	q931_edit(frame, size, &(struct q931_edit){ 2, 3, true });
	for (size_t i = 0; i < size; i++)
		changes += frame[i] != data[i];
	if (changes > MOST_CHANGES || (changes && !message))
		abort();
	free(frame);
	return 0;
}
