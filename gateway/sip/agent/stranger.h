/* Whoever may not speak to us: counted, and told of in the log at most once a second. Control thread. */
#pragma once

#include <stdint.h>
#include <sys/socket.h>

struct strangers {
	uint64_t refused;
	uint64_t unsaid;  /* of them, since the last line in the log */
	uint64_t said_us; /* when that was; 0: never */
};

/* why: "is no peer's address". */
void stranger_refused(struct strangers *strangers, const struct sockaddr_storage *from,
		      const char *why);
