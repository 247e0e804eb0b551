/* What a peer proves who it is with, when it asks us for something. */
#pragma once

#include <stdbool.h>

#include "sip/peer/credentials_config.h"

struct authenticate_config {
	char user[CREDENTIALS_NAME_MAX]; /* "": it is not asked */
	char secret[CREDENTIALS_SECRET_MAX];
	char realm[CREDENTIALS_NAME_MAX]; /* crosspoint */
	bool strong;                      /* MD5 is not enough */
};
