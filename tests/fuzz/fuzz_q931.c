/* Q.931 inside Q.921 frames, as any switch or line fault may send them. */
#include "gateway/pstn/isdn/q931.c"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An edit may change the message type, the location of a cause and of a progress indicator; SETUP may get one
 * more element. */
enum { MOST_CHANGES = 3, MOST_ADDED = 4 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct q931_heard heard;
	uint16_t reference;
	size_t changes = 0;
	uint8_t *frame = malloc(size + MOST_ADDED);

	if (!frame)
		return 0;
	memcpy(frame, data, size);
	bool message = q931_hear(frame, size, &heard);
	if (q931_sent_reference(frame, size, &reference) && !message)
		abort();
	if (q931_edit(frame, size, size, &(struct q931_edit){ 2, 3, true, true }) != size)
		abort();
	for (size_t i = 0; i < size; i++)
		changes += frame[i] != data[i];
	if (changes > MOST_CHANGES || (changes && !message))
		abort();
	memcpy(frame, data, size);
	size_t len =
		q931_edit(frame, size, size + MOST_ADDED, &(struct q931_edit){ 2, 3, true, true });
	if (len != size && (len != size + MOST_ADDED || !message))
		abort();
	free(frame);
	return 0;
}
