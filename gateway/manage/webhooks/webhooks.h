/* Tells web servers of alarms: POST of JSON, signed as Standard Webhooks has it (version 1: HMAC-SHA256 of id, time and
 * body). Of each webhook one notice is on its way at a time and the rest waits in order; what is not taken with 2xx is
 * sent again, later and later. Control thread. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct webhook_config;
struct webhooks_config;

/* A webhook that is new is told of every alarm that stands. 0, or -ENOMEM: nothing has changed then. */
int webhooks_apply(const struct webhooks_config *config);
/* What waits is not sent any more. */
void webhooks_stop(void);

enum { WEBHOOK_ERROR_MAX = 96 };

struct webhook_status {
	const struct webhook_config *config;
	unsigned queued;               /* the one that is on its way is among them */
	uint64_t sent, failed;         /* answers of 2xx; attempts without one */
	uint64_t dropped;              /* notices: no room in the queue, or given up */
	unsigned failing;              /* attempts in a row */
	char error[WEBHOOK_ERROR_MAX]; /* of the last one that failed; "": none did */
};
void webhooks_each(void (*fn)(void *data, const struct webhook_status *), void *data);

enum { WEBHOOK_SIGNATURE_MAX = 64 };
/* "v1,BASE64" over "id.time.body", with a key that is text, or "whsec_" and the BASE64 of octets. 0, or -ENOMEM. Pure. */
int webhook_sign(const char *key, const char *id, int64_t time_s, const char *body,
		 char out[static WEBHOOK_SIGNATURE_MAX]);
