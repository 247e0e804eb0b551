/* Sofia-SIP's own parser goes first; what it refuses keeps its method and version, and gets a
 * Request-URI that says so. Methods that Sofia-SIP refuses are taken: any token is one (RFC 3261 25.1). */
#include "sip/text/start_line.h"

#include <string.h>
#include <strings.h>

#include <sofia-sip/msg_header.h>
#include <sofia-sip/sip_hclasses.h>
#include <sofia-sip/sip_header.h>

#define TOKEN "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.!%*_+`'~"
#define UNREADABLE "unreadable"
#define VERSION "version" /* an other one */

/* Cuts the line into three at its first and its last blank; false when it is not of that form. */
static bool cut(char *line, char **uri, char **version)
{
	size_t method = strspn(line, TOKEN), end = strlen(line);

	if (!method || (line[method] != ' ' && line[method] != '\t'))
		return false;
	while (end && strchr(" \t", line[end - 1]))
		line[--end] = '\0';
	line[method] = '\0';
	*uri = line + method + 1;
	*uri += strspn(*uri, " \t");
	*version = strrchr(*uri, ' ');
	if (!*version || strncasecmp(*version + 1, "SIP/", 4) != 0)
		return false;
	*(*version)++ = '\0';
	return true;
}

/* A Request-URI that says why there is none. */
static issize_t put_fault(su_home_t *home, sip_request_t *rq, const char *fault)
{
	char *uri = su_strdup(home, fault);

	return uri ? url_d(rq->rq_url, uri) : -1;
}

static issize_t parse_ours(su_home_t *home, sip_request_t *rq, char *method)
{
	char *uri, *version;

	if (!cut(method, &uri, &version))
		return -1;
	rq->rq_method = sip_method_code(method);
	if (rq->rq_method < 0)
		rq->rq_method = sip_method_unknown;
	rq->rq_method_name = sip_method_name(rq->rq_method, method);
	rq->rq_version = strcasecmp(version, sip_version_2_0) != 0 ? version : sip_version_2_0;
	if (!strpbrk(uri, " \t") && url_d(rq->rq_url, uri) >= 0)
		return 0;
	return put_fault(home, rq, UNREADABLE ":x");
}

issize_t start_line_parse(su_home_t *home, msg_header_t *header, char *line, isize_t len)
{
	sip_request_t *rq = (sip_request_t *)header;
	char *copy = su_strdup(home, line);

	if (!copy || (sip_request_class[0].hc_parse(home, header, line, len) < 0 &&
		      parse_ours(home, rq, copy) < 0))
		return -1;
	if (rq->rq_version == sip_version_2_0)
		return 0;
	/* Sofia-SIP would say 505 by itself, but to where Via says, not to where it came from. */
	rq->rq_version = sip_version_2_0;
	return put_fault(home, rq, VERSION ":x");
}

int start_line_status(const sip_t *sip)
{
	const url_t *url = sip->sip_request->rq_url;

	if (url->url_type != url_unknown || !url->url_scheme)
		return 0;
	return !strcmp(url->url_scheme, UNREADABLE) ? 400
	       : !strcmp(url->url_scheme, VERSION)  ? 505
						    : 0;
}
