/* The body of a SIP message: which part of it is the session description (RFC 3261 7.4, RFC 5621). Pure.
 * Every octet comes from a stranger. */
#pragma once

#include <stddef.h>

#include <sofia-sip/sip.h>

#define BODY_ACCEPT "application/sdp, multipart/mixed"
#define BODY_ACCEPT_ENCODING "identity"

/* 0 with the description, a part of sip's own memory (len 0: there is none); or the status that the message
 * deserves: 400 for what is no multipart, 415 for a part that we may not ignore and do not know. */
int body_find_sdp(const sip_t *sip, const char **text, size_t *len);
