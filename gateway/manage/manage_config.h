/* The configuration of the CLI, as a value. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct config_section;

struct manage_config {
	char cli_address[46]; /* 127.0.0.1; "": none, there is the socket alone */
	uint16_t cli_port;    /* 4262 */
	bool cli_looks;       /* sessions there may look and not change */
	char cli_socket[108]; /* of Unix; "": none */
	char cli_group[32];   /* that may open it, too; "": none */
	int line;
};

extern const struct config_section manage_section;
