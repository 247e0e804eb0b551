/* Where a 3xx says to try instead: its Contacts in order of preference (RFC 3261 8.1.3.4, 20.10). Pure; every octet
 * comes from a stranger. */
#pragma once

#include <stddef.h>

#include <sofia-sip/sip.h>

enum { CONTACTS_MAX = 8, CONTACT_URI_MAX = 256 };

struct contacts {
	size_t n;
	char uri[CONTACTS_MAX][CONTACT_URI_MAX]; /* without headers, the best first */
};

/* sip: and tel: URIs that fit, no one twice; the rest is left out. */
void contacts_read(const sip_contact_t *contact, struct contacts *out);
