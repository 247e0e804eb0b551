#include "sip/text/breadth.h"

#include <stdlib.h>
#include <string.h>

#include <osmocom/core/utils.h>

#include "sip/text/unknown.h"

int breadth_read(const sip_t *sip)
{
	const sip_unknown_t *header = unknown_next(sip, "Max-Breadth", NULL);
	const char *said = header ? header->un_value : "";

	if (!*said || said[strspn(said, "0123456789")])
		return BREADTH_UNSAID;
	return (int)OSMO_MIN(strtoul(said, NULL, 10), (unsigned long)BREADTH_MAX);
}
