#include "call/lookup_url.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "call/number_words.h"
#include "call/route_question.h"

struct writer {
	char *out;
	size_t size, len;
	bool full;
	char join; /* in front of the next parameter */
};

static void put(struct writer *writer, char c)
{
	if (writer->len + 1 >= writer->size) {
		writer->full = true;
		return;
	}
	writer->out[writer->len++] = c;
	writer->out[writer->len] = '\0';
}

static void put_text(struct writer *writer, const char *text)
{
	for (; *text; text++)
		put(writer, *text);
}

/* RFC 3986 2.1, 2.3 */
static void put_encoded(struct writer *writer, const char *text)
{
	static const char plain[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
	static const char hex[] = "0123456789ABCDEF";

	for (; *text; text++) {
		const unsigned char c = (unsigned char)*text;

		if (strchr(plain, c)) {
			put(writer, *text);
			continue;
		}
		put(writer, '%');
		put(writer, hex[c >> 4]);
		put(writer, hex[c & 15]);
	}
}

static void put_parameter(struct writer *writer, const char *name, const char *value)
{
	put(writer, writer->join);
	writer->join = '&';
	put_text(writer, name);
	put(writer, '=');
	put_encoded(writer, value);
}

int lookup_url(const char *base, const struct route_question *question, char *out, size_t size)
{
	const struct leg_setup *setup = question->setup;
	const char *diverter = setup->redirecting.from.number.digits;
	struct writer writer = { .out = out, .size = size, .join = strchr(base, '?') ? '&' : '?' };
	char from[TARGET_TEXT_MAX];

	put_text(&writer, base);
	put_parameter(&writer, "called", setup->called.digits);
	put_parameter(&writer, "calling", setup->calling.digits);
	put_parameter(&writer, "from", target_text(question->from_kind, question->from_name, from));
	if (setup->calling.presentation != LEG_PRES_ALLOWED)
		put_parameter(
			&writer, "presentation",
			get_value_string(number_presentation_words, setup->calling.presentation));
	if (*diverter)
		put_parameter(&writer, "redirecting", diverter);
	return writer.full ? -ENOSPC : 0;
}
