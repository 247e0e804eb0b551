/* A challenge and credentials from a stranger: the input as the value of the header, as Sofia-SIP splits it. */
#include "sip/text/digest.c"

#include <stdlib.h>

#include <sofia-sip/sip_header.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_challenge(su_home_t *home, const char *text)
{
	const sip_www_authenticate_t *header = sip_www_authenticate_make(home, text);
	struct digest_challenge challenge;
	char written[DIGEST_HEADER_MAX];

	if (!header || digest_read_challenge(header->au_scheme,
					     (const char *const *)header->au_params, &challenge))
		return;
	digest_write_challenge(&challenge, written);
	if (strlen(written) >= sizeof(written))
		__builtin_trap();
}

/* What we would write reads back the same. */
static void check_credentials(su_home_t *home, const char *text)
{
	const sip_authorization_t *header = sip_authorization_make(home, text);
	const struct digest_request request = { .method = "INVITE", .body = text, .len = 1 };
	struct digest_credentials credentials, again;
	char written[DIGEST_HEADER_MAX];

	if (!header ||
	    digest_read_credentials(header->au_scheme, (const char *const *)header->au_params,
				    &credentials))
		return;
	digest_verify(&credentials, "secret", &request);
	digest_write_credentials(&credentials, written);
	header = sip_authorization_make(home, written);
	if (!header ||
	    digest_read_credentials(header->au_scheme, (const char *const *)header->au_params,
				    &again) ||
	    strcmp(again.user, credentials.user) != 0 || strcmp(again.uri, credentials.uri) != 0 ||
	    again.nc != credentials.nc)
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	su_home_t home[1] = { SU_HOME_INIT(home) };
	char *text;

	su_home_init(home);
	text = su_strndup(home, (const char *)data, (isize_t)size);
	if (text) {
		check_challenge(home, text);
		check_credentials(home, text);
	}
	su_home_deinit(home);
	return 0;
}
