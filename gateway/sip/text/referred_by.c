#include "sip/text/referred_by.h"

#include <string.h>

#include <sofia-sip/url.h>

/* What may stand between < and > in a header of ours, and in a record. */
static bool is_plain(const char *text)
{
	for (; *text; text++) {
		if (*text <= ' ' || *text > '~' || strchr("<>\"\\", *text))
			return false;
	}
	return true;
}

static bool names_somebody(const url_t *url)
{
	const char *who = url->url_type == url_tel ? url->url_user : url->url_host;

	return (url->url_type == url_sip || url->url_type == url_sips ||
		url->url_type == url_tel) &&
	       who && *who;
}

void referred_by_read(const sip_referred_by_t *by, char out[static LEG_REFERRER_MAX])
{
	url_t url;

	out[0] = '\0';
	if (!by || !names_somebody(by->b_url))
		return;
	url = *by->b_url;
	url.url_password = NULL;
	url.url_headers = NULL;
	if (url_e(out, LEG_REFERRER_MAX, &url) >= LEG_REFERRER_MAX || !is_plain(out))
		out[0] = '\0';
}
