/* Pings that keep the way to a peer open, where a translator or a firewall would forget it (RFC 5626 4.4). */
#pragma once

struct peer;

/* Every keepalive_s of its configuration, or not at all. */
void ping_start(struct peer *peer);
void ping_stop(struct peer *peer);
