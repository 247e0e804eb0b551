/* A number is the place of the message in an endless line of octets, plus one; the ring holds the last part of that line.
 * No message goes round the ring's end: what would is put behind it. */
#include "call/messages.h"

#include <string.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>

enum { ALIGN = 8, SIZE_MIN = 64 << 10 };

struct kept {
	struct message message; /* octets is not set */
	uint8_t octets[];
};

struct messages {
	uint64_t begin, end; /* of the line: where the ring was new, and now */
	size_t size;
	uint8_t *ring;
};

struct messages *messages_new(void *talloc_ctx, size_t size, uint64_t from)
{
	struct messages *messages = NULL;

	if (size >= SIZE_MIN)
		messages = talloc_zero(talloc_ctx, struct messages);
	if (!messages)
		return NULL;
	messages->size = size / ALIGN * ALIGN;
	messages->begin = (from + messages->size - 1) / messages->size * messages->size;
	messages->end = messages->begin;
	messages->ring = talloc_size(messages, messages->size);
	if (!messages->ring) {
		talloc_free(messages);
		return NULL;
	}
	memset(messages->ring, 0,
	       messages->size); /* the kernel gives it now, and not while calls come */
	return messages;
}

uint64_t messages_end(const struct messages *messages)
{
	return messages->end;
}

uint64_t messages_put(struct messages *messages, const struct message *message)
{
	size_t len = OSMO_MIN(message->len, (size_t)MESSAGE_LEN_MAX);
	size_t size = (sizeof(struct kept) + len + ALIGN - 1) / ALIGN * ALIGN;
	struct kept *kept;
	uint64_t begin;
	size_t at;

	if (!messages)
		return 0;
	at = messages->end % messages->size;
	if (at + size > messages->size) {
		messages->end += messages->size - at;
		at = 0;
	}
	kept = (struct kept *)(messages->ring + at);
	kept->message = *message;
	kept->message.len = len;
	memcpy(kept->octets, message->octets, len);
	begin = messages->end;
	messages->end += size;
	return begin + 1;
}

bool messages_get(const struct messages *messages, uint64_t number, struct message *out)
{
	uint64_t begin = number - 1;
	const struct kept *kept;

	if (!messages || !number || begin < messages->begin || begin >= messages->end ||
	    messages->end - begin > messages->size)
		return false;
	kept = (const struct kept *)(messages->ring + begin % messages->size);
	*out = kept->message;
	out->octets = kept->octets;
	return true;
}
