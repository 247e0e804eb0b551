/* Sofia-SIP takes what is behind the scheme for a host and a port. Letters are of either case (RFC 5031 3). */
#include "sip/text/service_urn.h"

#include <string.h>
#include <strings.h>

const char *service_urn_sos(const url_t *url)
{
	static const char sos[] = "sos";
	const char *service = url->url_port;

	if (!url->url_scheme || strcasecmp(url->url_scheme, "urn") != 0 || !url->url_host ||
	    strcasecmp(url->url_host, "service") != 0 || url->url_user || !service)
		return NULL;
	if (strncasecmp(service, sos, strlen(sos)) != 0)
		return NULL;
	service += strlen(sos);
	return !*service || *service == '.' ? service : NULL;
}
