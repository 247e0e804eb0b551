/* Q.850 causes to SIP statuses and back: RFC 3398 7.2.4.1 and 8.2.6.1, whole. Pure tables. */
#pragma once

#include <stdint.h>

struct cause_map_cause {
	uint8_t cause;    /* Q.850 */
	uint8_t location; /* enum cause_location */
};

/* The final response to an INVITE that a call cleared with this cause gets. Always 4xx to 6xx. */
int cause_map_status(unsigned cause, unsigned location);
const char *cause_map_phrase(int status);

/* The cause that a final response of 300 to 699 means. warning: its Warning code, 0 when it has none. */
struct cause_map_cause cause_map_cause(int status, unsigned warning);
