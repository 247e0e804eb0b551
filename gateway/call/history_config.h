/* The configuration of what is kept of calls in memory, as a value. */
#pragma once

struct config_section;

enum { HISTORY_CALLS = 1000, HISTORY_CALLS_MAX = 100000, HISTORY_MIB = 16, HISTORY_MIB_MAX = 1024 };

struct history_config {
	unsigned calls;        /* that have ended */
	unsigned messages_mib; /* of signalling messages, for captures; 0: none */
	char hep_address[46];  /* of a capture server; "": none */
	unsigned hep_port, hep_agent;
	int line;
};

extern const struct config_section history_section;
