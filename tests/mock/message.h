/* A SIP request as Sofia-SIP's parser leaves it, from a few header lines. */
#pragma once

#include <stdio.h>
#include <string.h>

#include <sofia-sip/msg.h>
#include <sofia-sip/msg_addr.h>
#include <sofia-sip/sip_extra.h>
#include <sofia-sip/sip_header.h>

/* headers: lines that end with CRLF, without an empty one. The message is freed by msg_destroy(). NULL: no memory. */
static inline msg_t *message_make(const char *headers, size_t len)
{
	static msg_mclass_t *mclass;
	static const char start[] = "INVITE sip:200@192.0.2.1 SIP/2.0\r\n";
	char text[8192];

	if (!mclass)
		mclass = sip_extend_mclass(NULL);
	if (len > sizeof(text) - sizeof(start) - 2)
		len = sizeof(text) - sizeof(start) - 2;
	memcpy(text, start, sizeof(start) - 1);
	memcpy(text + sizeof(start) - 1, headers, len);
	memcpy(text + sizeof(start) - 1 + len, "\r\n", 2);
	return msg_make(mclass, 0, text, (ssize_t)(sizeof(start) - 1 + len + 2));
}
