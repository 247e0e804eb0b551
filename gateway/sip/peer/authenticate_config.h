/* What a peer proves who it is with, when it asks us for something. */
#pragma once

#include <stdbool.h>

#include "sip/peer/credentials_config.h"
#include "sip/text/digest.h"

struct authenticate_config {
	char user[CREDENTIALS_NAME_MAX]; /* "": it is not asked */
	char secret[CREDENTIALS_SECRET_MAX];
	char realm[CREDENTIALS_NAME_MAX]; /* crosspoint */
	enum digest_choice digests;
	bool any_uri; /* what it signs may name another number than the request does */
};
