/* What a terminal sends while a screen is shown, octet by octet: characters, keys as escape sequences (ECMA-48, those of
 * xterm), and telnet's own octets in between (RFC 854), of which the size of the window counts (RFC 1073). Control thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum key { /* characters are themselves */
	   KEY_NONE = 0,
	   KEY_UP = 256,
	   KEY_DOWN,
	   KEY_LEFT,
	   KEY_RIGHT,
	   KEY_PAGE_UP,
	   KEY_PAGE_DOWN,
	   KEY_HOME,
	   KEY_END,
	   KEY_WINDOW, /* the window has another size */
};

enum { KEYS_WINDOW_LEN = 5 };

struct keys { /* all 0 at first */
	uint8_t state, number;
	uint8_t parameters[KEYS_WINDOW_LEN], n_parameters;
	unsigned width, height; /* with KEY_WINDOW */
};

/* The key that this octet ends, or KEY_NONE. */
int keys_put(struct keys *keys, uint8_t octet);
