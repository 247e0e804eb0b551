/* What commits left for when calls are over, in words. Control thread. */
#pragma once

struct vty;

/* A line for each; nothing for nothing. */
void pending_out(struct vty *vty);
