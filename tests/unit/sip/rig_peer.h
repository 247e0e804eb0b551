/* The peer that the test plays by hand: what it says to the gateway, and what it hears from it. */
#pragma once

#include "tests/unit/sip/rig.h"

/* The peer speaks: a message as it is, but that the lines of its head end with CRLF. */
static inline void peer_says_raw(struct rig *rig, int fd, const char *head, const char *body)
{
	struct sockaddr_storage to;
	char text[2 * RIG_TEXT];
	size_t len = 0;

	for (const char *c = head; *c; c++) {
		if (*c == '\n')
			text[len++] = '\r';
		text[len++] = *c;
	}
	len += (size_t)snprintf(text + len, sizeof(text) - len, "%s", body);
	ck_assert(netaddr_parse("127.0.0.1", rig->config.port, &to));
	ck_assert_int_eq(sendto(fd, text, len, 0, (struct sockaddr *)&to, netaddr_len(&to)), len);
	rig_settle(rig);
}

/* The same, with the length and type of a session description filled in. */
static inline void peer_says_from(struct rig *rig, int fd, const char *head, const char *body)
{
	char text[RIG_TEXT + 128];

	snprintf(text, sizeof(text), "%s%sContent-Length: %zu\n\n", head,
		 *body ? "Content-Type: application/sdp\n" : "", strlen(body));
	peer_says_raw(rig, fd, text, body);
}

static inline void peer_says(struct rig *rig, const char *body, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static inline void peer_says(struct rig *rig, const char *body, const char *format, ...)
{
	char head[RIG_TEXT];
	va_list ap;

	va_start(ap, format);
	vsnprintf(head, sizeof(head), format, ap);
	va_end(ap);
	peer_says_from(rig, rig->fd, head, body);
}

/* The next message that the peer got, into rig->heard; false when there is none. */
static inline bool peer_hears_on(struct rig *rig, int fd)
{
	ssize_t len = recv(fd, rig->heard, sizeof(rig->heard) - 1, MSG_DONTWAIT);

	rig->heard[len > 0 ? len : 0] = '\0';
	return len > 0;
}

static inline void peer_hears(struct rig *rig, const char *first_line)
{
	ck_assert_msg(peer_hears_on(rig, rig->fd), "nothing instead of %s", first_line);
	ck_assert_msg(!strncmp(rig->heard, first_line, strlen(first_line)), "%s instead of %s",
		      rig->heard, first_line);
}

static inline void peer_hears_nothing(struct rig *rig)
{
	ck_assert_msg(!peer_hears_on(rig, rig->fd), "%s instead of nothing", rig->heard);
}

/* A header's value in what was heard, "" when absent. Eight may be used at a time. */
static inline const char *heard(const struct rig *rig, const char *name)
{
	static char values[8][512];
	static unsigned turn;
	char *out = values[turn++ % 8], key[64];
	const char *at;

	snprintf(key, sizeof(key), "\r\n%s: ", name);
	at = strstr(rig->heard, key);
	at = at ? at + strlen(key) : "";
	snprintf(out, sizeof(values[0]), "%.*s", (int)strcspn(at, "\r"), at);
	return out;
}

/* The To tag of the response, or the From tag of the request, that was heard. */
static inline const char *heard_tag(const struct rig *rig, const char *name)
{
	const char *tag = strstr(heard(rig, name), ";tag=");

	return tag ? tag + strlen(";tag=") : "";
}
