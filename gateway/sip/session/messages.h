/* SIP's messages on the time lines of their calls (call/timeline.h), which they find by their Call-ID. Control thread. */
#pragma once

#include <stdint.h>

struct call_hub;

/* From now on every message that comes or is sent is told to the hub's time lines; of the process. */
void messages_watch(struct call_hub *hub);
void messages_unwatch(void);
/* What messages of that Call-ID are known by. */
uint64_t messages_key(const struct call_hub *hub, const char *call_id);
