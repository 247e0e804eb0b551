/* Reading Refer-To. What a URI escapes is a header once it is unescaped, and is looked at again then. */
#include "sip/text/refer_to.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include <sofia-sip/sip_extra.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_protos.h>

#include "sip/text/number.h"

static int hex_value(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
				      : -1;
}

/* RFC 3261 19.1.1: false when the escapes are none, hide a control character, or it is too long. */
static bool unescape(const char *text, size_t len, char *out, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		int c = (unsigned char)text[i];

		if (c == '%') {
			if (len - i < 3 || hex_value(text[i + 1]) < 0 || hex_value(text[i + 2]) < 0)
				return false;
			c = hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]);
			i += 2;
		}
		if (c < ' ' || c > '~' || n + 1 >= size)
			return false;
		out[n++] = (char)c;
	}
	out[n] = '\0';
	return true;
}

/* Of the headers in a URI, the one that is looked for; more than one of them is an error. */
static int find_replaces(const char *headers, char out[static REFER_REPLACES_MAX])
{
	static const char name[] = "Replaces=";

	out[0] = '\0';
	while (headers && *headers) {
		size_t len = strcspn(headers, "&");

		if (len >= strlen(name) && !strncasecmp(headers, name, strlen(name))) {
			if (out[0] ||
			    !unescape(headers + strlen(name), len - strlen(name), out,
				      REFER_REPLACES_MAX) ||
			    !out[0])
				return 400;
		}
		headers += len + (headers[len] == '&');
	}
	return 0;
}

/* The method parameter of a sip: URI (RFC 3261 19.1.1). */
static bool is_invite(const url_t *url)
{
	char method[16];

	if (!url->url_params || !url_param(url->url_params, "method", method, sizeof(method)))
		return true;
	return !strcmp(method, "INVITE");
}

int refer_to_read(const sip_refer_to_t *to, struct refer_to *out)
{
	const url_t *url = to->r_url;
	su_home_t home[1] = { SU_HOME_INIT(home) };
	int status;

	*out = (struct refer_to){ 0 };
	if (to->r_next)
		return 400; /* RFC 3515 2.4.2: more than one */
	if (url->url_type != url_sip && url->url_type != url_tel)
		return url->url_type == url_sips || url->url_type == url_unknown ? 416 : 400;
	if (!is_invite(url))
		return 403;
	status = find_replaces(url->url_headers, out->replaces);
	if (status)
		return status;
	if (*out->replaces) {
		su_home_init(home);
		status = refer_to_replaces(home, out->replaces) ? 0 : 400;
		su_home_deinit(home);
		if (status)
			return status;
	}
	status = number_from_url(url, &out->called);
	/* Whom a dialog of ours is with, its tags say well enough. */
	if (!status || *out->replaces)
		return 0;
	return status == -EMSGSIZE ? 484 : 404;
}

static unsigned count_params(const msg_param_t *params, const char *name)
{
	size_t len = strlen(name);
	unsigned n = 0;

	for (; params && *params; params++)
		n += !strncasecmp(*params, name, len) && (*params)[len] == '=';
	return n;
}

sip_replaces_t *refer_to_replaces(su_home_t *home, const char *value)
{
	sip_replaces_t *replaces = sip_replaces_make(home, value);

	if (!replaces || !replaces->rp_call_id || !*replaces->rp_call_id || !replaces->rp_to_tag ||
	    !*replaces->rp_to_tag || !replaces->rp_from_tag || !*replaces->rp_from_tag)
		return NULL;
	if (count_params(replaces->rp_params, "to-tag") != 1 ||
	    count_params(replaces->rp_params, "from-tag") != 1)
		return NULL;
	return replaces;
}
