/* The options of a trunk's causes, for trunks_vty.c. Control thread. */
#pragma once

struct trunk_causes;
struct vty;

void trunk_causes_install(void); /* into NODE_TRUNK */
void trunk_causes_write(const struct trunk_causes *causes, struct vty *vty);
