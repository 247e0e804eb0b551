/* Service URNs in Request-URIs (RFC 5031): urn:service:sos stands for help, whatever its number is here. Pure. */
#pragma once

#include <sofia-sip/url.h>

/* What follows sos: "", ".police"; NULL when the URL is no such thing. It lives as long as the URL. */
const char *service_urn_sos(const url_t *url);
