/* The protocols that a trunk can speak. The only file that knows them all. */
#include "pstn/isdn/isdn.h"
#include "pstn/trunk_protocol.h"

const struct trunk_protocol *const trunk_protocols[] = {
	&isdn_protocol,
	NULL,
};
