/* The lines of a session description, and what its m= lines must be. */
#include "sip/text/offer_lines.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define TOKEN "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`{|}~"

enum { LINE_MAX_OCTETS = 512 };

static const char *const profiles[] = {
	[OFFER_AVP] = "RTP/AVP",
	[OFFER_AVPF] = "RTP/AVPF",
	[OFFER_SAVP] = "RTP/SAVP",
	[OFFER_SAVPF] = "RTP/SAVPF",
	[OFFER_DTLS_SAVP] = "UDP/TLS/RTP/SAVP",
	[OFFER_DTLS_SAVPF] = "UDP/TLS/RTP/SAVPF",
};

const char *offer_profile_name(enum offer_profile profile)
{
	return profiles[profile];
}

static enum offer_profile profile_of(const char *name, size_t len)
{
	for (enum offer_profile profile = OFFER_AVP; profile <= OFFER_DTLS_SAVPF; profile++) {
		if (strlen(profiles[profile]) == len && !strncasecmp(name, profiles[profile], len))
			return profile;
	}
	return OFFER_OTHER;
}

/* Skips octets of set, at least one, then blanks. NULL when there is none. */
static const char *skip(const char *text, const char *set)
{
	size_t n = text ? strspn(text, set) : 0;

	return n ? text + n + strspn(text + n, " ") : NULL;
}

/* What follows "m=": media port ["/" number] proto *fmt, by RFC 8866 9. Returns where proto begins, or NULL. */
static const char *media_proto(const char *text)
{
	static const char digits[] = "0123456789";

	text = skip(text, TOKEN);
	size_t n = text ? strspn(text, digits) : 0;
	if (n && text[n] == '/') {
		text += n + 1;
		n = strspn(text, digits);
	}
	if (!n || text[n] != ' ')
		return NULL;
	const char *proto = skip(text, digits);
	for (text = *proto == '/' ? NULL : skip(proto, TOKEN "/"); text && *text;)
		text = skip(text, TOKEN);
	return text ? proto : NULL;
}

/* Sofia-SIP 1.12.11 never ends, and allocates in every turn, on an m= line whose formats hold an octet that
 * is of no token: such lines do not get there. Returns the octets written, 0 for such a line. */
static size_t take_media_line(const char *text, size_t len, struct offer_lines *lines, char *out)
{
	char line[LINE_MAX_OCTETS];

	if (len >= sizeof(line))
		return 0;
	memcpy(line, text, len);
	line[len] = '\0';
	const char *proto = media_proto(line + strlen("m="));
	if (!proto)
		return 0;
	size_t n = strcspn(proto, " ");
	enum offer_profile profile = profile_of(proto, n);
	if (lines->n < OFFER_STREAMS) {
		lines->streams[lines->n].profile = profile;
		snprintf(lines->streams[lines->n].proto, OFFER_PROTO_MAX, "%.*s", (int)n, proto);
	}
	lines->n++;
	if (profile == OFFER_OTHER) {
		memcpy(out, text, len);
		return len;
	}
	char *end = mempcpy(out, line, (size_t)(proto - line));
	end = mempcpy(end, profiles[OFFER_AVP], strlen(profiles[OFFER_AVP]));
	end = mempcpy(end, proto + n, len - (size_t)(proto + n - line));
	return (size_t)(end - out);
}

/* Sofia-SIP refuses the whole for an rtpmap without a clock rate, as RFC 4475's own descriptions have it; what
 * cannot be read is left out (RFC 8866 5.13). */
static bool is_bad_rtpmap(const char *text, size_t len)
{
	static const char name[] = "a=rtpmap:", digits[] = "0123456789";
	char line[LINE_MAX_OCTETS];

	if (len < strlen(name) || strncasecmp(text, name, strlen(name)) != 0)
		return false;
	if (len >= sizeof(line))
		return true;
	memcpy(line, text, len);
	line[len] = '\0';
	const char *at = skip(skip(line + strlen(name), digits), TOKEN);
	return !at || *at != '/' || !strspn(at + 1, digits);
}

size_t offer_lines_read(const char *text, size_t len, struct offer_lines *lines, char *out)
{
	char *at = out;

	*lines = (struct offer_lines){ 0 };
	for (const char *end = text + len; text < end;) {
		size_t n = 0, taken;

		while (text < end && strchr(" \t\r\n", *text))
			*at++ = *text++;
		while (text + n < end && text[n] != '\r' && text[n] != '\n')
			n++;
		if (n >= 2 && !strncmp(text, "m=", 2)) {
			taken = take_media_line(text, n, lines, at);
			if (!taken)
				return 0;
		} else if (is_bad_rtpmap(text, n)) {
			taken = 0;
		} else {
			memcpy(at, text, n);
			taken = n;
		}
		at += taken;
		text += n;
	}
	return (size_t)(at - out);
}
