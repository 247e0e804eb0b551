/* Digest in messages that the test's peer hears. */
#pragma once

#include <sofia-sip/sip_header.h>

#include "sip/text/digest.h"
#include "tests/unit/sip/rig_peer.h"

/* A header of many octets in what was heard, into a text of its own. */
static inline const char *heard_long(const struct rig *rig, const char *name)
{
	static char value[RIG_TEXT];
	char key[64];
	const char *at;

	snprintf(key, sizeof(key), "\r\n%s: ", name);
	at = strstr(rig->heard, key);
	at = at ? at + strlen(key) : "";
	snprintf(value, sizeof(value), "%.*s", (int)strcspn(at, "\r"), at);
	return value;
}

/* The credentials in the header of that name; false when there are none. */
static inline bool heard_credentials(const struct rig *rig, const char *header,
				     struct digest_credentials *out)
{
	su_home_t home[1] = { SU_HOME_INIT(home) };
	const sip_authorization_t *read;
	bool good;

	su_home_init(home);
	read = sip_authorization_make(home, heard_long(rig, header));
	good = read && digest_read_credentials(read->au_scheme,
					       (const char *const *)read->au_params, out) == 0;
	su_home_deinit(home);
	return good;
}

/* The same for the first challenge heard. */
static inline bool heard_challenge(const struct rig *rig, const char *header,
				   struct digest_challenge *out)
{
	su_home_t home[1] = { SU_HOME_INIT(home) };
	const sip_www_authenticate_t *read;
	bool good;

	su_home_init(home);
	read = sip_www_authenticate_make(home, heard_long(rig, header));
	good = read && digest_read_challenge(read->au_scheme, (const char *const *)read->au_params,
					     out) == 0;
	su_home_deinit(home);
	return good;
}

/* What was heard is signed with that secret. */
static inline void assert_signed(const struct rig *rig, const char *header, const char *method,
				 const char *secret, struct digest_credentials *out)
{
	const struct digest_request request = {
		.method = method,
		.body = strstr(rig->heard, "\r\n\r\n") + 4,
		.len = strlen(strstr(rig->heard, "\r\n\r\n") + 4),
	};

	ck_assert_msg(heard_credentials(rig, header, out), "%s", rig->heard);
	ck_assert_msg(digest_verify(out, secret, &request), "%s", rig->heard);
}
