/* What a peer hears and says, as commands of its node: a part of sip_section. */
#pragma once

struct offer_policy;
struct vty;

void peer_media_vty_init(struct offer_policy *media);
void peer_media_vty_install(int node); /* whose items begin with a struct peer_config */
void peer_media_vty_write(const struct offer_policy *media, struct vty *vty);
