/* Lines of "name=value", of which only the signal counts: the digit is sent with a length of our own. */
#include "sip/text/dtmf_relay.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { EVENT_STAR = 10, EVENT_POUND = 11, EVENT_A = 12, EVENT_FLASH = 16, DURATION_MS = 160 };

struct text {
	const char *at, *end;
};

static void skip_blanks(struct text *t)
{
	while (t->at < t->end && (*t->at == ' ' || *t->at == '\t'))
		t->at++;
}

static void cut_blanks(struct text *t)
{
	skip_blanks(t);
	while (t->end > t->at && isspace((unsigned char)t->end[-1]))
		t->end--;
}

/* A digit, or telephone-event's number of one (RFC 4733 3.2). */
static int signal_of(struct text value)
{
	unsigned event = 0;

	cut_blanks(&value);
	size_t len = (size_t)(value.end - value.at);
	if (len == 1) {
		char c = (char)toupper((unsigned char)*value.at);

		if (c == '!')
			return 0; /* a hook flash */
		return c && strchr("0123456789*#ABCD", c) ? c : -EBADMSG;
	}
	if (len != 2 || !isdigit((unsigned char)value.at[0]) ||
	    !isdigit((unsigned char)value.at[1]))
		return -EBADMSG;
	event = (unsigned)(value.at[0] - '0') * 10 + (unsigned)(value.at[1] - '0');
	if (event < EVENT_STAR || event > EVENT_FLASH)
		return -EBADMSG;
	return event == EVENT_FLASH ? 0 : "*#ABCD"[event - EVENT_STAR];
}

static struct text next_line(struct text *t)
{
	struct text line = { t->at, t->at };

	while (line.end < t->end && *line.end != '\r' && *line.end != '\n')
		line.end++;
	t->at = line.end;
	while (t->at < t->end && (*t->at == '\r' || *t->at == '\n'))
		t->at++;
	return line;
}

int dtmf_relay_read(const char *text, size_t len)
{
	static const char name[] = "Signal";
	struct text rest = { text, text + len };
	int signal = -EBADMSG;

	while (rest.at < rest.end) {
		struct text line = next_line(&rest);

		skip_blanks(&line);
		if ((size_t)(line.end - line.at) < strlen(name) ||
		    strncasecmp(line.at, name, strlen(name)) != 0)
			continue;
		line.at += strlen(name);
		skip_blanks(&line);
		if (line.at == line.end || *line.at++ != '=' || signal >= 0)
			return -EBADMSG;
		signal = signal_of(line);
		if (signal < 0)
			return signal;
	}
	return signal;
}

int dtmf_read(const char *text, size_t len)
{
	const struct text value = { text, text + len };

	return signal_of(value);
}

void dtmf_relay_write(char digit, char out[static DTMF_RELAY_TEXT_MAX])
{
	snprintf(out, DTMF_RELAY_TEXT_MAX, "Signal=%c\r\nDuration=%d\r\n", digit, DURATION_MS);
}
