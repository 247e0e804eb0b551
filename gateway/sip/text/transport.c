/* Names and ports of transports. */
#include "sip/text/transport.h"

#include <strings.h>

enum { SIP_PORT = 5060, SIPS_PORT = 5061 };

static const char *const names[TRANSPORTS] = {
	[TRANSPORT_UDP] = "udp",
	[TRANSPORT_TCP] = "tcp",
	[TRANSPORT_TLS] = "tls",
};

const char *transport_name(enum transport transport)
{
	return names[transport];
}

bool transport_parse(const char *name, enum transport *out)
{
	for (unsigned i = 0; i < TRANSPORTS; i++) {
		if (strcasecmp(name, names[i]) != 0)
			continue;
		*out = (enum transport)i;
		return true;
	}
	return false;
}

uint16_t transport_port(enum transport transport)
{
	return transport == TRANSPORT_TLS ? SIPS_PORT : SIP_PORT;
}

const char *transport_param(enum transport transport)
{
	static const char *const params[TRANSPORTS] = {
		[TRANSPORT_UDP] = "",
		[TRANSPORT_TCP] = ";transport=tcp",
		[TRANSPORT_TLS] = ";transport=tls",
	};

	return params[transport];
}
