/* The configuration of SNMP, as a value. */
#pragma once

#include <stdbool.h>

struct config_section;

enum { SNMP_AGENTX_MAX = 108 };

struct snmp_config {
	bool on;
	char agentx
		[SNMP_AGENTX_MAX]; /* where the master agent listens: a path, "tcp:127.0.0.1:705" */
	unsigned first_index;      /* ifIndex of the first span */
	int line;                  /* where the file says so, for messages */
};

extern const struct config_section snmp_section;
