/* What is believed of a peer and what it may know: its options, or what `trusted` stands for. Pure. */
#pragma once

#include "sip/peer/peer_config.h"

/* What its headers of this subject say is believed. */
bool trust_believes(const struct peer_config *peer, enum trust_subject subject);
/* Which header tells it who calls; never IDENTITY_AS_PEER. */
enum identity_header trust_header(const struct peer_config *peer);
/* A number that its owner wants kept secret may be told to it. */
bool trust_keeps_secrets(const struct peer_config *peer);
