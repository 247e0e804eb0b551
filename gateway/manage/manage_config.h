/* The configuration of the CLI, as a value. */
#pragma once

#include <stdint.h>

struct config_section;

struct manage_config {
	char cli_address[46]; /* 127.0.0.1 */
	uint16_t cli_port;    /* 4262 */
	int line;
};

extern const struct config_section manage_section;
