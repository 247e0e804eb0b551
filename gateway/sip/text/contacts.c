/* Contacts by q, those of equal q as they came. */
#include "sip/text/contacts.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <sofia-sip/url.h>

enum { Q_ONE = 1000 };

/* Thousandths; RFC 3261 25.1 qvalue, 1 when absent or malformed. */
static unsigned q_of(const sip_contact_t *contact)
{
	const char *q = contact->m_q;
	unsigned value = 0, digit = Q_ONE / 10;

	if (!q || *q != '0' || (q[1] && q[1] != '.'))
		return Q_ONE;
	for (q += q[1] ? 2 : 1; *q >= '0' && *q <= '9' && digit; q++, digit /= 10)
		value += (unsigned)(*q - '0') * digit;
	return *q ? Q_ONE : value;
}

/* The URI as a request can be sent to it. */
static bool write_uri(const sip_contact_t *contact, char out[static CONTACT_URI_MAX])
{
	url_t url = *contact->m_url;

	if (url.url_type != url_sip && url.url_type != url_tel)
		return false;
	if (url.url_type == url_sip && (!url.url_host || !*url.url_host))
		return false;
	url.url_headers = NULL;
	url.url_fragment = NULL;
	issize_t len = url_e(out, CONTACT_URI_MAX, &url);
	return len > 0 && len < CONTACT_URI_MAX;
}

static bool is_known(const struct contacts *contacts, const char *uri)
{
	for (size_t i = 0; i < contacts->n; i++) {
		if (!strcmp(contacts->uri[i], uri))
			return true;
	}
	return false;
}

void contacts_read(const sip_contact_t *contact, struct contacts *out)
{
	unsigned q[CONTACTS_MAX];
	char uri[CONTACT_URI_MAX];

	out->n = 0;
	for (; contact; contact = contact->m_next) {
		unsigned value = q_of(contact);
		size_t at = 0;

		if (!write_uri(contact, uri) || is_known(out, uri))
			continue;
		while (at < out->n && q[at] >= value)
			at++;
		if (at == CONTACTS_MAX)
			continue;
		size_t after = out->n < CONTACTS_MAX ? out->n - at : CONTACTS_MAX - 1 - at;
		memmove(q + at + 1, q + at, after * sizeof(*q));
		memmove(out->uri[at + 1], out->uri[at], after * sizeof(out->uri[0]));
		q[at] = value;
		memcpy(out->uri[at], uri, sizeof(uri));
		out->n = out->n < CONTACTS_MAX ? out->n + 1 : CONTACTS_MAX;
	}
}
