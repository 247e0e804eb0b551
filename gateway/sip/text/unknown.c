/* Headers by name, and parameters of what is in them. */
#include "sip/text/unknown.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

const sip_unknown_t *unknown_next(const sip_t *sip, const char *name, const sip_unknown_t *after)
{
	const sip_unknown_t *header = after ? after->un_next : sip->sip_unknown;

	for (; header; header = header->un_next) {
		if (header->un_name && header->un_value && !strcasecmp(header->un_name, name) &&
		    strlen(header->un_value) <= UNKNOWN_VALUE_MAX)
			return header;
	}
	return NULL;
}

const char *unknown_param(const msg_param_t *params, const char *name)
{
	size_t len = strlen(name);

	for (; params && *params; params++) {
		const char *param = *params;

		if (strncasecmp(param, name, len) != 0)
			continue;
		if (param[len] == '=')
			return param + len + 1;
		if (!param[len])
			return param + len;
	}
	return NULL;
}

bool unknown_uri_param(const char *params, const char *name, char *out, size_t size)
{
	size_t len = strlen(name);

	for (const char *at = params; at && *at; at += strcspn(at, ";&")) {
		at += strspn(at, ";&");
		if (strncasecmp(at, name, len) != 0 || at[len] != '=')
			continue;
		at += len + 1;
		snprintf(out, size, "%.*s", (int)strcspn(at, ";&"), at);
		url_unescape(out, out);
		return true;
	}
	return false;
}
