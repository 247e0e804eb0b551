/* What we prove who we are with, when a peer asks; and what is known of the one who asks. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "sip/text/digest.h"

enum { CREDENTIALS_NAME_MAX = 64, CREDENTIALS_SECRET_MAX = 128 };

struct credentials_config {
	char user[CREDENTIALS_NAME_MAX]; /* "": there are none */
	char secret[CREDENTIALS_SECRET_MAX];
	char realm[CREDENTIALS_NAME_MAX]; /* "": the one that the peer itself names first */
};

/* All zero at first, and again when the configuration changes. */
struct credentials {
	char realm[DIGEST_TEXT_MAX];       /* ours; "": not known yet */
	struct digest_challenge challenge; /* the last that was answered; nonce "": none */
	bool proxy;                        /* it was a 407's */
	uint32_t nc;                       /* uses of its nonce so far */
};
